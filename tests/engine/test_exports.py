"""Findings are exported by the deployed function under its own role: to Security Hub, and as OCSF beside the CSV."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from engine.deployment import Deployment, yaml_program
from engine.test_functions import BUCKETS, result
from engine.test_journeys import change
from harness.engine import EngineError
from harness.exports import asff_faults, ocsf_faults

INPUTS = {
    "exports": {"securityHub": True, "ocsf": True},
    "reports": {"objectLock": {"days": 30}},
    "tags": {"team": "security"},
}
OUTPUTS = {name: f"${{compliance.{name}}}" for name in ("bucketName", "kmsKeyArn")}
ROLE = "compliance-aggregation"


@pytest.fixture(scope="module")
def exporting(deploy, new_account, tmp_path_factory) -> Deployment:
    """A deployment that exports, in an account with Security Hub."""
    account = new_account()
    account.client("securityhub").enable_security_hub()
    return deploy(yaml_program(tmp_path_factory.mktemp("exports"), INPUTS, OUTPUTS), account=account)


def run(deployed: Deployment) -> dict:
    """Run aggregation, in another second than any run before: Security Hub takes a finding that is newer alone."""
    time.sleep(1.1)
    return deployed.invoke(ROLE, {})


def findings(deployed: Deployment) -> list[dict]:
    """What Security Hub has."""
    return deployed.client("securityhub").get_findings()["Findings"]


def shown(deployed: Deployment) -> dict[str, tuple[str, str]]:
    """Record state and workflow by the resource's id."""
    found = findings(deployed)
    return {one["Resources"][0]["Id"]: (one["RecordState"], one["Workflow"]["Status"]) for one in found}


def role(deployed: Deployment) -> str:
    """The ARN of the aggregation function's role."""
    return deployed.client("lambda").get_function(FunctionName=ROLE)["Configuration"]["Role"]


def test_findings_are_imported_archived_and_only_when_they_change(exporting):
    exporting.account.put_evaluations(BUCKETS, [result("one", "NON_COMPLIANT"), result("two", "NON_COMPLIANT")])
    answer = run(exporting)
    assert answer["securityHub"] == {"sent": 2, "archived": 0, "failed": 0, "left": 0}
    assert shown(exporting) == {"one": ("ACTIVE", "NEW"), "two": ("ACTIVE", "NEW")}
    assert [fault for finding in findings(exporting) for fault in asff_faults(finding)] == []
    assert run(exporting)["securityHub"] == {"sent": 0, "archived": 0, "failed": 0, "left": 0}
    exporting.account.put_evaluations(BUCKETS, [result("one", "COMPLIANT")])
    assert run(exporting)["securityHub"]["archived"] == 1
    assert shown(exporting) == {"one": ("ARCHIVED", "NEW"), "two": ("ACTIVE", "NEW")}


def test_each_line_of_ocsf_fits_the_schema(exporting):
    exporting.account.put_evaluations(BUCKETS, [result("three", "NON_COMPLIANT")])
    key = run(exporting)["report"].replace("index.html", "findings.ocsf.jsonl")
    body = exporting.client("s3").get_object(Bucket=exporting.outputs["bucketName"], Key=key)["Body"].read()
    told = [json.loads(line) for line in body.splitlines()]
    assert "three" in {one["resources"][0]["uid"] for one in told}
    assert [fault for finding in told for fault in ocsf_faults(finding)] == []


def test_files_of_a_report_are_locked_and_pages_that_each_run_writes_are_not(exporting, refused):
    before = datetime.now(UTC)
    page = run(exporting)["report"]
    s3, bucket = exporting.client("s3"), exporting.outputs["bucketName"]
    files = exporting.objects(page.removesuffix("index.html"))
    assert {name.rsplit("/", 1)[-1] for name in files} >= {"index.html", "manifest.json", "findings.csv"}
    for key in files:
        head = s3.head_object(Bucket=bucket, Key=key)
        assert head["ObjectLockMode"] == "GOVERNANCE", key
        locked = head["ObjectLockRetainUntilDate"] - before
        assert timedelta(days=30) - timedelta(minutes=1) < locked < timedelta(days=30, minutes=1), key
        with refused("AccessDenied"):
            s3.delete_object(Bucket=bucket, Key=key, VersionId=head["VersionId"])
    for key in ("reports/latest/index.html", "reports/aggregation/index.html"):
        assert "ObjectLockMode" not in s3.head_object(Bucket=bucket, Key=key), key


def test_role_may_lock_reports_and_nothing_else(exporting, refused):
    s3 = exporting.account.as_role(role(exporting)).client("s3")
    bucket, key = exporting.outputs["bucketName"], exporting.outputs["kmsKeyArn"]
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=1)}
    encrypted = {"Bucket": bucket, "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key, "Body": b"{}"}
    s3.put_object(Key="reports/aggregation/test/locked.json", **encrypted, **lock)
    s3.put_object(Key="reports/latest/index.html", **encrypted)
    with refused("AccessDenied"):
        s3.put_object(Key="reports/latest/index.html", **encrypted, **lock)


def test_throttled_imports_are_repeated(exporting):
    exporting.account.put_evaluations(BUCKETS, [result("four", "NON_COMPLIANT")])
    exporting.account.throttle("securityhub", "*", 3)
    assert run(exporting)["securityHub"]["sent"] == 1


def test_role_may_import_its_own_product_only(exporting, refused):
    client = exporting.account.as_role(role(exporting)).client("securityhub")
    with refused("AccessDeniedException"):
        client.get_findings()
    policies = exporting.client("iam").list_role_policies(RoleName=role(exporting).rsplit("/", 1)[-1])["PolicyNames"]
    found = [
        statement
        for name in policies
        for statement in exporting.client("iam").get_role_policy(
            RoleName=role(exporting).rsplit("/", 1)[-1], PolicyName=name
        )["PolicyDocument"]["Statement"]
        if "securityhub" in json.dumps(statement)
    ]
    account, region = exporting.account.account_id, exporting.account.region
    product = f"arn:aws:securityhub:{region}:{account}:product/{account}/default"
    assert [(one["Action"], one["Resource"]) for one in found] == [(["securityhub:BatchImportFindings"], [product])]


def test_account_without_security_hub_is_refused_at_preview_with_the_command(deploy, new_account, tmp_path):
    deployed = deploy(yaml_program(tmp_path / "off", INPUTS, OUTPUTS), account=new_account(), up=False)
    with pytest.raises(EngineError) as caught:
        deployed.stack.preview()
    assert "exports.securityHub" in str(caught.value) and "enable-security-hub" in str(caught.value)


def test_hub_that_is_disabled_later_fails_the_run_after_its_report(exporting):
    hub = exporting.client("securityhub")
    exporting.account.put_evaluations(BUCKETS, [result("five", "NON_COMPLIANT")])
    hub.disable_security_hub()
    try:
        answer = exporting.client("lambda").invoke(FunctionName=ROLE, Payload=b"{}")
        said = json.load(answer["Payload"])
        assert answer["FunctionError"] and "exports.securityHub" in said["errorMessage"]
        latest = exporting.record("reports/aggregation/latest.json")
        assert f"{latest['prefix']}summary.json" in exporting.objects(latest["prefix"])
    finally:
        hub.enable_security_hub()
    open_findings = run(exporting)["nonCompliant"]
    assert len([one for one in findings(exporting) if one["RecordState"] == "ACTIVE"]) == open_findings


def test_waived_findings_are_suppressed(exporting):
    exporting.account.put_evaluations(BUCKETS, [result("legacy", "NON_COMPLIANT")])
    run(exporting)
    waiver = {"resource": "legacy", "owner": "data", "reason": "migration", "expires": "2027-06-30"}
    waived = change(exporting, **{**INPUTS, "waivers": [waiver]})
    waived.stack.up()
    run(exporting)
    states = sorted(
        (one["RecordState"], one["Workflow"]["Status"])
        for one in findings(exporting)
        if one["Resources"][0]["Id"] == "legacy"
    )
    assert states == [("ACTIVE", "SUPPRESSED"), ("ARCHIVED", "NEW")]

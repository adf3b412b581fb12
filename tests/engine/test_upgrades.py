"""A released version that runs in an account is upgraded there: nothing is lost, and everything works afterwards."""

from __future__ import annotations

import json

import pytest

from account.client import Account, prepare_landing_zone, start
from engine.deployment import Deployment, yaml_program
from engine.record_release import ACCOUNTS, REGION, RELEASES
from engine.released import bring_up
from engine.test_functions import BUCKETS, eventually, result
from engine.test_releases import ON_PURPOSE, harmful
from harness.artefacts import tools
from harness.engine import EngineError
from harness.stack import Stack

RECORDED = sorted(RELEASES.glob("*/yaml.json"))
INPUTS = {"notifications": {"emails": {"security": "security@example.com"}}, "tags": {"team": "security"}}
# Releases before the owner tag say by nothing that they are ours.
ADOPTED = {**INPUTS, "lookup": {"adoptUnmarked": True}}
TABLE = "compliance-ledger"
# A finding as every version with a table writes it. It stays as it is here, whatever a later version writes.
SINCE = "2026-01-02T03:04:05Z"
FINDING = {
    "rule": BUCKETS,
    "region": REGION,
    "resourceType": "AWS::S3::Bucket",
    "resourceId": "known",
    "open": True,
    "since": SINCE,
}
KEY = {"partition": {"S": f"findings/{ACCOUNTS['yaml']}"}, "sort": {"S": f"{BUCKETS}/{REGION}/AWS.S3.Bucket/known"}}


@pytest.fixture(params=RECORDED, ids=lambda path: path.parent.name)
def released(request, engine, tmp_path):
    """The release in an account of its own number, in a process of its own: other tests preview it elsewhere."""
    recorded = json.loads(request.param.read_text())
    with start(auth=True) as endpoint:
        account = Account(endpoint, ACCOUNTS["yaml"], REGION)
        prepare_landing_zone(account)
        program = yaml_program(tmp_path / "program", INPUTS, {"bucketName": "${compliance.bucketName}"})
        text = json.loads((program / "Pulumi.yaml").read_text())
        (program / "Pulumi.yaml").write_text(json.dumps({**text, "name": "compliance-yaml"}))
        stack = Stack(engine, program, "release", account.environment)
        stack.import_state(bring_up(account, recorded["deployment"], str(tools.bundle())))
        yield Deployment(stack, account)


def tables(deployed: Deployment) -> list[str]:
    """The tables of the account."""
    return deployed.client("dynamodb").list_tables()["TableNames"]


def remember(deployed: Deployment) -> None:
    """Write a finding to the ledger, as an earlier version did, and let the account have it, too: else it is fixed."""
    deployed.account.put_evaluations(BUCKETS, [result(FINDING["resourceId"], "NON_COMPLIANT")])
    item = {**KEY, "revision": {"N": "1"}, "body": {"S": json.dumps(FINDING)}}
    deployed.client("dynamodb").put_item(TableName=TABLE, Item=item)


def remembered(deployed: Deployment) -> dict:
    """The finding, as it is in the ledger now."""
    item = deployed.client("dynamodb").get_item(TableName=TABLE, Key=KEY, ConsistentRead=True)["Item"]
    return json.loads(item["body"]["S"]) | {"revision": int(item["revision"]["N"])}


def judge(deployed: Deployment, verdict: str) -> None:
    """Give the resource of the finding a result, and let processing read it."""
    deployed.account.put_evaluations(BUCKETS, [result(FINDING["resourceId"], verdict)])
    # What the second run finds more belongs to the first, too.
    for _ in range(2):
        deployed.invoke("compliance-processing", {})


def test_journey_20_a_release_in_its_account_is_upgraded(released):
    bucket = released.outputs["bucketName"]
    s3 = released.client("s3")
    # The ledger of the first releases were objects.
    kept = ("reports/aggregation/kept.json", f"ledger/{ACCOUNTS['yaml']}/{REGION}/kept.json")
    for key in kept:
        s3.put_object(Bucket=bucket, Key=key, Body=b"{}")
    had_table = TABLE in tables(released)
    if had_table:
        remember(released)
    with pytest.raises(EngineError) as caught:
        released.stack.preview()
    assert "lookup.adoptUnmarked" in str(caught.value)

    path = released.stack.folder / "Pulumi.yaml"
    text = json.loads(path.read_text())
    text["resources"]["compliance"]["properties"] = ADOPTED
    path.write_text(json.dumps(text))
    changes = released.stack.up()
    # An update says of a replacement that it creates one.
    done = {
        urn.split("::")[-1]: step.removeprefix("create-").removesuffix("ment") for urn, step in harmful(changes).items()
    }
    assert done == ON_PURPOSE
    if not had_table:
        # The first `up` brought it: every further one is an upgrade of what has a table.
        remember(released)
    text["resources"]["compliance"]["properties"] = INPUTS
    path.write_text(json.dumps(text))
    released.stack.up()
    again = released.stack.up()
    assert again.none, again.touched

    upgraded = Deployment(released.stack, released.account)
    assert [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in kept] == [b"{}", b"{}"]
    assert upgraded.invoke("compliance-processing", {})["record"] in upgraded.objects()
    upgraded.invoke("compliance-aggregation", {})
    assert "reports/aggregation/latest.json" in upgraded.objects("reports/aggregation/")
    judge(upgraded, "NON_COMPLIANT")
    # What is known keeps the time since when it is so.
    assert {name: remembered(upgraded)[name] for name in FINDING} == FINDING
    judge(upgraded, "COMPLIANT")
    closed = eventually(lambda: (found := remembered(upgraded))["revision"] > 1 and found)
    assert (closed["open"], closed["since"], closed["resourceId"]) == (False, SINCE, FINDING["resourceId"])
    alarms = upgraded.client("cloudwatch").describe_alarms(AlarmNamePrefix="compliance-")["MetricAlarms"]
    recorded = {alarm["inputs"]["name"] for alarm in upgraded.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert {alarm["AlarmName"] for alarm in alarms} == recorded

"""The deployed functions at work, each under its own role with IAM enforced."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from engine.deployment import EXAMPLES, Deployment, compliance_change

BUCKETS = "s3-bucket-encryption-enabled"
HANDLERS = ("processing", "aggregation", "remediation")


@pytest.fixture(scope="module")
def working(deploy) -> Deployment:
    """The YAML example, deployed for the functions to work in."""
    return deploy(EXAMPLES / "yaml")


def eventually(read: Callable[[], object], seconds: float = 30) -> object:
    """The first truthy thing `read` gives."""
    end = time.monotonic() + seconds
    while not (found := read()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.1)
    return found


def result(bucket: str, verdict: str) -> dict:
    """A verdict on a bucket."""
    return {"resourceType": "AWS::S3::Bucket", "resourceId": bucket, "complianceType": verdict}


def assert_encrypted(working: Deployment, key: str) -> None:
    """The object is encrypted with the component's key."""
    head = working.client("s3").head_object(Bucket=working.outputs["bucketName"], Key=key)
    assert head["ServerSideEncryption"] == "aws:kms"
    assert head["SSEKMSKeyId"] == working.outputs["kmsKeyArn"]


def session(working: Deployment, handler: str):
    """The account as a function's role sees it."""
    function = working.client("lambda").get_function(FunctionName=f"compliance-{handler}")
    return working.account.as_role(function["Configuration"]["Role"])


def test_processing_records_what_config_judges(working):
    working.account.put_evaluations(BUCKETS, [result("good", "COMPLIANT"), result("bad", "NON_COMPLIANT")])
    answer = working.invoke("compliance-processing", {})
    assert (answer["rules"], answer["nonCompliant"], answer["insufficientData"]) == (4, 1, 3)
    record = working.record(answer["record"])
    assert (record["kind"], record["account"], record["region"]) == (
        "evaluation",
        working.account.account_id,
        working.account.region,
    )
    assert answer["record"].startswith("reports/processing/")
    assert_encrypted(working, answer["record"])


def test_aggregation_records_what_the_aggregator_sees(working):
    working.account.put_evaluations(BUCKETS, [result("good", "COMPLIANT"), result("bad", "NON_COMPLIANT")])
    answer = working.invoke("compliance-aggregation", {})
    assert (answer["compliant"], answer["nonCompliant"], answer["unreadableResources"]) == (1, 1, 0)
    record = working.record(answer["record"])
    assert (record["kind"], record["aggregator"]) == ("snapshot", "compliance-aggregator")
    assert answer["record"].startswith("reports/aggregation/")
    assert_encrypted(working, answer["record"])


def test_remediation_records_what_it_is_told_and_changes_nothing(working):
    working.invoke("compliance-remediation", compliance_change(working.account, BUCKETS))
    prefix = f"ledger/{working.account.account_id}/{working.account.region}/AWS.S3.Bucket/my-bucket/{BUCKETS}/"
    keys = working.objects(prefix)
    assert len(keys) == 1
    record = working.record(keys[0])
    assert (record["kind"], record["change"]["resourceId"]) == ("ledger", "my-bucket")
    assert_encrypted(working, keys[0])


def test_the_schedule_leads_to_a_record_and_the_record_to_a_snapshot(working):
    before = set(working.objects("reports/"))
    assert working.account.fire_schedule("compliance-schedule") == 1

    def snapshot() -> dict | None:
        new = [key for key in working.objects("reports/aggregation/") if key not in before]
        return working.record(new[0]) if new else None

    found = eventually(snapshot)
    evaluations = [key for key in working.objects("reports/processing/") if key not in before]
    assert [working.record(key)["trigger"] for key in evaluations] == ["schedule"]
    assert found["processingRecord"] == evaluations[0]


def test_a_compliance_change_leads_to_a_ledger_entry_and_a_new_evaluation(working):
    before = set(working.objects())
    working.account.put_evaluations(BUCKETS, [result("changed", "NON_COMPLIANT")])
    ledger = f"ledger/{working.account.account_id}/{working.account.region}/AWS.S3.Bucket/changed/"
    keys = eventually(lambda: working.objects(ledger))
    assert working.record(keys[0])["change"]["compliance"] == "NON_COMPLIANT"
    assert_encrypted(working, keys[0])

    def triggers() -> list[str]:
        new = [key for key in working.objects("reports/processing/") if key not in before]
        return [working.record(key)["trigger"] for key in new]

    assert eventually(triggers) == ["queue"]


def test_what_a_function_says_is_in_its_log_group(working):
    working.invoke("compliance-processing", {})
    logs = working.client("logs")

    def said() -> str:
        events = logs.filter_log_events(logGroupName="/aws/lambda/compliance-processing")["events"]
        return "".join(event["message"] for event in events if "CompliantRules" in event["message"])

    assert '"Namespace":"ComplianceMonitoring"' in eventually(said).replace(" ", "")


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_cannot_delete_or_read_a_record(working, refused, handler):
    key = working.invoke("compliance-processing", {})["record"]
    s3, place = session(working, handler).client("s3"), {"Bucket": working.outputs["bucketName"], "Key": key}
    for request in (s3.delete_object, s3.get_object):
        with refused("AccessDenied"):
            request(**place)
    assert key in working.objects()


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_cannot_write_outside_its_own_prefix(working, refused, handler):
    s3 = session(working, handler).client("s3")
    own = {"processing": "reports/processing/", "aggregation": "reports/aggregation/", "remediation": "ledger/"}
    for other in {"configuration/", "history/", *own.values()} - {own[handler]}:
        with refused("AccessDenied"):
            s3.put_object(Bucket=working.outputs["bucketName"], Key=f"{other}x", Body=b"")
    s3.put_object(Bucket=working.outputs["bucketName"], Key=f"{own[handler]}x", Body=b"")


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_cannot_change_config(working, refused, handler):
    config = session(working, handler).client("config")
    with refused("AccessDeniedException"):
        config.delete_config_rule(ConfigRuleName=BUCKETS)
    with refused("AccessDeniedException"):
        config.delete_configuration_aggregator(ConfigurationAggregatorName="compliance-aggregator")


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_cannot_change_its_own_role_or_the_key(working, refused, handler):
    account = session(working, handler)
    with refused("AccessDenied"):
        account.client("iam").list_roles()
    with refused("AccessDeniedException"):
        account.client("kms").schedule_key_deletion(KeyId=working.outputs["kmsKeyId"], PendingWindowInDays=7)


def test_nothing_was_lost_in_silence(working):
    assert [entry for entry in working.account.lost() if working.account.account_id in str(entry)] == []

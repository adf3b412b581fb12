"""The deployed functions at work, each under its own role with IAM enforced."""

from __future__ import annotations

import time
from collections.abc import Callable

import duckdb
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


def text(working: Deployment, key: str) -> str:
    """An object as a text."""
    return working.client("s3").get_object(Bucket=working.outputs["bucketName"], Key=key)["Body"].read().decode()


def said(working: Deployment, handler: str, word: str) -> str:
    """What a function's log says with this word in it."""
    events = working.client("logs").filter_log_events(logGroupName=f"/aws/lambda/compliance-{handler}")["events"]
    return "".join(event["message"] for event in events if word in event["message"])


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


def test_aggregation_reports_what_the_aggregator_sees(working):
    working.account.put_evaluations(BUCKETS, [result("good", "COMPLIANT"), result("bad", "NON_COMPLIANT")])
    answer = working.invoke("compliance-aggregation", {})
    assert (answer["compliant"], answer["nonCompliant"], answer["unreadableResources"]) == (1, 1, 0)
    folder = answer["report"].removesuffix("index.html")
    assert folder.startswith("reports/aggregation/")
    files = {key.removeprefix(folder): key for key in working.objects(folder)}
    assert set(files) == {
        "findings.csv",
        "fixed.csv",
        "index.html",
        "manifest.json",
        "report.json",
        "rules.csv",
        "summary.json",
    }
    for key in files.values():
        assert_encrypted(working, key)
    report = working.record(files["report.json"])
    assert [(finding["resourceId"], finding["rule"]) for finding in report["findings"]] == [("bad", BUCKETS)]
    (source,) = report["sources"]
    place = (working.account.account_id, working.account.region, True)
    assert (source["account"], source["region"], source["reported"]) == place
    page = text(working, files["index.html"])
    assert ">bad<" in page and BUCKETS in page
    assert answer["report"].removeprefix("reports/aggregation/") in text(working, "reports/aggregation/index.html")


def test_the_next_report_says_what_changed(working):
    working.account.put_evaluations(BUCKETS, [result("good", "COMPLIANT"), result("bad", "NON_COMPLIANT")])
    working.invoke("compliance-aggregation", {})
    working.account.put_evaluations(BUCKETS, [result("good", "NON_COMPLIANT"), result("bad", "COMPLIANT")])
    answer = working.invoke("compliance-aggregation", {})
    report = working.record(answer["report"].replace("index.html", "report.json"))
    change = report["change"]
    assert (change["new"], change["fixed"], change["stillOpen"]) == (1, 1, 0)
    assert report["trend"][-1]["scoreMillipoints"] == answer["scoreMillipoints"]
    assert working.record("reports/aggregation/latest.json")["prefix"] == answer["report"].removesuffix("index.html")


def test_the_last_bad_resource_that_goes_away_is_fixed(working):
    working.account.put_evaluations(BUCKETS, [result("good", "COMPLIANT"), result("bad", "NON_COMPLIANT")])
    working.invoke("compliance-aggregation", {})
    working.account.put_evaluations(BUCKETS, [result("bad", "NOT_APPLICABLE"), result("good", "NOT_APPLICABLE")])
    answer = working.invoke("compliance-aggregation", {})
    report = working.record(answer["report"].replace("index.html", "report.json"))
    assert [finding["resourceId"] for finding in report["fixed"]] == ["bad"]
    assert (report["findings"], report["sources"][0]["reported"]) == ([], True)


def test_a_source_that_fails_is_told_with_its_age_and_its_rows_stay(working):
    working.account.put_evaluations(BUCKETS, [result("bad", "NON_COMPLIANT")])
    place = (working.account.account_id, working.account.region)
    working.account.fail_source(*place, seconds=3 * 24 * 60 * 60)
    try:
        answer = working.invoke("compliance-aggregation", {})
    finally:
        working.account.fail_source(*place, status="SUCCEEDED")
    report = working.record(answer["report"].replace("index.html", "report.json"))
    assert (report["sources"][0]["reported"], report["sources"][0]["ageDays"]) == (False, 3)
    assert [finding["resourceId"] for finding in report["findings"]] == ["bad"]


def test_the_history_of_a_run_is_read_by_an_engine_that_scales(working, tmp_path):
    working.account.put_evaluations(BUCKETS, [result("good", "COMPLIANT"), result("bad", "NON_COMPLIANT")])
    before = set(working.objects("history/"))
    working.invoke("compliance-aggregation", {})
    (key,) = set(working.objects("history/")) - before
    assert f"/account={working.account.account_id}/region={working.account.region}/" in key
    assert_encrypted(working, key)
    # The folders are the partitions.
    place = tmp_path / key
    place.parent.mkdir(parents=True)
    working.client("s3").download_file(working.outputs["bucketName"], key, str(place))
    query = (
        "SELECT account::VARCHAR, region, rule, resource_id, compliance FROM read_parquet(?, hive_partitioning = true)"
    )
    rows = duckdb.execute(f"{query} ORDER BY resource_id", [str(place)]).fetchall()
    source = (working.account.account_id, working.account.region, BUCKETS)
    assert rows == [(*source, "bad", "NON_COMPLIANT"), (*source, "good", "COMPLIANT")]


def test_remediation_records_what_it_is_told_and_changes_nothing(working):
    working.invoke("compliance-remediation", compliance_change(working.account, BUCKETS))
    prefix = f"ledger/{working.account.account_id}/{working.account.region}/AWS.S3.Bucket/my-bucket/{BUCKETS}/"
    keys = working.objects(prefix)
    assert len(keys) == 1
    record = working.record(keys[0])
    assert (record["kind"], record["change"]["resourceId"]) == ("ledger", "my-bucket")
    assert_encrypted(working, keys[0])


def test_the_schedule_leads_to_a_record_and_the_record_to_a_report(working):
    before = set(working.objects("reports/"))
    assert working.account.fire_schedule("compliance-schedule") == 1

    def reports() -> list[str]:
        new = [key for key in working.objects("reports/aggregation/") if key not in before]
        return [key for key in new if key.endswith("/summary.json")]

    eventually(reports)
    evaluations = [key for key in working.objects("reports/processing/") if key not in before]
    assert [working.record(key)["trigger"] for key in evaluations] == ["schedule"]
    eventually(lambda: evaluations[0] in said(working, "aggregation", "processingRecord"))


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
    working.invoke("compliance-aggregation", {})
    for handler, metric in (("processing", "CompliantRules"), ("aggregation", "Score")):
        found = eventually(lambda place=(handler, metric): said(working, *place))
        assert '"Namespace":"ComplianceMonitoring"' in found.replace(" ", "")


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


def test_run_that_takes_longer_than_an_invocation_goes_on_by_itself(working):
    results = [result(f"b-{number:03}", "NON_COMPLIANT" if number < 3 else "COMPLIANT") for number in range(250)]
    working.account.put_evaluations(BUCKETS, results)
    client, name = working.client("lambda"), "compliance-aggregation"
    before = set(working.objects("reports/aggregation/"))
    client.update_function_configuration(FunctionName=name, Timeout=6)
    # Two thirds of its time are for reading.
    working.account.slow_down("config", "SelectAggregateResourceConfig", times=2, seconds=4.2)
    answer = working.invoke(name, {})
    assert (answer["unfinished"], answer["resources"]) == (True, 100)

    def reports() -> list[str]:
        new = [key for key in working.objects("reports/aggregation/") if key not in before]
        return [key for key in new if key.endswith("/report.json")]

    keys = eventually(reports, seconds=60)
    client.update_function_configuration(FunctionName=name, Timeout=300)
    report = working.record(keys[0])
    assert {"b-000", "b-001", "b-002"} <= {finding["resourceId"] for finding in report["findings"]}
    assert report["resources"] >= 250


def test_report_is_sealed_and_the_last_one_has_an_address_of_its_own(working):
    answer = working.invoke("compliance-aggregation", {})
    folder = answer["report"].removesuffix("index.html")
    manifest = working.record(f"{folder}manifest.json")
    files = {key.removeprefix(folder) for key in working.objects(folder)}
    assert manifest["files"].keys() == files - {"manifest.json"}
    page = text(working, "reports/latest/index.html")
    assert f"../{folder.removeprefix('reports/')}findings.csv" in page


def test_nothing_was_lost_in_silence(working):
    assert [entry for entry in working.account.lost() if working.account.account_id in str(entry)] == []

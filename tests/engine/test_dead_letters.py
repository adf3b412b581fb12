"""What a function cannot work on ends in its failure queue, with its reason in the log and nothing half-written."""

from __future__ import annotations

import json

import pytest

from engine.deployment import compliance_change, yaml_program
from engine.test_functions import eventually

INPUTS = {"reports": {"forceDestroy": True}}
OUTPUTS = ("bucketName", "ledgerTableName")


@pytest.fixture(scope="module")
def deployed(deploy, tmp_path_factory):
    """A deployment that is spoilt, test by test; its last tests take its table and its bucket."""
    outputs = {name: f"${{compliance.{name}}}" for name in OUTPUTS}
    return deploy(yaml_program(tmp_path_factory.mktemp("letters"), INPUTS, outputs))


def dead_letters(deployed, handler: str) -> list[dict]:
    """The messages of a function's failure queue, which is empty afterwards."""
    sqs = deployed.client("sqs")
    url = sqs.get_queue_url(QueueName=f"compliance-{handler}-dead-letters")["QueueUrl"]
    found = []
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages"
    ):
        for message in batch:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += batch
    return found


def invoke_and_forget(deployed, handler: str, event: dict) -> dict:
    """Invoke as a schedule does, without waiting for the answer; the message that is left in the failure queue."""
    function = f"compliance-{handler}"
    deployed.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
    (message,) = eventually(lambda: dead_letters(deployed, handler))
    return message


def error_of(deployed, handler: str, event: dict) -> tuple[str, str]:
    """Type and text of the error that a function answers."""
    answer = deployed.client("lambda").invoke(FunctionName=f"compliance-{handler}", Payload=json.dumps(event))
    result = json.load(answer["Payload"])
    assert answer.get("FunctionError"), result
    return result["errorType"], result["errorMessage"]


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        ("processing", "expected "),
        ("aggregation", "expected "),
        ("remediation", "no compliance change: missing field"),
    ],
)
def test_an_event_that_makes_no_sense_is_in_the_failure_queue_as_it_came(deployed, handler, told):
    event = {"detail-type": "Something", "n": 1}
    kind, text = error_of(deployed, handler, event)
    assert kind == "GiveUp.Event"
    assert text.startswith(told)
    before = deployed.objects()
    message = invoke_and_forget(deployed, handler, event)
    assert json.loads(message["Body"]) == event
    assert "GiveUp.Event" in message["MessageAttributes"]["ErrorMessage"]["StringValue"]
    assert deployed.objects() == before


NO_JSON = "no json"


@pytest.mark.parametrize(("handler", "refused"), [("processing", 2), ("remediation", 1)])
def test_messages_of_the_queue_that_cannot_be_worked_on_end_there(deployed, handler, refused):
    """Messages about rules of others end there; the change of a rule that was removed in the meantime is no failure."""
    source = {"Owner": "AWS", "SourceIdentifier": "EIP_ATTACHED"}
    deployed.client("config").put_config_rule(ConfigRule={"ConfigRuleName": "someone-elses", "Source": source})
    sqs = deployed.client("sqs")
    url = sqs.get_queue_url(QueueName=f"compliance-{handler}-events")["QueueUrl"]
    # Half an hour between two tries would be too long for a test.
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    bodies = [NO_JSON, json.dumps(compliance_change(deployed.account, rule="someone-elses"))]
    good = json.dumps(compliance_change(deployed.account))
    removed = json.dumps(compliance_change(deployed.account, rule="removed"))
    for body in [bodies[0], good, bodies[1], removed]:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    found: list[str] = []

    def all_of_them() -> list[str]:
        found.extend(message["Body"] for message in dead_letters(deployed, handler))
        return found if len(found) == refused else []

    assert sorted(eventually(all_of_them)) == sorted(bodies[:refused]), "the good one between them is done"
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    assert counts["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_a_missing_environment_is_named_whole(deployed):
    functions, name = deployed.client("lambda"), "compliance-processing"
    whole = functions.get_function_configuration(FunctionName=name)["Environment"]
    fewer = {key: value for key, value in whole["Variables"].items() if key not in ("REPORT_BUCKET", "LEDGER_TABLE")}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": fewer})
    kind, text = error_of(deployed, "processing", {})
    assert kind == "GiveUp.Environment"
    assert "`REPORT_BUCKET` missing" in text
    assert "`LEDGER_TABLE` missing" in text
    message = invoke_and_forget(deployed, "processing", {})
    assert "GiveUp.Environment" in message["MessageAttributes"]["ErrorMessage"]["StringValue"]
    functions.update_function_configuration(FunctionName=name, Environment=whole)
    assert deployed.invoke(name, {})["rules"] == 4


def test_a_table_that_is_gone_is_named_and_nothing_is_written(deployed):
    table, before = deployed.outputs["ledgerTableName"], deployed.objects()
    deployed.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    deployed.client("dynamodb").delete_table(TableName=table)
    kind, text = error_of(deployed, "processing", {})
    assert kind == "GiveUp.Aws"
    assert f"`{table}`" in text
    assert "ResourceNotFoundException" in text
    message = invoke_and_forget(deployed, "processing", {"trigger": "deployment"})
    assert json.loads(message["Body"]) == {"trigger": "deployment"}
    assert deployed.objects() == before


@pytest.mark.parametrize("handler", ["processing", "aggregation"])
def test_a_bucket_that_is_gone_is_named(deployed, handler):
    s3, bucket = deployed.client("s3"), deployed.outputs["bucketName"]
    if bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])
        s3.delete_bucket(Bucket=bucket)
    kind, text = error_of(deployed, handler, {})
    assert kind == "GiveUp.Aws"
    assert "NoSuchBucket" in text
    assert f"`{bucket}`" in text
    message = invoke_and_forget(deployed, handler, {})
    assert "NoSuchBucket" in message["MessageAttributes"]["ErrorMessage"]["StringValue"]

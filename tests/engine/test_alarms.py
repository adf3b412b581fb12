"""The alarms of a deployed monitor: their messages arrive through the encrypted topic and lead to pages."""

from __future__ import annotations

import json
import urllib.parse

import pytest

from engine.children import of_part
from engine.deployment import EXAMPLES, Deployment
from engine.test_functions import eventually


@pytest.fixture(scope="module")
def alarming(deploy) -> Deployment:
    """The YAML example, with a queue that is subscribed to its topic."""
    deployed = deploy(EXAMPLES / "yaml")
    sqs, topic = deployed.client("sqs"), deployed.outputs["snsTopicArn"]
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    admitted = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    condition = {"ArnEquals": {"aws:SourceArn": topic}}
    policy = {"Version": "2012-10-17", "Statement": [{**admitted, "Resource": arn, "Condition": condition}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    deployed.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return deployed


def told(alarming: Deployment) -> dict[str, dict]:
    """What arrived since the last call, by alarm; of several messages of one alarm the last."""
    sqs = alarming.client("sqs")
    queue, found = sqs.get_queue_url(QueueName="told")["QueueUrl"], {}
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            text = json.loads(message["Body"])["Message"]
            if text.startswith("{") and "AlarmName" in (alarm := json.loads(text)):
                found[alarm["AlarmName"]] = alarm
    return found


def alarms(alarming: Deployment) -> list[dict]:
    """The alarms of the account, without the one that only tests the way through the topic."""
    found = alarming.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return [alarm for alarm in found if alarm["AlarmName"] != "compliance-delivery-test"]


def ring(alarming: Deployment, name: str, state: str) -> None:
    """Set an alarm's state, as CloudWatch does when it has judged the metric."""
    alarming.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


def test_every_alarm_arrives_and_leads_to_a_page_that_is_in_the_bucket(alarming):
    names = [alarm["AlarmName"] for alarm in alarms(alarming)]
    assert len(names) == of_part("Alarms")["aws:cloudwatch/metricAlarm:MetricAlarm"]
    for name in names:
        ring(alarming, name, "ALARM")
    arrived = told(alarming)
    assert sorted(arrived) == sorted(names)
    for name, alarm in arrived.items():
        link = urllib.parse.urlsplit(alarm["AlarmDescription"].split("What to do: ")[1])
        assert link.path == f"/s3/object/{alarming.outputs['bucketName']}"
        key = urllib.parse.parse_qs(link.query)["prefix"][0]
        page = alarming.client("s3").get_object(Bucket=alarming.outputs["bucketName"], Key=key)
        assert page["SSEKMSKeyId"] == alarming.outputs["kmsKeyArn"]
        assert page["ContentType"].startswith("text/plain")
        assert name.replace("compliance-", "`PREFIX-", 1) in page["Body"].read().decode()


def test_an_alarm_that_is_over_is_told_but_for_a_score_that_falls_no_further(alarming):
    names = [alarm["AlarmName"] for alarm in alarms(alarming)]
    for state in ("ALARM", "OK"):
        told(alarming)
        for name in names:
            ring(alarming, name, state)
    assert set(names) - set(told(alarming)) == {"compliance-score-fell"}


def test_what_the_alarms_watch_is_there(alarming):
    functions = {one["FunctionName"] for one in alarming.client("lambda").list_functions()["Functions"]}
    queues = {url.rsplit("/", 1)[1] for url in alarming.client("sqs").list_queues()["QueueUrls"]}
    watched = {}
    for alarm in alarms(alarming):
        parts = [
            alarm,
            *(metric["MetricStat"]["Metric"] for metric in alarm.get("Metrics", []) if "MetricStat" in metric),
        ]
        for dimension in [dimension for part in parts for dimension in part.get("Dimensions", [])]:
            watched.setdefault(dimension["Name"], set()).add(dimension["Value"])
    assert watched == {
        "FunctionName": functions,
        "Severity": {"critical", "high"},
        "QueueName": {name for name in queues if name.endswith("-dead-letters")},
    }


@pytest.mark.parametrize("stopped", [False, True])
def test_aggregation_measures_whether_anything_is_recorded(alarming, stopped):
    config = alarming.client("config")
    change = config.stop_configuration_recorder if stopped else config.start_configuration_recorder
    change(ConfigurationRecorderName="default")
    alarming.invoke("compliance-aggregation", {})

    def measured() -> list[dict]:
        group = "/aws/lambda/compliance-aggregation"
        events = alarming.client("logs").filter_log_events(logGroupName=group)["events"]
        lines = [event["message"] for event in events if '"RecorderStopped"' in event["message"]]
        found = [json.loads(line) for line in lines]
        return [line for line in found if line["RecorderStopped"] == int(stopped)]

    assert eventually(measured)[-1]["FunctionName"] == "compliance-aggregation"


def test_nothing_was_lost_in_silence(alarming):
    assert [entry for entry in alarming.account.lost() if alarming.account.account_id in str(entry)] == []

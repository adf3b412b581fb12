"""Metric alarms: what is refused, metric math, and the message that an alarm sends."""

import json

import pytest

SCORE = {
    "Id": "score",
    "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "Score"}, "Period": 86400, "Stat": "Minimum"},
    "ReturnData": False,
}
CHANGE = {"Id": "change", "Expression": "DIFF(score)", "ReturnData": True}
ONE = {"Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 300}


def put(account, **given) -> None:
    """An alarm on one metric, or what is given instead."""
    common = {"EvaluationPeriods": 1, "ComparisonOperator": "LessThanThreshold", "Threshold": 1}
    account.client("cloudwatch").put_metric_alarm(AlarmName="a", **{**common, **given})


def test_an_alarm_on_metric_math_keeps_its_metrics(account):
    put(account, Metrics=[SCORE, CHANGE])
    [alarm] = account.client("cloudwatch").describe_alarms(AlarmNames=["a"])["MetricAlarms"]
    assert [metric["Id"] for metric in alarm["Metrics"]] == ["score", "change"]
    assert "MetricName" not in alarm and "Period" not in alarm


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({}, "Exactly one of MetricName and Metrics"),
        ({**ONE, "Metrics": [SCORE, CHANGE]}, "Exactly one of MetricName and Metrics"),
        ({**ONE, "ExtendedStatistic": "p99"}, "Exactly one of Statistic"),
        ({**ONE, "Period": 90}, "multiple of 60"),
        ({**ONE, "Period": 300, "EvaluationPeriods": 289}, "more than 86400 seconds"),
        ({**ONE, "Period": 3600, "EvaluationPeriods": 169}, "more than 604800 seconds"),
        ({**ONE, "AlarmDescription": "x" * 1025}, "'alarmDescription'"),
        ({**ONE, "AlarmActions": [f"arn:aws:sns:us-east-1:1:{n}" for n in range(6)]}, "length less than or equal to 5"),
        ({"Metrics": [SCORE]}, "return data"),
        ({"Metrics": [{**SCORE, "Id": "Score"}, CHANGE]}, "lowercase letter"),
        ({"Metrics": [SCORE, {**CHANGE, "MetricStat": SCORE["MetricStat"]}]}, "Expression and MetricStat"),
        ({"Metrics": [SCORE, CHANGE], "Period": 60}, "Period must not be given beside Metrics"),
    ],
)
def test_an_alarm_that_cannot_be_evaluated_is_refused(account, refused, given, part):
    with refused("ValidationError", part):
        put(account, **given)


def test_an_alarm_tells_its_topic_what_to_do(account):
    topic = account.client("sns").create_topic(Name="alarms")["TopicArn"]
    sqs = account.client("sqs")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    admitted = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**admitted, "Resource": arn}]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    put(account, **ONE, AlarmActions=[topic], AlarmDescription="Look at the page.")
    account.client("cloudwatch").set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="a test")
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert (told["AlarmName"], told["AlarmDescription"]) == ("a", "Look at the page.")

"""Metrics from log lines, and alarms as CloudWatch judges them."""

import json

import pytest

from . import functions

HOUR, DAY = 3600, 86_400
DIMENSIONS = [{"Name": "Deployment", "Value": "f"}]
MEASURES = """
import json, time
def handle(event):
    directive = {"Namespace": "N", "Dimensions": [["Deployment"]], "Metrics": [{"Name": name} for name in event]}
    print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
                      "Deployment": "f", **event}), flush=True)
    return {}
"""


@pytest.fixture
def measure(account, role):
    """`measure(M=1)`: a function writes a log line with metrics."""
    writes = {"Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]}
    functions.make_function(account, "f", MEASURES, role(writes))
    return lambda **values: functions.invoke(account, "f", values)


def put(account, **given) -> None:
    one = {"Namespace": "N", "MetricName": "M", "Statistic": "Maximum", "Period": HOUR, "Dimensions": DIMENSIONS}
    common = {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1}
    # An alarm on metric math says of its metrics what another one says of itself.
    own = {} if "Metrics" in given else one
    account.client("cloudwatch").put_metric_alarm(AlarmName="a", **{**common, **own, **given})


def state(account) -> str:
    return account.judge_alarms()["a"]


def test_a_log_line_becomes_a_metric_of_its_dimensions_and_of_no_others(account, measure):
    put(account)
    measure(M=1)
    assert state(account) == "ALARM"
    put(account, Dimensions=[{"Name": "Deployment", "Value": "other"}], TreatMissingData="notBreaching")
    assert state(account) == "OK"


@pytest.mark.parametrize(
    ("treat", "expected"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "INSUFFICIENT_DATA"), ("missing", "INSUFFICIENT_DATA")],
)
def test_what_was_never_measured_counts_as_the_alarm_says(account, treat, expected):
    put(account, TreatMissingData=treat)
    assert state(account) == expected


def test_an_alarm_that_ignores_what_is_missing_keeps_its_state(account, measure):
    put(account, TreatMissingData="ignore")
    measure(M=1)
    assert state(account) == "ALARM"
    account.advance(4 * HOUR)
    assert state(account) == "ALARM"
    measure(M=0)
    assert state(account) == "OK"


def test_finding_9_an_alarm_on_silence_rings_at_once_where_nothing_was_measured_yet(account, measure):
    silent = {"Statistic": "SampleCount", "EvaluationPeriods": 3, "ComparisonOperator": "LessThanThreshold"}
    put(account, TreatMissingData="breaching", **silent)
    assert state(account) == "ALARM"
    measure(M=5)
    assert state(account) == "OK"
    account.advance(2.5 * HOUR)
    assert state(account) == "OK"
    account.advance(4 * HOUR)
    assert state(account) == "ALARM"


def test_the_change_from_one_day_to_the_next(account, measure):
    lowest = {"Metric": {"Namespace": "N", "MetricName": "M", "Dimensions": DIMENSIONS}, "Period": DAY}
    score = {"Id": "score", "MetricStat": {**lowest, "Stat": "Minimum"}, "ReturnData": False}
    change = {"Id": "change", "Expression": "DIFF(score)", "ReturnData": True}
    falls = {"ComparisonOperator": "LessThanOrEqualToThreshold", "Threshold": -10, "TreatMissingData": "notBreaching"}
    put(account, Metrics=[score, change], **falls)
    measure(M=90)
    assert state(account) == "OK"
    account.advance(DAY)
    measure(M=85)
    assert state(account) == "OK"
    account.advance(DAY)
    measure(M=70)
    assert state(account) == "ALARM"


def test_the_sum_of_all_metrics_is_of_those_that_have_data(account, measure):
    def most(name: str) -> dict:
        metric = {"Namespace": "N", "MetricName": name, "Dimensions": DIMENSIONS}
        return {
            "Id": name.lower(),
            "MetricStat": {"Metric": metric, "Period": HOUR, "Stat": "Maximum"},
            "ReturnData": False,
        }

    total = {"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True}
    put(account, Metrics=[most("M"), most("O"), total], TreatMissingData="ignore", Threshold=3)
    assert state(account) == "INSUFFICIENT_DATA"
    measure(M=2)
    assert state(account) == "OK"
    measure(O=1)
    assert state(account) == "ALARM"
    account.advance(3 * HOUR)
    assert state(account) == "ALARM", "between two reports what the last one found holds"
    measure(M=0, O=2)
    assert state(account) == "OK"


def test_finding_9_an_alarm_without_data_is_silent_at_first_and_sends_when_data_are_lost(account, measure):
    """As the part `Alarms` has it where nothing says when the functions run first."""
    topic = account.client("sns").create_topic(Name="alarms")["TopicArn"]
    queue, arn = functions.make_queue(account, "told")
    functions.admit(account, queue, arn, "sns.amazonaws.com")
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    silent = {
        "Statistic": "SampleCount",
        "EvaluationPeriods": 3,
        "ComparisonOperator": "LessThanThreshold",
        "Threshold": 1,
    }
    put(account, TreatMissingData="missing", InsufficientDataActions=[topic], **silent)
    assert (state(account), functions.messages(account, queue)) == ("INSUFFICIENT_DATA", [])
    measure(M=5)
    account.advance(2.5 * HOUR)
    assert (state(account), functions.messages(account, queue)) == ("OK", [])
    account.advance(4 * HOUR)
    assert state(account) == "INSUFFICIENT_DATA"
    [message] = functions.messages(account, queue)
    assert json.loads(json.loads(message["Body"])["Message"])["NewStateValue"] == "INSUFFICIENT_DATA"


def test_a_change_of_state_is_sent(account, measure):
    topic = account.client("sns").create_topic(Name="alarms")["TopicArn"]
    queue, arn = functions.make_queue(account, "told")
    functions.admit(account, queue, arn, "sns.amazonaws.com")
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    put(account, AlarmActions=[topic])
    measure(M=1)
    for _ in range(2):
        account.judge_alarms()
    [message] = functions.messages(account, queue)
    assert json.loads(json.loads(message["Body"])["Message"])["NewStateValue"] == "ALARM"

"""The runs soon after a deployment, end to end: rules and aggregator take their time, and a test advances the clock."""

from __future__ import annotations

import pytest

from engine.deployment import EXAMPLES, Deployment, deployment
from engine.test_functions import eventually

MINUTE = 60
# AWS Config evaluates new rules minutes after they were put, and aggregators know later still.
EVALUATION, AGGREGATION = 10 * MINUTE, 20 * MINUTE
QUEUE = "compliance-processing-events"


@pytest.fixture(scope="module")
def deployed(engine, new_account) -> Deployment:
    """The YAML example in an account with a volume that is not encrypted, whose rules are not evaluated at once."""
    account = new_account("eu-west-1")
    host = {"ImageId": "ami-12345678", "InstanceType": "m5.large", "MinCount": 1, "MaxCount": 1}
    account.client("ec2").run_instances(**host)
    account.delay(EVALUATION, AGGREGATION)
    return deployment(engine, EXAMPLES / "yaml", account)


def runs(deployed: Deployment) -> int:
    """Runs of processing that a deployment asked for, the first one included."""
    keys = deployed.objects("reports/processing/")
    return sum(deployed.record(key)["trigger"] == "deployment" for key in keys)


def reports(deployed: Deployment) -> list[dict]:
    """What the reports say of themselves, the oldest first."""
    keys = [key for key in deployed.objects("reports/aggregation/") if key.endswith("/summary.json")]
    return sorted((deployed.record(key) for key in keys), key=lambda summary: summary["time"])


def waiting(deployed: Deployment) -> int:
    """Messages that lie in the queue of processing, visible or not."""
    sqs = deployed.client("sqs")
    names = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
    )
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
    return sum(int(found[name]) for name in names)


def delayed(deployed: Deployment) -> int:
    """Messages that are delayed yet."""
    sqs, name = deployed.client("sqs"), "ApproximateNumberOfMessagesDelayed"
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def test_no_message_of_an_alarm_is_lost_while_the_topics_policy_is_missing(deployed):
    lost = [entry for entry in deployed.account.lost() if deployed.account.account_id in entry["source"]]
    assert sorted(entry["source"].split(":")[-1] for entry in lost) == []


def test_finding_8_runs_follow_after_15_45_and_90_minutes_and_the_third_has_what_the_first_lacks(deployed):
    assert (runs(deployed), delayed(deployed)) == (1, 1)
    first = reports(deployed)
    assert [summary["firstEvaluation"]["state"] for summary in first] == ["notStarted"]
    after = {}
    for minutes in range(15, 106, 15):
        before = runs(deployed)
        due = minutes in (15, 45, 90)
        deployed.account.advance(15 * MINUTE + 1)
        if minutes < 90:
            # The message that was due is followed by the next one.
            eventually(lambda: delayed(deployed) == 1)
        else:
            eventually(lambda: waiting(deployed) == 0)
        if due:
            eventually(lambda expected=before + 1: runs(deployed) == expected)
            written = len(after) + 2
            eventually(lambda expected=written: len(reports(deployed)) == expected)
            after[minutes] = reports(deployed)[-1]
        assert runs(deployed) == before + due, minutes
    assert list(after) == [15, 45, 90]
    # The aggregator knew nothing at 15 minutes, and everything from 30 on.
    assert after[15]["resources"] == 0
    assert after[45]["totals"]["nonCompliant"] == after[90]["totals"]["nonCompliant"] > 0


def test_finding_8_nobody_is_sent_single_findings_of_the_first_evaluation(deployed):
    deployed.account.advance(95 * MINUTE)
    assert eventually(lambda: any(report["totals"]["nonCompliant"] for report in reports(deployed)))
    assert "not compliant" not in " ".join(mail["subject"] for mail in deployed.account.mails())


def test_finding_9_no_alarm_on_silence_is_in_alarm_after_the_deployment(deployed):
    states = deployed.account.judge_alarms()
    assert {states[f"compliance-{name}-silent"] for name in ("processing", "aggregation")} == {"OK"}

"""What the smoke test requires of rules and alarms, against an account where some of it is wrong."""

from __future__ import annotations

import json

import pytest

from account.client import Account, prepare_landing_zone, start
from harness import smoke_checks

TYPES = ("DESIRED_INSTANCE_TYPE", {"instanceType": "t3.micro"})
VOLUMES, BUCKETS = ("ENCRYPTED_VOLUMES", {}), ("S3_BUCKET_SSL_REQUESTS_ONLY", {})
PREFIX = "compliance-smoke"


@pytest.fixture(scope="module")
def endpoint():
    """An account process of its own."""
    with start(auth=False) as url:
        yield url


@pytest.fixture
def account(endpoint, request) -> Account:
    """An account with a recorder, which no other test of this file has."""
    number = sorted(item.name for item in request.session.items).index(request.node.name)
    found = Account(endpoint, f"{710000000000 + number}", "eu-west-1")
    prepare_landing_zone(found)
    return found


def rule(account: Account, name: str, managed: tuple[str, dict]) -> str:
    """A managed rule; its name."""
    identifier, parameters = managed
    source = {"Owner": "AWS", "SourceIdentifier": identifier}
    given = {"ConfigRuleName": name, "Source": source, "InputParameters": json.dumps(parameters)}
    account.client("config").put_config_rule(ConfigRule=given)
    return name


def test_each_rule_has_a_result_or_the_reason_why_it_has_none(account):
    account.client("ec2").create_volume(AvailabilityZone="eu-west-1a", Size=8)
    names = [rule(account, "types", TYPES), rule(account, "volumes", VOLUMES), rule(account, "tls", BUCKETS)]
    account.evaluate()
    checked = smoke_checks.rules(account.client("config"), names)
    assert checked.problem is None
    assert checked.notes == [
        "types: no result, because AWS Config has discovered no AWS::EC2::Instance",
        "volumes: evaluated, and it applies to no resource of AWS::EC2::Volume",
    ]


def test_a_rule_that_was_not_evaluated_is_wrong_although_others_were(account):
    names = [rule(account, f"tls-{number:02}", BUCKETS) for number in range(30)]
    config = account.client("config")
    assert "no rule has a result" in smoke_checks.rules(config, names).wrong
    account.evaluate(*names[:25])
    assert smoke_checks.rules(config, names).wrong == [f"{name} was not evaluated" for name in names[25:]]
    account.evaluate(*names[25:])
    assert smoke_checks.rules(config, names).problem is None


def test_rules_of_an_account_without_resources_are_not_enough(account):
    checked = smoke_checks.rules(account.client("config"), [rule(account, "types", TYPES)])
    assert (checked.wrong, len(checked.notes)) == (["no rule has a result"], 1)


def alarm(account: Account, name: str, state: str) -> str:
    """An alarm in a state; its name."""
    cloudwatch, name = account.client("cloudwatch"), f"{PREFIX}-{name}"
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="N",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="because")
    return name


@pytest.mark.parametrize(
    ("state", "open_findings", "wrong", "notes"),
    [
        ("OK", {}, 0, 0),
        ("INSUFFICIENT_DATA", {}, 0, 0),
        ("ALARM", {}, 1, 0),
        ("ALARM", {"critical": 0, "high": 0, "medium": 5}, 1, 0),
        ("ALARM", {"high": 2}, 0, 1),
        ("OK", {"high": 2}, 0, 0),
    ],
)
def test_the_alarm_on_findings_may_ring_where_the_report_has_such_findings(account, state, open_findings, wrong, notes):
    expected = {alarm(account, "non-compliance", state), alarm(account, "processing-errors", "OK")}
    checked = smoke_checks.alarms(account.client("cloudwatch"), PREFIX, expected, open_findings)
    assert (len(checked.wrong), len(checked.notes)) == (wrong, notes)


def test_every_other_alarm_is_wrong_in_alarm_whatever_the_report_has(account):
    names = ["delivery-lost", "non-compliance", "pack-compliance", "score-fell"]
    expected = {alarm(account, name, "ALARM") for name in names}
    checked = smoke_checks.alarms(account.client("cloudwatch"), PREFIX, expected, {"critical": 1})
    others = [f"{PREFIX}-{name} is in ALARM: because" for name in names if name != "non-compliance"]
    assert checked.wrong == others
    assert checked.notes == [
        f"{PREFIX}-non-compliance is in ALARM, as it must be: the report has open findings (1 critical)"
    ]


def test_an_alarm_that_is_missing_is_wrong(account):
    cloudwatch = account.client("cloudwatch")
    assert smoke_checks.alarms(cloudwatch, PREFIX, set(), {}).wrong == ["there are no alarms"]
    expected = {alarm(account, "processing-errors", "OK"), f"{PREFIX}-score-fell"}
    assert smoke_checks.alarms(cloudwatch, PREFIX, expected, {}).wrong == [f"{PREFIX}-score-fell is missing"]

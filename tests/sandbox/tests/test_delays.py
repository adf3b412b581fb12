"""The time that AWS Config takes: a rule is evaluated later, an aggregator knows later. A test advances the clock."""

import pytest

from .functions import admit, make_queue, messages

MINUTE = 60
RULE, BUCKETS = "tls", "S3_BUCKET_SSL_REQUESTS_ONLY"
QUERY = "SELECT resourceId, configuration.complianceType WHERE resourceType = 'AWS::Config::ResourceCompliance'"


def put_rule(account) -> None:
    source = {"Owner": "AWS", "SourceIdentifier": BUCKETS}
    account.client("config").put_config_rule(ConfigRule={"ConfigRuleName": RULE, "Source": source})


def compliance(account) -> str:
    config = account.client("config")
    [found] = config.describe_compliance_by_config_rule(ConfigRuleNames=[RULE])["ComplianceByConfigRules"]
    return found["Compliance"]["ComplianceType"]


def aggregated(account) -> list[str]:
    found = account.client("config").select_aggregate_resource_config(
        Expression=QUERY, ConfigurationAggregatorName="all"
    )
    return found["Results"]


@pytest.fixture
def slow(recorded):
    """An account whose rules take 10 minutes, and whose aggregator takes 20 more."""
    config = recorded.client("config")
    config.put_aggregation_authorization(AuthorizedAccountId=recorded.account_id, AuthorizedAwsRegion="us-east-1")
    sources = [{"AccountIds": [recorded.account_id], "AwsRegions": ["us-east-1"]}]
    config.put_configuration_aggregator(ConfigurationAggregatorName="all", AccountAggregationSources=sources)
    recorded.delay(evaluation=10 * MINUTE, aggregation=20 * MINUTE)
    return recorded


def test_a_rule_is_evaluated_by_itself_minutes_after_it_was_put(slow):
    put_rule(slow)
    assert compliance(slow) == "INSUFFICIENT_DATA"
    slow.advance(9 * MINUTE)
    assert compliance(slow) == "INSUFFICIENT_DATA"
    slow.advance(2 * MINUTE)
    # The landing zone's own bucket is open to plain HTTP.
    assert compliance(slow) == "NON_COMPLIANT"


def test_an_evaluation_that_is_asked_for_begins_and_is_not_done(slow):
    put_rule(slow)
    slow.advance(11 * MINUTE)
    bucket = f"config-delivery-{slow.account_id}-us-east-1"
    slow.client("s3").delete_bucket(Bucket=bucket)
    slow.client("config").start_config_rules_evaluation(ConfigRuleNames=[RULE])
    assert compliance(slow) == "NON_COMPLIANT"
    slow.advance(11 * MINUTE)
    assert compliance(slow) == "INSUFFICIENT_DATA"


def test_an_aggregator_knows_of_a_result_later_and_forgets_it_later(slow):
    put_rule(slow)
    slow.advance(11 * MINUTE)
    assert (compliance(slow), aggregated(slow)) == ("NON_COMPLIANT", [])
    slow.advance(20 * MINUTE)
    assert len(aggregated(slow)) == 1
    slow.client("config").delete_evaluation_results(ConfigRuleName=RULE)
    assert len(aggregated(slow)) == 1
    slow.advance(21 * MINUTE)
    assert aggregated(slow) == []


def test_a_change_is_announced_when_the_rule_is_evaluated(slow):
    events, (queue, arn) = slow.client("events"), make_queue(slow, "changes")
    events.put_rule(Name="changes", EventPattern='{"source": ["aws.config"]}')
    admit(slow, queue, arn, "events.amazonaws.com")
    events.put_targets(Rule="changes", Targets=[{"Id": "t", "Arn": arn}])
    put_rule(slow)
    assert messages(slow, queue) == []
    slow.advance(11 * MINUTE)
    assert len(messages(slow, queue)) == 1


def test_without_delays_nothing_waits(recorded):
    put_rule(recorded)
    recorded.evaluate(RULE)
    assert compliance(recorded) == "NON_COMPLIANT"


def test_a_delayed_message_becomes_visible_as_the_time_of_its_account_passes(account, other_account):
    queues = {one: make_queue(one, "later")[0] for one in (account, other_account)}
    for one, queue in queues.items():
        one.client("sqs").send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=900)
    account.advance(14 * MINUTE)
    assert [messages(one, queue) for one, queue in queues.items()] == [[], []]
    account.advance(2 * MINUTE)
    assert messages(other_account, queues[other_account]) == []
    assert [one["Body"] for one in messages(account, queues[account])] == ["x"]

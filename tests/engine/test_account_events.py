"""Schedule, compliance changes, queues and the topic of the deployed example, as the account's own APIs show them."""

from __future__ import annotations

import json

import pytest

from engine.deployment import tags_of

FED = ("processing", "remediation")


def arn(monitor, service: str, resource: str) -> str:
    """An ARN of the account and region."""
    return f"arn:aws:{service}:{monitor.account.region}:{monitor.account.account_id}:{resource}"


def queue(monitor, handler: str) -> tuple[str, dict]:
    """URL and attributes of the queue that feeds a function."""
    sqs = monitor.client("sqs")
    url = sqs.get_queue_url(QueueName=f"compliance-{handler}-events")["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def topic(monitor) -> dict:
    """The topic's attributes."""
    return monitor.client("sns").get_topic_attributes(TopicArn=monitor.outputs["snsTopicArn"])["Attributes"]


def test_processing_runs_every_six_hours(monitor):
    events = monitor.client("events")
    rule = events.describe_rule(Name="compliance-schedule")
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(6 hours)", "ENABLED")
    targets = events.list_targets_by_rule(Rule="compliance-schedule")["Targets"]
    assert targets == [{"Id": "processing", "Arn": monitor.outputs["processingLambdaArn"]}]


def test_the_schedule_alone_may_invoke_processing(monitor):
    client = monitor.client("lambda")
    statements = json.loads(client.get_policy(FunctionName="compliance-processing")["Policy"])["Statement"]
    assert len(statements) == 1
    assert statements[0]["Principal"] == {"Service": "events.amazonaws.com"}
    assert statements[0]["Action"] == "lambda:InvokeFunction"
    assert statements[0]["Condition"] == {
        "ArnLike": {"AWS:SourceArn": arn(monitor, "events", "rule/compliance-schedule")},
    }


def test_only_its_schedule_may_invoke_remediation(monitor):
    policy = json.loads(monitor.client("lambda").get_policy(FunctionName="compliance-remediation")["Policy"])
    assert [statement["Condition"] for statement in policy["Statement"]] == [
        {"ArnLike": {"AWS:SourceArn": arn(monitor, "events", "rule/compliance-remediation-schedule")}}
    ]


def test_no_service_may_invoke_aggregation(monitor):
    client = monitor.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(FunctionName="compliance-aggregation")


def test_a_run_of_processing_that_succeeds_starts_aggregation(monitor):
    found = monitor.client("lambda").get_function_event_invoke_config(FunctionName="compliance-processing")
    assert found["DestinationConfig"]["OnSuccess"] == {"Destination": monitor.outputs["aggregationLambdaArn"]}
    assert found["MaximumRetryAttempts"] == 2


def test_compliance_changes_of_the_watched_rules_are_taken(monitor):
    rule = monitor.client("events").describe_rule(Name="compliance-compliance-change")
    assert rule["State"] == "ENABLED"
    pattern = json.loads(rule["EventPattern"])
    assert pattern["source"] == ["aws.config"]
    assert pattern["detail-type"] == ["Config Rules Compliance Change"]
    assert pattern["detail"]["messageType"] == ["ComplianceChangeNotification"]
    assert sorted(pattern["detail"]["configRuleName"]) == sorted(monitor.outputs["configRuleNames"])
    assert set(pattern["detail"]) == {"messageType", "configRuleName"}


def test_compliance_changes_go_to_the_two_queues(monitor):
    targets = monitor.client("events").list_targets_by_rule(Rule="compliance-compliance-change")["Targets"]
    assert {target["Id"]: target["Arn"] for target in targets} == {
        handler: arn(monitor, "sqs", f"compliance-{handler}-events") for handler in FED
    }


@pytest.mark.parametrize("name", ["schedule", "compliance-change"])
def test_an_event_rule_is_tagged(monitor, name):
    events = monitor.client("events")
    tags = events.list_tags_for_resource(ResourceARN=arn(monitor, "events", f"rule/compliance-{name}"))["Tags"]
    assert tags_of(tags) == monitor.tags


@pytest.mark.parametrize("handler", FED)
def test_a_queue_is_encrypted_and_gives_up_into_the_dead_letters(monitor, handler):
    url, attributes = queue(monitor, handler)
    assert attributes["KmsMasterKeyId"] == monitor.outputs["kmsKeyArn"]
    assert json.loads(attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": arn(monitor, "sqs", f"compliance-{handler}-dead-letters"),
        "maxReceiveCount": 5,
    }
    assert monitor.client("sqs").list_queue_tags(QueueUrl=url)["Tags"] == monitor.tags


@pytest.mark.parametrize("handler", FED)
def test_a_message_stays_hidden_for_six_runs(monitor, handler):
    _url, attributes = queue(monitor, handler)
    assert attributes["VisibilityTimeout"] == str(6 * 900)


@pytest.mark.parametrize("handler", FED)
def test_only_the_event_rule_sends_to_a_queue(monitor, handler):
    _url, attributes = queue(monitor, handler)
    statements = json.loads(attributes["Policy"])["Statement"]
    assert len(statements) == 1
    statement = statements[0]
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["sqs:SendMessage"])
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Resource"] == [attributes["QueueArn"]]
    rule = arn(monitor, "events", "rule/compliance-compliance-change")
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}


@pytest.mark.parametrize("handler", FED)
def test_a_queue_feeds_its_function_in_batches_whose_items_may_fail_alone(monitor, handler):
    mappings = monitor.client("lambda").list_event_source_mappings(FunctionName=f"compliance-{handler}")
    assert len(mappings["EventSourceMappings"]) == 1
    mapping = mappings["EventSourceMappings"][0]
    assert mapping["EventSourceArn"] == arn(monitor, "sqs", f"compliance-{handler}-events")
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (100, 60)
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["State"] == "Enabled"
    tags = monitor.client("lambda").list_tags(Resource=mapping["EventSourceMappingArn"])["Tags"]
    assert tags == monitor.tags


def test_the_topic_is_named_encrypted_and_tagged(monitor):
    assert monitor.outputs["snsTopicArn"] == arn(monitor, "sns", "compliance-alerts")
    assert topic(monitor)["KmsMasterKeyId"] == monitor.outputs["kmsKeyArn"]
    tags = monitor.client("sns").list_tags_for_resource(ResourceArn=monitor.outputs["snsTopicArn"])["Tags"]
    assert tags_of(tags) == monitor.tags


def test_an_http_endpoint_is_tried_three_more_times_20_seconds_apart(monitor):
    policy = json.loads(topic(monitor)["DeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]
    assert policy["numRetries"] == 3
    assert (policy["minDelayTarget"], policy["maxDelayTarget"]) == (20, 20)
    assert policy["backoffFunction"] == "linear"


def test_the_account_and_its_alarms_publish_over_tls_alone(monitor):
    statements = {entry["Sid"]: entry for entry in json.loads(topic(monitor)["Policy"])["Statement"]}
    account = monitor.account.account_id
    assert set(statements) == {"Account", "CloudWatchAlarms", "TlsOnly"}
    assert statements["Account"]["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}
    assert statements["CloudWatchAlarms"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statements["CloudWatchAlarms"]["Condition"] == {"StringEquals": {"aws:SourceAccount": account}}
    tls = statements["TlsOnly"]
    assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", "*", ["sns:Publish"])
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_each_address_has_a_subscription(monitor):
    topic_arn = monitor.outputs["snsTopicArn"]
    subscriptions = monitor.client("sns").list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    assert sorted((entry["Protocol"], entry["Endpoint"]) for entry in subscriptions) == [
        ("email", "security@example.com"),
        # The queue that tests the way of alarms.
        ("sqs", arn(monitor, "sqs", "compliance-delivery-test")),
    ]

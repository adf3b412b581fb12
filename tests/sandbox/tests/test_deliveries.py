"""EventBridge rules, alarms and topics: what arrives, what is lost, and who is told."""

import json

import pytest

from .functions import ECHO, admit, eventually, make_function, make_queue, messages

EVENTS = "events.amazonaws.com"
USE_KEY = {"Action": ["kms:GenerateDataKey", "kms:Decrypt"]}
CHANGE = {"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"]}


def put_rule(account, name: str, target: str, **target_settings) -> str:
    """A rule for compliance changes with one target; its ARN."""
    events = account.client("events")
    arn = events.put_rule(Name=name, EventPattern=json.dumps(CHANGE))["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": target, **target_settings}])
    return arn


def happen(account) -> None:
    """A compliance change, as AWS Config would announce one."""
    account.put_service_events(
        [{"Source": "aws.config", "DetailType": "Config Rules Compliance Change", "Detail": json.dumps({"n": 1})}]
    )


def lost_to(account, target: str) -> list[str]:
    """Why messages to a target were lost."""
    return [entry["reason"] for entry in account.lost() if entry["target"] == target]


def test_nobody_puts_events_of_aws_services(account):
    entry = {"Source": "aws.config", "DetailType": "x", "Detail": "{}"}
    result = account.client("events").put_events(Entries=[entry])
    assert result["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_a_change_of_compliance_reaches_a_queue_that_admits_the_rule(recorded):
    queue, arn = make_queue(recorded, "changes")
    admit(recorded, queue, arn, EVENTS)
    put_rule(recorded, "changes", arn)
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    recorded.client("config").put_config_rule(ConfigRule={"ConfigRuleName": "volumes", "Source": source})
    result = {"resourceType": "AWS::EC2::Volume", "resourceId": "vol-1", "complianceType": "COMPLIANT"}
    for kind in ("COMPLIANT", "COMPLIANT", "NON_COMPLIANT"):
        recorded.put_evaluations("volumes", [{**result, "complianceType": kind}])
    events = [json.loads(message["Body"]) for message in messages(recorded, queue)]
    first, second = [event["detail"] for event in events]
    assert (first["newEvaluationResult"]["complianceType"], "oldEvaluationResult" in first) == ("COMPLIANT", False)
    assert second["newEvaluationResult"]["complianceType"] == "NON_COMPLIANT"
    assert second["oldEvaluationResult"]["complianceType"] == "COMPLIANT"
    assert (second["configRuleName"], events[1]["account"]) == ("volumes", recorded.account_id)


@pytest.mark.parametrize("encrypted", [False, True])
def test_an_event_for_a_queue_that_does_not_admit_eventbridge_is_lost(account, key, encrypted):
    attributes = {"KmsMasterKeyId": key()} if encrypted else {}
    queue, arn = make_queue(account, "changes", **attributes)
    if encrypted:
        admit(account, queue, arn, EVENTS)
    put_rule(account, "changes", arn)
    happen(account)
    assert messages(account, queue) == []
    assert ("key" if encrypted else "policy") in lost_to(account, arn)[0]


def test_an_event_reaches_an_encrypted_queue_whose_key_admits_eventbridge(account, key):
    queue, arn = make_queue(account, "changes", KmsMasterKeyId=key({"Principal": {"Service": EVENTS}, **USE_KEY}))
    admit(account, queue, arn, EVENTS)
    put_rule(account, "changes", arn)
    happen(account)
    assert json.loads(messages(account, queue)[0]["Body"])["detail"] == {"n": 1}


def test_an_event_that_cannot_be_delivered_goes_to_the_dead_letter_queue_of_its_target(account):
    dead, dead_arn = make_queue(account, "dead")
    admit(account, dead, dead_arn, EVENTS)
    _queue, arn = make_queue(account, "changes")
    rule = put_rule(account, "changes", arn, DeadLetterConfig={"Arn": dead_arn})
    happen(account)
    message = messages(account, dead)[0]
    assert message["MessageAttributes"]["RULE_ARN"]["StringValue"] == rule
    assert lost_to(account, arn) == []


def test_a_function_is_invoked_only_by_the_rule_its_policy_names(account, role):
    queue, queue_arn = make_queue(account, "seen")
    function = make_function(account, "f", ECHO, role({"Action": "sqs:SendMessage", "Resource": queue_arn}))
    client = account.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": queue_arn}}
    )
    rule = put_rule(account, "changes", function)
    permission = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": EVENTS}
    other = {"StatementId": "other", "SourceArn": f"{rule}-other", "SourceAccount": account.account_id}
    client.add_permission(**permission, **other)
    happen(account)
    assert "policy" in lost_to(account, function)[0]
    client.add_permission(**permission, StatementId="this", SourceArn=rule)
    happen(account)
    record = json.loads(eventually(lambda: messages(account, queue))[0]["Body"])
    assert record["requestContext"]["condition"] == "Success"


def test_finding_2_a_permission_that_asks_eventbridge_for_a_source_account_keeps_it_from_invoking(account, role):
    function = make_function(account, "f", ECHO, role())
    rule = put_rule(account, "changes", function)
    permission = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": EVENTS, "SourceArn": rule}
    account.client("lambda").add_permission(**permission, StatementId="s", SourceAccount=account.account_id)
    happen(account)
    assert "policy" in lost_to(account, function)[0]


def test_a_schedule_is_kept_and_can_be_fired_now(account):
    queue, arn = make_queue(account, "seen")
    admit(account, queue, arn, EVENTS)
    events = account.client("events")
    events.put_rule(Name="schedule", ScheduleExpression="rate(6 hours)", Tags=[{"Key": "k", "Value": "v"}])
    events.put_targets(Rule="schedule", Targets=[{"Id": "t", "Arn": arn}])
    assert events.describe_rule(Name="schedule")["ScheduleExpression"] == "rate(6 hours)"
    assert messages(account, queue) == []
    assert account.fire_schedule("schedule") == 1
    event = json.loads(messages(account, queue)[0]["Body"])
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")


def test_a_rule_takes_five_targets_and_no_more(account, refused):
    events = account.client("events")
    events.put_rule(Name="r", EventPattern=json.dumps(CHANGE))
    targets = [{"Id": str(n), "Arn": f"arn:aws:sqs:us-east-1:{account.account_id}:q{n}"} for n in range(6)]
    with refused("LimitExceededException"):
        events.put_targets(Rule="r", Targets=targets)
    events.put_targets(Rule="r", Targets=targets[:5])
    with refused("ValidationException", "since it has targets"):
        events.delete_rule(Name="r")


def test_a_rule_without_pattern_and_schedule_is_refused_and_a_namesake_is_taken_over(account, refused):
    events = account.client("events")
    with refused("ValidationException"):
        events.put_rule(Name="r")
    events.put_rule(Name="r", EventPattern=json.dumps(CHANGE))
    events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    found = events.list_rules()["Rules"]
    assert [(r["Name"], r["ScheduleExpression"]) for r in found] == [("r", "rate(1 day)")]


@pytest.mark.parametrize("schedule", ["rate(6 hour)", "rate(1 hours)", "rate(0 hours)", "rate(6 weeks)", "every hour"])
def test_a_schedule_that_is_none_is_refused(account, refused, schedule):
    with refused("ValidationException", "ScheduleExpression is not valid"):
        account.client("events").put_rule(Name="r", ScheduleExpression=schedule)


def test_tags_of_a_rule_that_is_there_are_not_changed_by_putting_it_again(account):
    events = account.client("events")
    for owner in ("first", "second"):
        put = events.put_rule(Name="r", ScheduleExpression="rate(1 day)", Tags=[{"Key": "owner", "Value": owner}])
    assert events.list_tags_for_resource(ResourceARN=put["RuleArn"])["Tags"] == [{"Key": "owner", "Value": "first"}]


@pytest.fixture
def topic(account):
    """`topic(service, key)`: a topic with a queue that hears it; (its ARN, the queue's URL)."""

    def make(service: str, key: str | None = None) -> tuple[str, str]:
        queue, queue_arn = make_queue(account, "hears")
        admit_topic = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{**admit_topic, "Resource": queue_arn}]})
        account.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        sns = account.client("sns")
        arn = sns.create_topic(Name="alerts", Attributes={"KmsMasterKeyId": key} if key else {})["TopicArn"]
        publish = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sns:Publish", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [publish]})
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)
        return arn, queue

    return make


@pytest.mark.parametrize("admitted", [False, True])
def test_an_event_reaches_an_encrypted_topic_only_when_its_key_admits_eventbridge(account, key, topic, admitted):
    arn, queue = topic(EVENTS, key(*([{"Principal": {"Service": EVENTS}, **USE_KEY}] if admitted else [])))
    put_rule(account, "changes", arn)
    happen(account)
    assert len(messages(account, queue)) == admitted
    assert len(lost_to(account, arn)) == (not admitted)


def test_a_key_that_asks_eventbridge_for_a_source_account_gets_nothing(account, key, topic):
    condition = {"StringEquals": {"aws:SourceAccount": account.account_id}}
    arn, queue = topic(EVENTS, key({"Principal": {"Service": EVENTS}, **USE_KEY, "Condition": condition}))
    put_rule(account, "changes", arn)
    happen(account)
    assert messages(account, queue) == []
    assert "key" in lost_to(account, arn)[0]


@pytest.mark.parametrize("admitted", [False, True])
def test_an_alarm_reaches_an_encrypted_topic_only_when_its_key_admits_cloudwatch(account, key, topic, admitted):
    service = "cloudwatch.amazonaws.com"
    condition = {"StringEquals": {"aws:SourceAccount": account.account_id}}
    statement = {"Principal": {"Service": service}, **USE_KEY}
    # Finding 11: CloudWatch is not known to send a source to a key, so one that asks for it gets no message.
    arn, queue = topic(service, key(statement if admitted else {**statement, "Condition": condition}))
    cloudwatch = account.client("cloudwatch")
    metric = {"Namespace": "N", "MetricName": "M", "Period": 60, "Statistic": "Sum"}
    limit = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="a", AlarmActions=[arn], **metric, **limit)
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    assert len(messages(account, queue)) == admitted
    assert len(lost_to(account, arn)) == (not admitted)
    done, failed = f"Successfully executed action {arn}", f"Failed to execute action {arn}. Received error: "
    (summary,) = actions_of(cloudwatch)
    assert summary.startswith(done if admitted else failed)


def actions_of(cloudwatch) -> list[str]:
    """What became of the actions of the alarm `a`, the newest first."""
    items = cloudwatch.describe_alarm_history(AlarmName="a", HistoryItemType="Action")["AlarmHistoryItems"]
    return [item["HistorySummary"] for item in items]


def test_an_alarm_whose_topic_does_not_admit_cloudwatch_yet_fails_and_is_not_sent_again(account, topic):
    arn, queue = topic("events.amazonaws.com")
    cloudwatch, sns = account.client("cloudwatch"), account.client("sns")
    metric = {"Namespace": "N", "MetricName": "M", "Period": 60, "Statistic": "Sum", "TreatMissingData": "breaching"}
    limit = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="a", AlarmActions=[arn], OKActions=[arn], **metric, **limit)
    assert account.judge_alarms() == {"a": "ALARM"}
    (summary,) = actions_of(cloudwatch)
    assert "is not authorized to perform: SNS:Publish on resource: " + arn in summary
    policy = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**policy, "Resource": arn}]})
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)
    assert account.judge_alarms() == {"a": "ALARM"}
    assert (messages(account, queue), len(actions_of(cloudwatch))) == ([], 1), (
        "the state is the same, so nothing is sent"
    )
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="test")
    assert len(messages(account, queue)) == 1
    assert actions_of(cloudwatch)[0] == f"Successfully executed action {arn}"


def test_an_alarm_whose_topic_is_gone_fails(account, topic):
    arn, _queue = topic("cloudwatch.amazonaws.com")
    cloudwatch = account.client("cloudwatch")
    metric = {"Namespace": "N", "MetricName": "M", "Period": 60, "Statistic": "Sum"}
    limit = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="a", AlarmActions=[arn], **metric, **limit)
    account.client("sns").delete_topic(TopicArn=arn)
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    assert "Topic does not exist" in actions_of(cloudwatch)[0]


def test_a_role_that_publishes_to_an_encrypted_topic_is_told_when_it_may_not_use_the_key(
    account, key, role, topic, refused
):
    key_arn = key()
    arn, queue = topic(EVENTS, key_arn)
    publish = {"Action": "sns:Publish", "Resource": arn}
    with refused("KMSAccessDenied"):
        account.as_role(role(publish)).client("sns").publish(TopicArn=arn, Message="m")
    account.as_role(role(publish, {**USE_KEY, "Resource": key_arn})).client("sns").publish(TopicArn=arn, Message="m")
    assert len(messages(account, queue)) == 1


def test_a_confirmed_address_gets_its_own_text_where_its_filter_lets_it_through(account, topic):
    sns, (arn, address) = account.client("sns"), (topic(EVENTS)[0], "person@example.com")
    subscription = sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address, ReturnSubscriptionArn=True)
    both = json.dumps({"default": "{}", "email": "read me"})
    sns.publish(TopicArn=arn, Message="nobody is there yet")
    account.confirm_email(arn, address)
    sns.publish(TopicArn=arn, Message=both, MessageStructure="json", Subject="for people")
    sns.publish(TopicArn=arn, Message="of no structure")
    settings = {"AttributeName": "FilterPolicy", "AttributeValue": json.dumps({"kind": ["alarm"]})}
    sns.set_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"], **settings)
    sns.publish(TopicArn=arn, Message="filtered")
    told = [(mail["to"], mail["subject"], mail["text"]) for mail in account.mails() if mail["topic"] == arn]
    assert told == [(address, "for people", "read me"), (address, "AWS Notification Message", "of no structure")]
    assert account.in_region("eu-west-1").mails() == []


def test_an_email_subscription_waits_for_its_confirmation(account, topic, refused):
    arn, _queue = topic(EVENTS)
    sns, address = account.client("sns"), "sec@example.com"
    assert sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)["SubscriptionArn"] == "pending confirmation"
    told = sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address, ReturnSubscriptionArn=True)[
        "SubscriptionArn"
    ]
    assert sns.get_subscription_attributes(SubscriptionArn=told)["Attributes"]["PendingConfirmation"] == "true"

    def listed():
        return {
            s["Protocol"]: s["SubscriptionArn"] for s in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        }

    assert listed()["email"] == "PendingConfirmation"
    with refused("InvalidParameter", "pending confirmation"):
        sns.unsubscribe(SubscriptionArn=told)
    account.confirm_email(arn, address)
    assert listed()["email"] == told
    sns.unsubscribe(SubscriptionArn=told)
    assert "email" not in listed()


def test_a_topic_keeps_its_delivery_policy_key_and_tags(account, key):
    policy = {"http": {"defaultHealthyRetryPolicy": {"numRetries": 3, "minDelayTarget": 20, "maxDelayTarget": 20}}}
    attributes = {"KmsMasterKeyId": key(), "DeliveryPolicy": json.dumps(policy)}
    sns = account.client("sns")
    arn = sns.create_topic(Name="t", Attributes=attributes, Tags=[{"Key": "k", "Value": "v"}])["TopicArn"]
    kept = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert kept["KmsMasterKeyId"] == attributes["KmsMasterKeyId"]
    assert json.loads(kept["DeliveryPolicy"]) == policy
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "v"}]


def forwarding(account, role) -> tuple[str, str]:
    """Changes of eu-central-1 go to the bus of eu-west-1, and from there to a queue; the bus and the queue's URL."""
    home, other = account.in_region("eu-west-1"), account.in_region("eu-central-1")
    queue, arn = make_queue(home, "changes")
    admit(home, queue, arn, EVENTS)
    put_rule(home, "changes", arn)
    bus = f"arn:aws:events:eu-west-1:{account.account_id}:event-bus/default"
    put_rule(other, "forward", bus, RoleArn=role(bus))
    happen(other)
    return bus, queue


def test_a_change_of_another_region_reaches_the_bus_of_this_one_with_a_role(account, role):
    _bus, queue = forwarding(account, lambda bus: role({"Action": "events:PutEvents", "Resource": bus}, service=EVENTS))
    (message,) = messages(account.in_region("eu-west-1"), queue)
    assert json.loads(message["Body"])["region"] == "eu-central-1"


def test_a_role_that_may_not_put_events_loses_them(account, role):
    bus, queue = forwarding(account, lambda _bus: role({"Action": "events:PutRule"}, service=EVENTS))
    assert messages(account.in_region("eu-west-1"), queue) == []
    assert "may not put events" in lost_to(account, bus)[-1]

"""AWS Budgets: a notification reaches an encrypted topic that admits the service with source account and ARN, once."""

import json

import pytest

from .functions import admit, make_queue, messages
from .test_deliveries import lost_to

SERVICE = "budgets.amazonaws.com"
PUBLISH = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sns:Publish"}
USE_KEY = {"Principal": {"Service": SERVICE}, "Action": ["kms:GenerateDataKey", "kms:Decrypt"]}
SNS_USES_KEY = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": ["kms:GenerateDataKey", "kms:Decrypt"]}


def own(account) -> dict:
    """The conditions that AWS documents."""
    source = f"arn:aws:budgets::{account.account_id}:*"
    return {
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account.account_id},
            "ArnLike": {"aws:SourceArn": source},
        }
    }


def make_budget(account, topic: str) -> None:
    """A budget of 10 dollars with notifications at 80 and 100 percent."""
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "ThresholdType": "PERCENTAGE"}
    subscribers = [{"SubscriptionType": "SNS", "Address": topic}]
    account.client("budgets").create_budget(
        AccountId=account.account_id,
        Budget={
            "BudgetName": "monthly",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "10", "Unit": "USD"},
        },
        NotificationsWithSubscribers=[
            {"Notification": {**notification, "Threshold": percent}, "Subscribers": subscribers}
            for percent in (80, 100)
        ],
    )


def make_topic(account, statement: dict, key_arn: str) -> tuple[str, str]:
    """An encrypted topic with this statement and a queue; ARN of the topic, URL of the queue."""
    sns = account.client("sns")
    topic = sns.create_topic(Name="costs", Attributes={"KmsMasterKeyId": key_arn})["TopicArn"]
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": topic}]}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    queue, arn = make_queue(account, "told")
    admit(account, queue, arn, "sns.amazonaws.com")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, queue


def test_each_threshold_is_told_once_where_topic_and_key_admit_the_service(account, key):
    topic, queue = make_topic(account, PUBLISH | own(account), key(USE_KEY | own(account), SNS_USES_KEY))
    make_budget(account, topic)
    assert account.spend("monthly", 8) == []
    assert account.spend("monthly", 8.5) == [80]
    assert account.spend("monthly", 9) == []
    assert account.spend("monthly", 12) == [100]
    told = [json.loads(message["Body"]) for message in messages(account, queue)]
    assert ["8.50" in one["Message"] or "12.00" in one["Message"] for one in told] == [True, True]
    assert lost_to(account, topic) == []


@pytest.mark.parametrize("lacking", ["topic", "key"])
def test_a_message_that_is_not_admitted_is_lost(account, key, lacking):
    statement = PUBLISH | own(account)
    if lacking == "topic":
        statement = {**statement, "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}
    statements = [SNS_USES_KEY] if lacking == "key" else [USE_KEY, SNS_USES_KEY]
    topic, queue = make_topic(account, statement, key(*statements))
    make_budget(account, topic)
    assert account.spend("monthly", 12) == []
    assert messages(account, queue) == []
    assert len(lost_to(account, topic)) == 2


def test_writing_needs_one_action_and_reading_another(account, role, refused):
    arn = f"arn:aws:budgets::{account.account_id}:budget/monthly"
    writer = account.as_role(role({"Action": "budgets:ModifyBudget", "Resource": arn}))
    make_budget(writer, f"arn:aws:sns:eu-west-1:{account.account_id}:costs")
    with refused("AccessDeniedException", "budgets:ViewBudget"):
        writer.client("budgets").describe_budget(AccountId=account.account_id, BudgetName="monthly")

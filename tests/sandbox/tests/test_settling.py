"""Eventual consistency: what was just made is not known everywhere for a moment, and the stand-in waits for it."""

import json

import pytest

from . import functions
from .functions import eventually
from .test_stand_in import plugin_of  # noqa: F401 (a fixture)

SECONDS = 1.5


@pytest.fixture
def unsettled(account):
    """The account, in which everything takes a moment."""
    account.settle(SECONDS)
    return account


def settles(call, *errors):
    """The call fails at first and then does not; its answer."""
    with pytest.raises(errors):
        call()

    def try_again():
        try:
            return call()
        except errors:
            return None

    return eventually(try_again)


def test_a_fresh_role_cannot_be_assumed_by_lambda_for_a_moment(unsettled, role):
    made = role()
    missing = unsettled.client("lambda").exceptions.InvalidParameterValueException
    assert settles(lambda: functions.make_function(unsettled, "f", functions.ECHO, made), missing)


def test_a_fresh_key_is_not_found_for_a_moment(unsettled):
    kms = unsettled.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert settles(lambda: kms.describe_key(KeyId=key), kms.exceptions.NotFoundException)


def test_a_fresh_topic_is_not_found_for_a_moment(unsettled):
    sns = unsettled.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    call = lambda: sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")  # noqa: E731
    assert settles(call, sns.exceptions.NotFoundException)


LIST_QUEUES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}],
}


@pytest.mark.parametrize("attached", [False, True], ids=["inline", "attached"])
def test_a_fresh_policy_does_not_count_for_a_moment(account, role, attached):
    iam, made, text = account.client("iam"), role(), json.dumps(LIST_QUEUES)
    name = made.rsplit("/", 1)[-1]
    seen = account.as_role(made).client("sqs")
    if attached:
        policy = iam.create_policy(PolicyName="lists", PolicyDocument=text)["Policy"]["Arn"]
        account.settle(SECONDS)
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    else:
        account.settle(SECONDS)
        iam.put_role_policy(RoleName=name, PolicyName="lists", PolicyDocument=text)
    assert settles(seen.list_queues, seen.exceptions.ClientError)


def test_a_fresh_role_cannot_be_assumed_by_another_caller_for_a_moment(unsettled, role):
    made, sts = role(), unsettled.client("sts")
    assert settles(lambda: sts.assume_role(RoleArn=made, RoleSessionName="test"), sts.exceptions.ClientError)


def test_an_attached_policy_counts_beside_a_fresh_inline_one(account, role):
    """Which of a role's policies are fresh is known by name, not by place."""
    iam, made = account.client("iam"), role()
    name = made.rsplit("/", 1)[-1]
    policy = iam.create_policy(PolicyName="lists", PolicyDocument=json.dumps(LIST_QUEUES))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    seen = account.as_role(made).client("sqs")
    account.settle(SECONDS)
    other = json.dumps(LIST_QUEUES).replace("sqs:ListQueues", "sns:ListTopics")
    iam.put_role_policy(RoleName=name, PolicyName="other", PolicyDocument=other)
    assert seen.list_queues()


def test_other_accounts_are_settled(unsettled, other_account):
    sns = other_account.client("sns")
    assert sns.get_topic_attributes(TopicArn=sns.create_topic(Name="t")["TopicArn"])


def test_the_stand_in_waits_for_keys_and_topics(unsettled, plugin_of):  # noqa: F811
    plugin = plugin_of(unsettled)
    key, _state = plugin.create("aws:kms/key:Key", {"enableKeyRotation": True})
    plugin.create("aws:kms/alias:Alias", {"name": "alias/ours", "targetKeyId": key})
    topic, _state = plugin.create("aws:sns/topic:Topic", {"name": "t", "kmsMasterKeyId": key})
    subscription = {"topic": topic, "protocol": "email", "endpoint": "a@example.com"}
    plugin.create("aws:sns/topicSubscription:TopicSubscription", subscription)

"""Log groups with a key."""

import pytest

GROUP = "/aws/lambda/compliance-processing"
LOGS = {"Service": "logs.us-east-1.amazonaws.com"}
ACTIONS = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]


def only(account, group: str, operator: str) -> dict:
    """The condition that binds a key to log groups."""
    arn = f"arn:aws:logs:us-east-1:{account.account_id}:log-group:{group}"
    return {"Condition": {operator: {"kms:EncryptionContext:aws:logs:arn": arn}}}


def test_a_group_whose_key_does_not_admit_cloudwatch_logs_is_refused(account, key, refused):
    with refused("InvalidParameterException", "The specified KMS key does not exist or is not allowed"):
        account.client("logs").create_log_group(logGroupName=GROUP, kmsKeyId=key())


@pytest.mark.parametrize(
    ("operator", "group"),
    [("ArnEquals", GROUP), ("ArnLike", "*"), ("StringLike", "/aws/lambda/*"), ("StringEquals", GROUP)],
)
def test_a_group_that_the_key_names_is_made(account, key, operator, group):
    arn = key({"Principal": LOGS, "Action": ACTIONS, **only(account, group, operator)})
    account.client("logs").create_log_group(logGroupName=GROUP, kmsKeyId=arn, tags={"a": "1"})
    assert account.client("logs").describe_log_groups()["logGroups"][0]["kmsKeyId"] == arn


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": LOGS, "Action": ["kms:Decrypt*"]},
        {"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}, "Action": ACTIONS},
        {
            "Principal": LOGS,
            "Action": ACTIONS,
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:log-group:other"}},
        },
    ],
    ids=["too few actions", "another region", "another group"],
)
def test_a_key_that_admits_something_else_is_refused(account, key, refused, statement):
    arn = key(statement)
    with refused("InvalidParameterException"):
        account.client("logs").create_log_group(logGroupName=GROUP, kmsKeyId=arn)


def test_a_key_is_checked_when_it_is_given_later(account, key, refused):
    logs = account.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    with refused("InvalidParameterException"):
        logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=key())
    arn = key({"Principal": LOGS, "Action": ACTIONS})
    logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=arn)
    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == arn
    logs.disassociate_kms_key(logGroupName=GROUP)
    assert "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0]


def test_a_retention_outside_the_list_is_refused(account, refused):
    logs = account.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    with refused("InvalidParameterException"):
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=8)
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=7)

"""The key that the user gave: there, of use, and with a policy that admits everyone who needs it."""

import json

from .requests import ACTIONS, request


def root(account) -> dict:
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    return {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}


def make_key(account, *statements: dict, **options) -> str:
    policy = {"Version": "2012-10-17", "Statement": [root(account), *statements]}
    return account.client("kms").create_key(Policy=json.dumps(policy), **options)["KeyMetadata"]["Arn"]


def with_key(account, arn: str, **changes) -> dict:
    log_groups = [f"/aws/lambda/compliance-{name}" for name in ("processing", "aggregation", "remediation")]
    return request(account.account_id, key={"arn": arn, "logGroups": log_groups}, **changes)


def test_the_statements_that_are_told_admit_everyone(look, recorded):
    arn = make_key(recorded)
    (told,) = look(recorded, **with_key(recorded, arn)).problems
    assert told.startswith("error kmsKeyArn: the key's policy does not admit `logs.eu-west-1.amazonaws.com` (")
    statements = json.loads("[" + told.split("add to the statements of its policy:\n")[1] + "]")
    assert [one["Principal"]["Service"] for one in statements] == [
        "logs.eu-west-1.amazonaws.com",
        "events.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "sns.amazonaws.com",
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [root(recorded), *statements]})
    recorded.client("kms").put_key_policy(KeyId=arn, PolicyName="default", Policy=policy)
    assert look(recorded, **with_key(recorded, arn)).problems == []
    # The account is of the same mind: it takes a log group under this key.
    logs = recorded.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/compliance-processing", kmsKeyId=arn)


def test_a_condition_that_a_service_does_not_meet_is_seen(look, recorded):
    def admit(service: str, condition: dict | None = None) -> dict:
        allowed = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "kms:*", "Resource": "*"}
        return allowed | ({"Condition": condition} if condition else {})

    own = {"StringEquals": {"aws:SourceAccount": recorded.account_id}}
    services = ("sns", "events")
    statements = [admit(f"{name}.amazonaws.com") for name in ("logs.eu-west-1", "cloudwatch")]
    statements += [admit(f"{name}.amazonaws.com", own) for name in services]
    (told,) = look(recorded, **with_key(recorded, make_key(recorded, *statements))).problems
    assert told.startswith("error kmsKeyArn: the key's policy does not admit `events.amazonaws.com` (events of EventB")


def test_a_key_that_is_not_there(look, recorded):
    arn = f"arn:aws:kms:eu-west-1:{recorded.account_id}:key/00000000-0000-0000-0000-000000000000"
    (told,) = look(recorded, **with_key(recorded, arn)).problems
    assert told.startswith(f"error kmsKeyArn: there is no key `{arn}`")


def test_a_key_on_its_way_out(look, recorded):
    arn = make_key(recorded)
    recorded.client("kms").schedule_key_deletion(KeyId=arn)
    (told,) = look(recorded, **with_key(recorded, arn)).problems
    assert "its state is `PendingDeletion`" in told


def test_a_key_of_another_region(look, recorded):
    arn = make_key(recorded.in_region("us-east-1"))
    (told,) = look(recorded, **with_key(recorded, arn)).problems
    assert "the key is of us-east-1 and can encrypt nothing in eu-west-1" in told


def test_a_key_that_encrypts_otherwise(look, recorded):
    arn = make_key(recorded, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    (told,) = look(recorded, **with_key(recorded, arn)).problems
    assert "the key is of kind `RSA_2048`" in told


def test_an_alias_leads_to_its_key(look, recorded):
    recorded.client("kms").create_alias(AliasName="alias/ours", TargetKeyId=make_key(recorded))
    arn = f"arn:aws:kms:eu-west-1:{recorded.account_id}:alias/ours"
    (told,) = look(recorded, **with_key(recorded, arn)).problems
    assert told.startswith("error kmsKeyArn: the key's policy does not admit `logs.eu-west-1")


def test_a_policy_that_may_not_be_read_is_a_warning(look, recorded, role):
    arn = make_key(recorded)
    seen = recorded.as_role(role(*(action for action in ACTIONS if action != "kms:GetKeyPolicy")))
    answer = look(seen, **with_key(recorded, arn))
    assert answer.problems == [
        "warning kmsKeyArn: not read: the key's policy; `kms:GetKeyPolicy` is not allowed to these credentials"
    ]
    assert answer.look["unread"][0]["reason"] == "denied"

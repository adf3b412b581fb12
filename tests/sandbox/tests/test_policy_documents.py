"""Policy documents that AWS refuses are refused by the account, wherever they are given."""

import copy
import json

import pytest

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
QUEUE = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "sns.amazonaws.com"}, "Resource": "*"}


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


IDENTITY_FAULTS = {
    "no action": (ALLOW | {"Action": []}, "must contain actions"),
    "no resource": (ALLOW | {"Resource": []}, "must contain resources"),
    "an empty action": (ALLOW | {"Action": [""]}, ""),
    "an action without a service": (ALLOW | {"Action": "GetObject"}, "prefaced by a vendor"),
    "a resource that is no ARN": (ALLOW | {"Resource": "b/*"}, "must be in ARN format"),
    "a condition without keys": (ALLOW | {"Condition": {"StringEquals": {}}}, "must have a key"),
    "a condition without values": (ALLOW | {"Condition": {"StringEquals": {"aws:x": []}}}, "must have a key"),
    "an operator that does not exist": (ALLOW | {"Condition": {"StringIs": {"aws:x": "y"}}}, "Syntax errors"),
    "an effect in small letters": (ALLOW | {"Effect": "allow"}, ""),
    "a principal": (ALLOW | {"Principal": "*"}, "should not specify a principal"),
    "an id with a hyphen": (ALLOW | {"Sid": "a-b"}, "alpha-numeric"),
    "a member that does not exist": (ALLOW | {"Actions": "s3:*"}, "Syntax errors"),
}


@pytest.mark.parametrize("fault", IDENTITY_FAULTS)
def test_finding_1_a_policy_that_iam_refuses_is_refused_for_roles_users_groups_and_managed_policies(
    account, role, refused, fault
):
    statement, part = IDENTITY_FAULTS[fault]
    iam, name = account.client("iam"), role().rsplit("/", 1)[1]
    iam.create_user(UserName="u")
    iam.create_group(GroupName="g")
    given = {"PolicyDocument": document(ALLOW, statement), "PolicyName": "p"}
    for put in (
        lambda: iam.put_role_policy(RoleName=name, **given),
        lambda: iam.put_user_policy(UserName="u", **given),
        lambda: iam.put_group_policy(GroupName="g", **given),
        lambda: iam.create_policy(**given),
    ):
        with refused("MalformedPolicyDocument", part):
            put()


def test_a_policy_whose_ids_are_not_unique_or_without_version_is_refused(account, role, refused):
    iam, name = account.client("iam"), role().rsplit("/", 1)[1]
    twice = document(ALLOW | {"Sid": "a"}, ALLOW | {"Sid": "a"})
    for given, part in ((twice, "must be unique"), (json.dumps({"Statement": [ALLOW]}), "version 2012-10-17")):
        with refused("MalformedPolicyDocument", part):
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=given)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"Principal": {"Service": []}}, "Invalid principal"),
        ({"Principal": {"Service": "lambda"}}, "Invalid principal"),
        ({"Principal": {"AWS": "arn:aws:s3:::bucket"}}, "Invalid principal"),
        ({"Principal": {"Services": "lambda.amazonaws.com"}}, "Invalid principal"),
        ({"Resource": "*"}, "prohibited field Resource"),
        ({"Action": "s3:GetObject"}, "Trust Policy statement actions"),
        ({"Action": []}, "must contain actions"),
    ],
)
def test_a_trust_policy_that_iam_refuses_is_refused(account, role, refused, change, part):
    iam = account.client("iam")
    with refused("MalformedPolicyDocument", part):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=document(TRUST | change))
    with refused("MalformedPolicyDocument", part):
        iam.update_assume_role_policy(RoleName=role().rsplit("/", 1)[1], PolicyDocument=document(TRUST | change))


def test_a_trust_policy_needs_a_principal(account, refused):
    nobody = copy.deepcopy(TRUST)
    del nobody["Principal"]
    with refused("MalformedPolicyDocument", "Missing required field Principal"):
        account.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document(nobody))


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ({"Resource": []}, "must contain resources"),
        ({"Action": []}, "must contain actions"),
        ({"Resource": "arn:aws:s3:::other/*"}, "invalid resource"),
        ({"Action": "sqs:SendMessage"}, "invalid action"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET"}, "does not apply to any resource"),
        ({"Action": "s3:ListBucket"}, "does not apply to any resource"),
        ({"Principal": {"AWS": []}}, "Invalid principal"),
    ],
)
def test_a_bucket_policy_that_s3_refuses_is_refused(account, refused, statement, part):
    name = f"policies-{account.account_id}"
    account.client("s3").create_bucket(Bucket=name)
    good = {**ALLOW, "Principal": "*", "Resource": "arn:aws:s3:::BUCKET/*", "Effect": "Deny"}
    put = lambda one: account.client("s3").put_bucket_policy(  # noqa: E731
        Bucket=name, Policy=document(one).replace("BUCKET", name)
    )
    put(good)
    with refused("MalformedPolicy", part):
        put(good | statement)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"Action": []}, "must contain actions"),
        ({"Action": "s3:GetObject"}, "out of service scope"),
        ({"Resource": ["arn:aws:sqs:us-east-1:1:a", "arn:aws:sqs:us-east-1:1:b"]}, "single resource"),
        ({"Principal": {"Service": "sns"}}, "Invalid principal"),
    ],
)
def test_a_policy_of_a_queue_or_topic_that_aws_refuses_is_refused(account, refused, change, part):
    sqs, sns = account.client("sqs"), account.client("sns")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    topic = sns.create_topic(Name="t")["TopicArn"]
    with refused("InvalidAttributeValue", part):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(QUEUE | change)})
    of_topic = {**QUEUE, "Action": "sns:Publish"} | change
    with refused("InvalidParameter", part):
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document(of_topic))


def test_a_key_policy_without_actions_is_refused(account, refused):
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.account_id}:root"}, "Resource": "*"}
    for action, part in (([], "must contain actions"), ("", "prefaced by a vendor")):
        with refused("MalformedPolicyDocumentException", part):
            account.client("kms").create_key(Policy=document(root | {"Action": "kms:*"}, root | {"Action": action}))


def test_finding_3_an_action_without_a_resource_type_is_allowed_by_everything_alone(recorded, role, refused):
    config = f"arn:aws:config:us-east-1:{recorded.account_id}"
    narrow = {"Action": "config:DescribeComplianceByConfigRule", "Resource": f"{config}:config-rule/*"}
    with refused("AccessDeniedException"):
        recorded.as_role(role(narrow)).client("config").describe_compliance_by_config_rule()
    wide = recorded.as_role(role({**narrow, "Resource": "*"})).client("config")
    assert wide.describe_compliance_by_config_rule()["ComplianceByConfigRules"] == []
    # The same for every service whose data say so.
    keys = recorded.as_role(role({"Action": "kms:ListAliases", "Resource": "arn:aws:kms:*:*:*"})).client("kms")
    with refused("AccessDeniedException"):
        keys.list_aliases()


def test_finding_4_a_list_that_names_no_recorder_is_allowed_by_everything_alone(recorded, role, refused):
    arn = f"arn:aws:config:us-east-1:{recorded.account_id}:configuration-recorder/*"
    narrow = {"Action": "config:DescribeConfigurationRecorderStatus", "Resource": arn}
    seen = recorded.as_role(role(narrow)).client("config")
    with refused("AccessDeniedException"):
        seen.describe_configuration_recorder_status()
    assert seen.describe_configuration_recorder_status(ConfigurationRecorderNames=["default"])
    recorded.as_role(role({**narrow, "Resource": "*"})).client("config").describe_configuration_recorder_status()


def long(size: int) -> str:
    """A document of so many characters, white space left aside."""
    base = document(ALLOW | {"Resource": "arn:aws:s3:::b/"})
    return base.replace("b/", "b/" + "x" * (size - len("".join(base.split()))))


def test_finding_1_a_policy_that_is_longer_than_iam_takes_is_refused(account, role, refused):
    iam, name = account.client("iam"), role().rsplit("/", 1)[1]
    iam.put_role_policy(RoleName=name, PolicyName="first", PolicyDocument=long(6_000))
    with refused("LimitExceeded", "PolicySize: 10240"):
        iam.put_role_policy(RoleName=name, PolicyName="second", PolicyDocument=long(5_000))
    iam.put_role_policy(RoleName=name, PolicyName="first", PolicyDocument=long(10_240))
    iam.create_user(UserName="u")
    iam.create_group(GroupName="g")
    iam.put_user_policy(UserName="u", PolicyName="fits", PolicyDocument=long(2_048))
    with refused("LimitExceeded", "PolicySize: 2048"):
        iam.put_user_policy(UserName="u", PolicyName="more", PolicyDocument=long(200))
    iam.put_group_policy(GroupName="g", PolicyName="fits", PolicyDocument=long(5_120))
    with refused("LimitExceeded", "PolicySize: 5120"):
        iam.put_group_policy(GroupName="g", PolicyName="more", PolicyDocument=long(200))
    iam.create_policy(PolicyName="fits", PolicyDocument=long(6_144))
    with refused("LimitExceeded", "PolicySize: 6144"):
        iam.create_policy(PolicyName="long", PolicyDocument=long(6_145))
    trust = document(TRUST | {"Condition": {"StringEquals": {"aws:SourceArn": "x" * 2_048}}})
    with refused("LimitExceeded", "ACLSizePerRole: 2048"):
        iam.create_role(RoleName="long", AssumeRolePolicyDocument=trust)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}}, "Invalid principal"),
        ({"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/r/*"}}, "Invalid principal"),
        ({"NotPrincipal": {"AWS": "111122223333"}}, ""),
    ],
)
def test_finding_1_a_principal_that_iam_refuses_is_refused(account, refused, change, part):
    with refused("MalformedPolicyDocument", part):
        account.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document(TRUST | change))

"""Who is who: accounts by access key, IAM enforced, functions under their own role."""

import json
import urllib.error
import urllib.request

import pytest

from account.client import Account, start

from . import functions

CONFIG_CALL = """
import boto3
def handle(event):
    call = getattr(boto3.client(event["service"]), event["operation"])
    answer = call(**event.get("arguments", {}))
    answer.pop("ResponseMetadata", None)
    return answer
"""


def test_twelve_digits_are_the_administrator_of_that_account(account):
    identity = account.client("sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (account.account_id, f"arn:aws:iam::{account.account_id}:root")


def test_a_role_session_with_a_wrong_secret_is_refused(account, role, refused):
    session = account.as_role(role({"Action": "sqs:ListQueues"}))
    session.client("sqs").list_queues()
    wrong = {**session.credentials, "SecretAccessKey": "wrong"}
    with refused("SignatureDoesNotMatch"):
        Account(account.endpoint, account.account_id, credentials=wrong).client("sqs").list_queues()


def test_a_key_nobody_made_is_refused(account, refused):
    nobody = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "test"}
    with refused("InvalidClientTokenId"):
        Account(account.endpoint, account.account_id, credentials=nobody).client("sqs").list_queues()


def test_two_accounts_do_not_see_each_other(account, other_account):
    account.client("sqs").create_queue(QueueName="mine")
    for elsewhere in (other_account, account.in_region("eu-west-1")):
        assert not elsewhere.client("sqs").list_queues().get("QueueUrls")


def test_a_role_does_what_its_policy_says_and_nothing_else(account, role, refused):
    account.client("s3").create_bucket(Bucket=f"b-{account.account_id}")
    made = role({"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::b-{account.account_id}"})
    s3 = account.as_role(made).client("s3")
    assert s3.list_objects_v2(Bucket=f"b-{account.account_id}")["KeyCount"] == 0
    with refused("AccessDenied"):
        s3.put_object(Bucket=f"b-{account.account_id}", Key="k", Body=b"")


def test_a_wildcard_of_a_resource_ends_at_the_colon(account, role, refused):
    """IAM compares the parts of an ARN one by one (IAM User Guide, "IAM JSON policy elements: Resource")."""
    url = account.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    read = {"Action": "sqs:GetQueueAttributes"}
    for pattern in ("arn:aws:sqs:*:*:q", "arn:aws:sqs:*", f"arn:aws:sqs:*:{account.account_id}:*"):
        made = role(read | {"Resource": pattern})
        account.as_role(made).client("sqs").get_queue_attributes(QueueUrl=url)
    for pattern in ("arn:aws:sqs:*:q", "arn:aws:sqs:eu*q"):
        made = role(read | {"Resource": pattern})
        with refused("AccessDenied"):
            account.as_role(made).client("sqs").get_queue_attributes(QueueUrl=url)


def test_config_calls_are_checked_on_the_rule_they_name(recorded, role, refused):
    config = recorded.client("config")
    for name in ("seen", "hidden"):
        source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
        config.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source})
    arn = config.describe_config_rules(ConfigRuleNames=["seen"])["ConfigRules"][0]["ConfigRuleArn"]
    mine = recorded.as_role(role({"Action": "config:StartConfigRulesEvaluation", "Resource": arn})).client("config")
    mine.start_config_rules_evaluation(ConfigRuleNames=["seen"])
    for names in (["hidden"], ["seen", "hidden"]):
        with refused("AccessDeniedException"):
            mine.start_config_rules_evaluation(ConfigRuleNames=names)
    with refused("AccessDeniedException"):
        mine.put_config_rule(ConfigRule={"ConfigRuleName": "x", "Source": source})


def test_an_aggregator_is_read_by_who_may_read_it(account, role, refused):
    account.client("config").put_configuration_aggregator(
        ConfigurationAggregatorName="all",
        AccountAggregationSources=[{"AccountIds": [account.account_id], "AllAwsRegions": True}],
    )
    query = {"Expression": "SELECT resourceId", "ConfigurationAggregatorName": "all"}
    region = f"arn:aws:config:us-east-1:{account.account_id}"
    reads = {"Action": "config:SelectAggregateResourceConfig"}
    allowed = account.as_role(role({**reads, "Resource": f"{region}:config-aggregator/config-aggregator-*"}))
    assert allowed.client("config").select_aggregate_resource_config(**query)["Results"] == []
    denied = account.as_role(role({**reads, "Resource": f"{region}:config-rule/*"}))
    with refused("AccessDeniedException"):
        denied.client("config").select_aggregate_resource_config(**query)


def test_a_function_runs_as_its_role(recorded, role):
    made = role({"Action": "config:DescribeConfigRules"})
    functions.make_function(recorded, "reader", CONFIG_CALL, made)
    identity = functions.invoke(recorded, "reader", {"service": "sts", "operation": "get_caller_identity"})
    name = made.rsplit("/", 1)[1]
    assert identity["Arn"] == f"arn:aws:sts::{recorded.account_id}:assumed-role/{name}/reader"
    assert functions.invoke(recorded, "reader", {"service": "config", "operation": "describe_config_rules"}) == {
        "ConfigRules": []
    }
    with pytest.raises(RuntimeError, match="AccessDenied"):
        functions.invoke(recorded, "reader", {"service": "config", "operation": "describe_compliance_by_config_rule"})
    with pytest.raises(RuntimeError, match="AccessDenied"):
        functions.invoke(recorded, "reader", {"service": "s3", "operation": "list_buckets"})


def test_an_operation_the_config_service_does_not_have_says_so(account, refused):
    with refused("UnknownOperationException", "DescribeRetentionConfigurations"):
        account.client("config").describe_retention_configurations()


def test_without_enforcement_a_function_runs_as_the_administrator():
    with start(auth=False) as endpoint:
        account = Account(endpoint)
        role = f"arn:aws:iam::{account.account_id}:role/none"
        functions.make_function(account, "reader", CONFIG_CALL, role)
        identity = functions.invoke(account, "reader", {"service": "sts", "operation": "get_caller_identity"})
        assert identity["Arn"] == f"arn:aws:iam::{account.account_id}:root"


def test_a_function_with_a_role_that_is_not_there_is_refused(account, refused):
    role = f"arn:aws:iam::{account.account_id}:role/none"
    with refused("InvalidParameterValueException", "none cannot be found"):
        functions.make_function(account, "orphan", functions.ECHO, role)


def test_a_function_with_a_role_that_lambda_may_not_assume_is_refused(account, role, refused):
    with refused("InvalidParameterValueException", "cannot be assumed by Lambda"):
        functions.make_function(account, "orphan", functions.ECHO, role(service="config.amazonaws.com"))


@pytest.mark.parametrize("missing", ["kms:Encrypt", "kms:CreateGrant"])
def test_who_gives_a_function_a_key_must_be_able_to_use_it(account, role, key, refused, missing):
    arn, made = key(), role()
    use = {"Action": [one for one in ("kms:Encrypt", "kms:CreateGrant") if one != missing], "Resource": arn}
    seen = account.as_role(role({"Action": ["lambda:CreateFunction", "iam:PassRole"]}, use))
    with refused("AccessDeniedException", missing):
        functions.make_function(seen, "keyed", functions.ECHO, made, KMSKeyArn=arn)


BOUNDARY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}


@pytest.mark.parametrize(
    ("denied", "code"), [("iam:PassRole", "AccessDeniedException"), ("kms:Encrypt", "AccessDeniedException")]
)
def test_a_boundary_limits_what_is_asked_in_the_callers_name_too(account, role, key, refused, denied, code):
    """IAM User Guide, "Permissions boundaries for IAM entities": a role that is passed, and a key that is used."""
    arn, made, iam = key(), role(), account.client("iam")
    creator = role({"Action": ["lambda:*", "iam:PassRole", "kms:*"]})
    statements = [*BOUNDARY["Statement"], {"Effect": "Deny", "Action": denied, "Resource": "*"}]
    limit = json.dumps(BOUNDARY | {"Statement": statements})
    boundary = iam.create_policy(PolicyName="limit", PolicyDocument=limit)["Policy"]["Arn"]
    seen = account.as_role(creator)
    functions.make_function(seen, "before", functions.ECHO, made, KMSKeyArn=arn)
    iam.put_role_permissions_boundary(RoleName=creator.rsplit("/", 1)[1], PermissionsBoundary=boundary)
    with refused(code, denied):
        functions.make_function(seen, "after", functions.ECHO, made, KMSKeyArn=arn)


def test_a_request_without_a_signature_reads_no_bucket(account):
    name = f"closed-{account.account_id}"
    account.client("s3").create_bucket(Bucket=name)
    account.client("s3").put_object(Bucket=name, Key="k", Body=b"x")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{account.endpoint}/{name}/k")
    assert caught.value.code == 403


def test_case_14_a_role_is_created_only_with_the_boundary_and_path_that_the_policy_wants(account, role, refused):
    boundary = account.client("iam").create_policy(PolicyName="estate", PolicyDocument=json.dumps(BOUNDARY))["Policy"]
    wanted = {"StringEquals": {"iam:PermissionsBoundary": boundary["Arn"]}}
    own = f"arn:aws:iam::{account.account_id}:role/compliance/*"
    changes = ["iam:CreateRole", "iam:PutRolePolicy"]
    iam = account.as_role(role({"Action": changes, "Resource": own, "Condition": wanted})).client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    given = {"RoleName": "r", "AssumeRolePolicyDocument": trust, "Path": "/compliance/"}
    for changed in (given, given | {"PermissionsBoundary": boundary["Arn"], "Path": "/"}):
        with refused("AccessDenied"):
            iam.create_role(**changed)
    iam.create_role(**given, PermissionsBoundary=boundary["Arn"])
    # The boundary that the role has counts for what is done to it.
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(BOUNDARY))

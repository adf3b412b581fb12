"""Every request is held against the model of its service, with the code that the service uses.

boto3 refuses some of it before it sends: its own validation is off here.
"""

import functools
import json

import boto3
import pytest
from botocore.config import Config

from .functions import ECHO, make_function

LONG = "x" * 300


@pytest.fixture
def client_of(account):
    """`client_of(service)`: a client that sends whatever it is given."""

    @functools.cache
    def make(service: str):
        env = account.environment
        return boto3.client(
            service,
            endpoint_url=account.endpoint,
            region_name=account.region,
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        )

    return make


RULE = {"ConfigRuleName": "r", "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}}
ALARM = {
    "AlarmName": "a",
    "Namespace": "N",
    "MetricName": "M",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "Statistic": "Sum",
    "ComparisonOperator": "GreaterThanThreshold",
}
NULL, LENGTH = "must not be null", "must have length less than or equal to"
PATTERN, VALUES, ENUM = "regular expression pattern", "must have value", "enum value set"

# Service, operation, what is given, the code, the place, the constraint.
FAULTS = [
    (
        "config",
        "put_config_rule",
        {"ConfigRule": RULE | {"ConfigRuleName": LONG}},
        "'configRule.configRuleName'",
        LENGTH,
    ),
    ("config", "put_config_rule", {"ConfigRule": RULE | {"MaximumExecutionFrequency": "Daily"}}, "Frequency'", ENUM),
    ("config", "put_config_rule", {"ConfigRule": {"ConfigRuleName": "r"}}, "'configRule.source'", NULL),
    ("config", "put_config_rule", {}, "'configRule'", NULL),
    (
        "config",
        "put_config_rule",
        {"ConfigRule": RULE, "Tags": [{"Key": LONG, "Value": ""}]},
        "'tags.1.member.key'",
        LENGTH,
    ),
    ("config", "put_conformance_pack", {"ConformancePackName": "a.b"}, "'conformancePackName'", PATTERN),
    ("events", "put_rule", {"Name": "a rule", "ScheduleExpression": "rate(1 day)"}, "'name'", PATTERN),
    ("events", "put_rule", {"Name": "r", "State": "ON", "ScheduleExpression": "rate(1 day)"}, "'state'", ENUM),
    ("kms", "create_alias", {"AliasName": "alias/x y", "TargetKeyId": "k"}, "'aliasName'", PATTERN),
    ("dynamodb", "describe_table", {}, "'tableName'", NULL),
    ("lambda", "get_function", {"FunctionName": "a b"}, "'functionName'", PATTERN),
    ("lambda", "update_function_configuration", {"FunctionName": "f", "Timeout": 0}, "'timeout'", VALUES),
    ("lambda", "update_function_configuration", {"FunctionName": "f", "Handler": "a b"}, "'handler'", PATTERN),
    ("glue", "create_database", {"DatabaseInput": {"Name": LONG}}, "'databaseInput.name'", LENGTH),
    ("logs", "create_log_group", {"logGroupName": "a b"}, "'logGroupName'", PATTERN),
    ("logs", "put_retention_policy", {"logGroupName": "g"}, "'retentionInDays'", NULL),
    ("athena", "create_work_group", {"Name": "a/b"}, "'name'", PATTERN),
    ("iam", "create_role", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"}, "'roleName'", LENGTH),
    ("iam", "create_role", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"}, "'roleName'", PATTERN),
    ("iam", "create_role", {"RoleName": "r"}, "'assumeRolePolicyDocument'", NULL),
    ("iam", "tag_role", {"RoleName": "r", "Tags": [{"Key": LONG, "Value": "v"}]}, "'tags.1.member.key'", LENGTH),
    ("sts", "assume_role", {"RoleArn": "r" * 20, "RoleSessionName": "a b"}, "'roleSessionName'", PATTERN),
    ("cloudwatch", "put_metric_alarm", ALARM | {"AlarmName": LONG}, "'alarmName'", LENGTH),
    ("cloudwatch", "put_metric_alarm", ALARM | {"ComparisonOperator": "More"}, "'comparisonOperator'", ENUM),
    ("ec2", "revoke_security_group_egress", {}, "'groupId'", NULL),
    ("ec2", "run_instances", {"MinCount": 1, "MaxCount": 1, "InstanceType": "t9.tiny"}, "'instanceType'", ENUM),
    ("ec2", "create_volume", {"AvailabilityZone": "eu-west-1a", "VolumeType": "gp9"}, "'volumeType'", ENUM),
    ("s3", "put_bucket_acl", {"Bucket": "some-bucket", "ACL": "open"}, "'aCL'", ENUM),
    (
        "s3",
        "put_bucket_versioning",
        {"Bucket": "some-bucket", "VersioningConfiguration": {"Status": "On"}},
        "'versioningConfiguration.status'",
        ENUM,
    ),
    (
        "s3",
        "put_bucket_lifecycle_configuration",
        {"Bucket": "some-bucket", "LifecycleConfiguration": {"Rules": [{"ID": "old"}]}},
        "'lifecycleConfiguration.rules.1.member.status'",
        NULL,
    ),
    ("s3", "create_bucket", {"Bucket": "some-bucket", "ObjectOwnership": "Mine"}, "'objectOwnership'", ENUM),
    ("sns", "create_topic", {}, "'name'", NULL),
    ("sqs", "create_queue", {}, "'queueName'", NULL),
]
CODES = {
    "athena": "InvalidRequestException",
    "cloudwatch": "ValidationError",
    "ec2": "InvalidParameterValue",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "s3": "InvalidArgument",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
    "sts": "ValidationError",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: f"{one[0]} {one[1]} {one[3]}")
def test_a_request_that_the_model_does_not_take_is_refused_in_the_words_of_its_service(client_of, refused, fault):
    service, operation, given, place, constraint = fault
    code = "MissingParameter" if (service, constraint) == ("ec2", NULL) else CODES.get(service, "ValidationException")
    with refused(code, "1 validation error detected: Value") as caught:
        getattr(client_of(service), operation)(**given)
    message = caught.value.response["Error"]["Message"]
    assert f"{place} failed to satisfy constraint" in message or f"{place[1:]} failed to satisfy constraint" in message
    assert constraint in message


def test_a_body_that_is_no_xml_is_refused(client_of, refused):
    client = client_of("s3")
    client.meta.events.register("before-call", lambda params, **_more: params.update(body=b"<Versioning"))
    with refused("MalformedXML"):
        client.put_bucket_versioning(Bucket="some-bucket", VersioningConfiguration={"Status": "Enabled"})


def test_every_fault_of_a_request_is_told_at_once(client_of, refused):
    rule = {"ConfigRuleName": LONG, "Description": LONG, "Source": {"Owner": "NOBODY"}}
    with refused("ValidationException", "3 validation errors detected: ") as caught:
        client_of("config").put_config_rule(ConfigRule=rule)
    message = caught.value.response["Error"]["Message"]
    for place in ("configRule.configRuleName", "configRule.description", "configRule.source.owner"):
        assert f"'{place}'" in message


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("config", "describe_config_rules", {"ConfigRuleNames": "one"}),
        ("events", "put_rule", {"Name": ["r"]}),
        ("lambda", "update_function_configuration", {"FunctionName": "f", "Timeout": "3"}),
        ("logs", "put_retention_policy", {"logGroupName": "g", "retentionInDays": "7"}),
    ],
)
def test_a_value_of_another_type_is_refused(client_of, refused, service, operation, given):
    with refused("SerializationException"):
        send = client_of(service)
        send.meta.events.register("before-call", _as_given(given))
        getattr(send, operation)(**given)


def test_what_travels_in_the_path_the_query_and_headers_is_read(account, role):
    arn = make_function(account, "f", ECHO, role(), Tags={"team": "security"})
    client = account.client("lambda")
    client.untag_resource(Resource=arn, TagKeys=["team", "other"])
    assert client.list_tags(Resource=arn)["Tags"] == {}
    assert [one["FunctionName"] for one in client.list_functions(MaxItems=1)["Functions"]] == ["f"]
    assert client.invoke(FunctionName="f", InvocationType="RequestResponse", Payload=b"{}")["StatusCode"] == 200


def _as_given(given: dict):
    """Sends values as they are, where boto3 would convert them."""

    def change(params, **_more):
        in_body = {name: value for name, value in given.items() if name != "FunctionName"}
        params["body"] = json.dumps(in_body).encode()

    return change

"""The functions of the deployed example with all that is their own, as the account's own APIs show them."""

from __future__ import annotations

import hashlib
import json

import pytest

HANDLERS = ("processing", "aggregation", "remediation")
# Environment variables beyond those that every function has.
VARIABLES = {
    "processing": {
        "CONFIGURATION_KEY",
        "CONFIGURATION_SHA256",
        "DELIVERY_ALARM",
        "DELIVERY_QUEUE_URL",
        "EVENTS_QUEUE",
        "LEDGER_TABLE",
        "TOPIC_ARN",
    },
    "aggregation": {"AGGREGATOR_NAME", "CONFIGURATION_KEY", "CONFIGURATION_SHA256"},
    "remediation": {"CONFIGURATION_KEY", "CONFIGURATION_SHA256", "LEDGER_TABLE", "TOPIC_ARN"},
}
OWN = {
    "Log": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "DeadLetters": ["sqs:SendMessage"],
    "Key": ["kms:Decrypt", "kms:GenerateDataKey"],
}
# What the alarms on silence need; the namespace is bound by a condition.
HEARTBEAT = {"PutMetrics": ["cloudwatch:PutMetricData"], "ReadMetrics": ["cloudwatch:GetMetricStatistics"]}
QUEUE = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
# Statements that deny.
DENIED = {"processing": {"NoDecisions", "NoRemediations", "NoStopSwitch"}}
PERMISSIONS = {
    "processing": {
        "Configuration": ["s3:GetObject"],
        "Records": ["s3:PutObject"],
        "State": ["s3:GetObject"],
        "Compliance": ["config:GetComplianceDetailsByConfigRule"],
        "Reads": [
            "config:DescribeComplianceByConfigRule",
            "config:DescribeConfigurationRecorders",
            "config:GetComplianceDetailsByResource",
            "config:SelectResourceConfig",
        ],
        "Table": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
        "Notices": ["sns:GetTopicAttributes", "sns:Publish"],
        "DeliveryTest": ["cloudwatch:SetAlarmState"],
        "DeliveryQueue": ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
        "Next": ["lambda:InvokeFunction"],
        "FollowUps": ["sqs:GetQueueUrl", "sqs:SendMessage"],
        "Events": QUEUE,
        # What people decide on remediation, and what remediation does.
        **{sid: ["dynamodb:DeleteItem", "dynamodb:PutItem"] for sid in DENIED["processing"]},
        **HEARTBEAT,
    },
    "aggregation": {
        "Configuration": ["s3:GetObject"],
        "Recorder": [
            "config:DescribeConfigRules",
            "config:DescribeConfigurationRecorderStatus",
            "config:DescribeConfigurationRecorders",
        ],
        "Reports": ["s3:GetObject", "s3:PutObject"],
        "LatestReport": ["s3:PutObject"],
        "History": ["s3:PutObject"],
        "RemediationList": ["s3:GetObject"],
        "Next": ["lambda:InvokeFunction"],
        "Aggregator": [
            "config:DescribeConfigurationAggregatorSourcesStatus",
            "config:GetAggregateComplianceDetailsByConfigRule",
            "config:SelectAggregateResourceConfig",
        ],
        **HEARTBEAT,
    },
    # Every rule of the baseline is in mode `dryRun`: it reads what a plan needs, and changes no evaluated resource.
    "remediation": {
        "Configuration": ["s3:GetObject"],
        "Ledger": ["s3:PutObject"],
        "Events": QUEUE,
        "Table": ["dynamodb:GetItem", "dynamodb:Query"],
        "Remediations": ["dynamodb:DeleteItem", "dynamodb:PutItem"],
        "Notices": ["sns:Publish"],
        "Guards": [
            "cloudformation:DescribeStackResources",
            "config:GetComplianceDetailsByResource",
            "config:GetDiscoveredResourceCounts",
            "config:SelectResourceConfig",
            "tag:GetResources",
        ],
        "ReadDatabases": ["rds:DescribeDBInstances"],
        "ReadInstances": ["ec2:DescribeInstances"],
        "ReadVolumes": ["ec2:DescribeVolumes"],
    },
}
pytestmark = pytest.mark.parametrize("handler", HANDLERS)


def function(monitor, handler: str) -> dict:
    """What Lambda says of a function."""
    return monitor.client("lambda").get_function(FunctionName=f"compliance-{handler}")


def role(monitor, handler: str) -> dict:
    """The function's role."""
    name = function(monitor, handler)["Configuration"]["Role"].rsplit("/", 1)[1]
    return monitor.client("iam").get_role(RoleName=name)["Role"]


def statements(monitor, handler: str) -> dict[str, dict]:
    """The statements of the role's one policy, by their ids."""
    name, iam = role(monitor, handler)["RoleName"], monitor.client("iam")
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    assert len(names) == 1
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    document = iam.get_role_policy(RoleName=name, PolicyName=names[0])["PolicyDocument"]
    assert document["Version"] == "2012-10-17"
    return {statement["Sid"]: statement for statement in document["Statement"]}


def arn(monitor, service: str, resource: str) -> str:
    """An ARN of the account and region."""
    return f"arn:aws:{service}:{monitor.account.region}:{monitor.account.account_id}:{resource}"


def test_a_function_runs_as_it_was_asked_to(monitor, handler):
    found = function(monitor, handler)["Configuration"]
    assert found["FunctionArn"] == monitor.outputs[f"{handler}LambdaArn"]
    assert found["FunctionName"] == monitor.outputs[f"{handler}LambdaName"] == f"compliance-{handler}"
    assert (found["Runtime"], found["Handler"]) == ("provided.al2023", handler)
    assert (found["Timeout"], found["MemorySize"]) == (900, 256)
    assert found["Architectures"] == ["x86_64"]
    assert found["PackageType"] == "Zip"
    assert found["KMSKeyArn"] == monitor.outputs["kmsKeyArn"]
    assert found["Description"]


def test_all_functions_are_one_package(monitor, handler):
    hashes = {function(monitor, name)["Configuration"]["CodeSha256"] for name in HANDLERS}
    assert hashes == {function(monitor, handler)["Configuration"]["CodeSha256"]}


def test_a_function_knows_what_it_needs_and_no_more(monitor, handler):
    variables = function(monitor, handler)["Configuration"]["Environment"]["Variables"]
    assert set(variables) == {"REPORT_BUCKET", "KMS_KEY_ARN"} | VARIABLES[handler]
    assert variables["REPORT_BUCKET"] == monitor.outputs["bucketName"]
    assert variables["KMS_KEY_ARN"] == monitor.outputs["kmsKeyArn"]
    assert variables.get("AGGREGATOR_NAME") in (None, monitor.outputs["configAggregatorName"])


def test_a_function_that_reads_the_configuration_knows_its_hash(monitor, handler):
    variables = function(monitor, handler)["Configuration"]["Environment"]["Variables"]
    if "CONFIGURATION_KEY" not in variables:
        assert handler != "processing"
        return
    place = {"Bucket": monitor.outputs["bucketName"], "Key": variables["CONFIGURATION_KEY"]}
    content = monitor.client("s3").get_object(**place)["Body"].read()
    assert hashlib.sha256(content).hexdigest() == variables["CONFIGURATION_SHA256"]


def test_a_function_has_no_reserved_concurrency_unless_asked(monitor, handler):
    found = monitor.client("lambda").get_function_concurrency(FunctionName=f"compliance-{handler}")
    assert "ReservedConcurrentExecutions" not in found


def test_a_function_is_tagged_and_so_is_its_role(monitor, handler):
    assert function(monitor, handler)["Tags"] == monitor.tags
    assert role(monitor, handler)["Tags"] == [{"Key": "team", "Value": "security"}], "its name is no one else's"


def test_a_role_is_lambdas_alone(monitor, handler):
    document = role(monitor, handler)["AssumeRolePolicyDocument"]
    assert [(s["Effect"], s["Principal"], s["Action"]) for s in document["Statement"]] == [
        ("Allow", {"Service": "lambda.amazonaws.com"}, ["sts:AssumeRole"])
    ]


def test_each_function_has_a_role_of_its_own(monitor, handler):
    others = {function(monitor, name)["Configuration"]["Role"] for name in HANDLERS if name != handler}
    assert function(monitor, handler)["Configuration"]["Role"] not in others


def test_a_role_may_do_exactly_this(monitor, handler):
    found = statements(monitor, handler)
    assert {sid: statement["Action"] for sid, statement in found.items()} == OWN | PERMISSIONS[handler]
    denied = {sid for sid, statement in found.items() if statement["Effect"] != "Allow"}
    assert denied == DENIED.get(handler, set())


def test_a_role_may_do_it_on_exactly_this(monitor, handler):
    bucket, key = monitor.outputs["bucketArn"], monitor.outputs["kmsKeyArn"]
    places = {
        "Log": arn(monitor, "logs", f"log-group:/aws/lambda/compliance-{handler}:*"),
        "DeadLetters": arn(monitor, "sqs", f"compliance-{handler}-dead-letters"),
        "Key": key,
        "Configuration": f"{bucket}/configuration/*",
        "Records": f"{bucket}/reports/{handler}/*",
        "Reports": f"{bucket}/reports/aggregation/*",
        "History": f"{bucket}/history/evaluations/*",
        "RemediationList": f"{bucket}/ledger/remediation/remediations.json",
        "Ledger": f"{bucket}/ledger/*",
        "Compliance": arn(monitor, "config", "config-rule/*"),
        "Reads": "*",
        "Aggregator": arn(monitor, "config", "config-aggregator/*"),
        "Recorder": "*",
        **dict.fromkeys(
            ("Table", "Remediations", *DENIED["processing"]), arn(monitor, "dynamodb", "table/compliance-ledger")
        ),
        **dict.fromkeys(("Guards", "ReadDatabases", "ReadInstances", "ReadVolumes"), "*"),
        "Notices": monitor.outputs["snsTopicArn"],
        "DeliveryTest": arn(monitor, "cloudwatch", "alarm:compliance-delivery-test"),
        "DeliveryQueue": arn(monitor, "sqs", "compliance-delivery-test"),
        "Next": {
            # Either may have to go on with itself.
            "processing": [monitor.outputs["aggregationLambdaArn"], monitor.outputs["processingLambdaArn"]],
            "aggregation": monitor.outputs["aggregationLambdaArn"],
        }.get(handler),
        "State": f"{bucket}/reports/processing/state.json",
        "LatestReport": f"{bucket}/reports/latest/index.html",
        "FollowUps": arn(monitor, "sqs", f"compliance-{handler}-events"),
        "PutMetrics": "*",
        "ReadMetrics": "*",
        "Events": arn(monitor, "sqs", f"compliance-{handler}-events"),
    }
    found = statements(monitor, handler)
    listed = {sid: place if isinstance(place, list) else [place] for sid, place in places.items()}
    assert {sid: statement["Resource"] for sid, statement in found.items()} == {sid: listed[sid] for sid in found}


def test_a_function_cannot_make_a_log_group(monitor, handler):
    assert "logs:CreateLogGroup" not in json.dumps(statements(monitor, handler))


def test_a_log_group_is_encrypted_and_kept_a_week(monitor, handler):
    logs, name = monitor.client("logs"), f"/aws/lambda/compliance-{handler}"
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert [group["logGroupName"] for group in groups] == [name]
    assert groups[0]["kmsKeyId"] == monitor.outputs["kmsKeyArn"]
    assert groups[0]["retentionInDays"] == 7
    assert logs.list_tags_for_resource(resourceArn=groups[0]["logGroupArn"])["tags"] == monitor.tags


def test_dead_letters_wait_two_weeks_encrypted_in_a_queue_of_the_functions_own(monitor, handler):
    sqs, name = monitor.client("sqs"), f"compliance-{handler}-dead-letters"
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    target = function(monitor, handler)["Configuration"]["DeadLetterConfig"]["TargetArn"]
    assert target == attributes["QueueArn"] == arn(monitor, "sqs", name)
    assert attributes["KmsMasterKeyId"] == monitor.outputs["kmsKeyArn"]
    assert attributes["MessageRetentionPeriod"] == str(14 * 24 * 60 * 60)
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == monitor.tags


def test_the_log_group_is_made_before_the_function_and_goes_after_it(monitor, handler):
    group = monitor.named(f"compliance-functions-{handler}-logs")["urn"]
    assert group in monitor.named(f"compliance-functions-{handler}")["dependencies"]

"""Problems that people reported about similar software, on the real engine.

`provider/aws-compliance/tests/construct/cases.rs` has those that registered inputs alone prove.
"""

from __future__ import annotations

import itertools
import json
import re

import pytest

from account.client import prepare_landing_zone
from engine.deployment import yaml_program
from harness.engine import EngineError
from harness.leftovers import leftovers
from harness.stack import Stack

FORCED = {"reports": {"forceDestroy": True}}
_names = itertools.count(1)


@pytest.fixture
def stack(engine, account, tmp_path):
    """`stack(inputs, **config)`: a stack of the component in the account."""

    def make(inputs: dict, **config) -> Stack:
        program = yaml_program(tmp_path / "program", {**FORCED, **inputs})
        return Stack(engine, program, f"case{next(_names)}", account.environment, **config)

    return make


def test_case_07_default_tags_of_the_provider_and_own_tags_are_together_more_than_an_object_takes(stack, account):
    prepare_landing_zone(account)
    default = ("cost-center", "owner", "env", "team", "repo", "data-class")
    own = dict.fromkeys(("project", "contact", "unit", "stage", "product"), "x")
    deployed = stack({"tags": own})
    deployed.configure("aws:defaultTags", json.dumps({"tags": dict.fromkeys(default, "x")}))
    assert deployed.up().diagnostics == []
    again = deployed.up()
    assert again.none, again.touched
    refreshed = deployed.refresh()
    assert refreshed.none, refreshed.touched
    s3, bucket = account.client("s3"), f"compliance-reports-{account.account_id}-{account.region}"
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="runbooks/")["Contents"]]
    for key in keys:
        tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        assert {tag["Key"] for tag in tags} == set(own)
    # The bucket takes both.
    of_bucket = {tag["Key"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
    assert of_bucket >= {*default, *own}


def test_case_08_default_tags_of_the_provider_that_clash_with_own_tags_are_rejected_at_preview(stack, account):
    """IAM would refuse the first role, half way through the deployment."""
    prepare_landing_zone(account)
    deployed = stack({"tags": {"team": "audit", "env": "prod"}})
    deployed.configure("aws:defaultTags", json.dumps({"tags": {"Team": "audit"}}))
    with pytest.raises(EngineError, match=r"tags\.team.*differs in case only from `Team`"):
        deployed.preview()
    # The same name may have the same value in both, or another one: the own tag counts, and stays as it is.
    deployed.configure("aws:defaultTags", json.dumps({"tags": {"team": "audit", "env": "test", "owner": "platform"}}))
    assert deployed.up().diagnostics == []
    tags = account.client("sns").list_tags_for_resource(ResourceArn=topic_arn(account))["Tags"]
    found = {tag["Key"]: tag["Value"] for tag in tags}
    assert {"team": "audit", "env": "prod", "owner": "platform"}.items() <= found.items()
    assert deployed.up().none
    refreshed = deployed.refresh()
    assert refreshed.none, refreshed.touched
    assert deployed.up().none


def topic_arn(account) -> str:
    """ARN of the topic that carries notices."""
    return f"arn:aws:sns:{account.region}:{account.account_id}:compliance-alerts"


def test_case_11_the_strategy_changes_and_the_recorder_stays_the_same(stack, account):
    def group() -> dict:
        (recorder,) = account.client("config").describe_configuration_recorders()["ConfigurationRecorders"]
        return recorder

    strategies = [
        ({"strategy": "allExcept", "resourceTypes": ["AWS::EC2::NetworkInterface"]}, "EXCLUSION_BY_RESOURCE_TYPES"),
        ({"strategy": "all"}, "ALL_SUPPORTED_RESOURCE_TYPES"),
        ({"strategy": "only", "resourceTypes": ["AWS::S3::Bucket"]}, "INCLUSION_BY_RESOURCE_TYPES"),
        ({"strategy": "allExcept", "resourceTypes": ["AWS::EC2::Volume"]}, "EXCLUSION_BY_RESOURCE_TYPES"),
    ]
    deployed, made = None, None
    for settings, strategy in strategies:
        inputs = {**FORCED, "recorder": {"mode": "create", **settings}}
        if deployed is None:
            deployed = stack(inputs)
        else:
            program = {"type": "aws-compliance:index:ComplianceMonitoring", "properties": inputs}
            text = {"name": "inputs", "runtime": "yaml", "resources": {"compliance": program}}
            (deployed.folder / "Pulumi.yaml").write_text(json.dumps(text))
        deployed.up()
        found = group()
        assert found["recordingGroup"]["recordingStrategy"]["useOnly"] == strategy
        made = made or found["arn"]
        # A recorder that is replaced loses what it recorded.
        assert found["arn"] == made
        assert deployed.up().none


def test_case_20_what_a_lost_stack_left_behind_is_named_at_preview_and_stays_as_it_is(stack, account):
    prepare_landing_zone(account)
    bucket = f"compliance-reports-{account.account_id}-{account.region}"
    account.client("logs").create_log_group(logGroupName="/aws/lambda/compliance-processing")
    account.client("dynamodb").create_table(
        TableName="compliance-ledger",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    account.client("sqs").create_queue(QueueName="compliance-processing-events", Attributes={"VisibilityTimeout": "1"})
    account.client("athena").create_work_group(Name="compliance-history")
    account.client("glue").create_database(DatabaseInput={"Name": "compliance_history"})
    account.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": account.region})
    before, deployed = leftovers(account), stack({})
    for attempt in (deployed.preview, deployed.up):
        with pytest.raises(EngineError) as refused:
            attempt()
        for name in (
            "log group `/aws/lambda/compliance-processing`",
            "table `compliance-ledger`",
            "queue `compliance-processing-events`",
            "Athena workgroup `compliance-history`",
            "Glue database `compliance_history`",
            f"bucket `{bucket}`",
            "lookup.adoptUnmarked",
        ):
            assert name in str(refused.value), refused.value
        assert leftovers(account) == before


@pytest.mark.parametrize(
    ("service", "create", "told"),
    [
        ("athena", {"Name": "compliance-history"}, "the Athena workgroup `compliance-history` exists"),
        ("glue", {"DatabaseInput": {"Name": "compliance_history"}}, "the Glue database `compliance_history` exists"),
    ],
    ids=["workgroup", "database"],
)
def test_case_20_a_single_thing_is_taken_over_as_the_message_says(stack, account, service, create, told):
    prepare_landing_zone(account)
    client = account.client(service)
    (client.create_work_group if service == "athena" else client.create_database)(**create)
    deployed = stack({})
    with pytest.raises(EngineError) as refused:
        deployed.preview()
    assert told in str(refused.value)
    command = re.search(r"tag it, and the next deployment imports and updates it: `aws (.*?)`", str(refused.value))[1]
    arn, tag = re.search(r"arn:aws:\S+", command)[0], re.search(r"'(.*?)'", command)[1].split("=", 1)
    if service == "athena":
        account.client("resourcegroupstaggingapi").tag_resources(ResourceARNList=[arn], Tags=dict([tag]))
    else:
        client.tag_resource(ResourceArn=arn, TagsToAdd=dict([tag]))
    deployed.up()
    again = deployed.up()
    assert again.none, again.touched
    deployed.destroy()
    assert leftovers(account).keys() <= {"roles"}


def test_case_21_a_topic_of_another_team_is_refused_and_stays_as_it_is(stack, account):
    prepare_landing_zone(account)
    sns = account.client("sns")
    topic = sns.create_topic(Name="compliance-alerts")["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Trade compliance")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="desk@example.com")
    before, deployed = sns.get_topic_attributes(TopicArn=topic)["Attributes"], stack({})
    for attempt in (deployed.preview, deployed.up):
        with pytest.raises(EngineError, match="the topic `compliance-alerts` exists"):
            attempt()
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"] == before
    deployed.destroy()
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"] == before

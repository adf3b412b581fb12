"""What remediation asks of the account: partitions in policies, stacks by physical id, EBS defaults, counts."""

from __future__ import annotations

import json
import time

import pytest

TABLE = {
    "TableName": "ledger",
    "KeySchema": [{"AttributeName": "partition", "KeyType": "HASH"}, {"AttributeName": "sort", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("partition", "sort")],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def limited(account):
    """The account as a role sees it that may use the partitions `own/...` of a table alone."""
    account.client("dynamodb").create_table(**TABLE)
    iam = account.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="limited", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {
        "Effect": "Allow",
        "Action": ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteItem"],
        "Resource": f"arn:aws:dynamodb:{account.region}:{account.account_id}:table/ledger",
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "own/${aws:userid}"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="limited", PolicyName="own", PolicyDocument=policy)
    return account.as_role(role)


def test_a_policy_limits_a_role_to_its_own_partitions(limited, refused):
    table = limited.client("dynamodb")
    own = f"own/{limited.client('sts').get_caller_identity()['UserId']}"

    def entry(partition: str, sort: str = "a") -> dict:
        return {"partition": {"S": partition}, "sort": {"S": sort}}

    table.put_item(TableName="ledger", Item=entry(own))
    assert table.get_item(TableName="ledger", Key=entry(own))["Item"] == entry(own)
    ask = {
        "TableName": "ledger",
        "KeyConditionExpression": "#p = :p",
        "ExpressionAttributeNames": {"#p": "partition"},
    }
    assert table.query(**ask, ExpressionAttributeValues={":p": {"S": own}})["Count"] == 1
    with refused("AccessDeniedException"):
        table.put_item(TableName="ledger", Item=entry("other"))
    with refused("AccessDeniedException"):
        table.get_item(TableName="ledger", Key=entry("other"))
    with refused("AccessDeniedException"):
        table.query(**ask, ExpressionAttributeValues={":p": {"S": "other"}})
    puts = [{"Put": {"TableName": "ledger", "Item": entry(place, "b")}} for place in (own, "other")]
    with refused("AccessDeniedException"):
        table.transact_write_items(TransactItems=puts)
    table.transact_write_items(TransactItems=puts[:1])


def test_a_stack_is_found_by_the_physical_id_of_its_resource(account, refused):
    formation = account.client("cloudformation")
    with refused("ValidationError", "Stack for orders-1 does not exist"):
        formation.describe_stack_resources(PhysicalResourceId="orders-1")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "orders-1"}}
    formation.create_stack(StackName="shop", TemplateBody=json.dumps({"Resources": {"Orders": bucket}}))
    end = time.monotonic() + 20
    while formation.describe_stacks(StackName="shop")["Stacks"][0]["StackStatus"] != "CREATE_COMPLETE":
        assert time.monotonic() < end
        time.sleep(0.1)
    found = formation.describe_stack_resources(PhysicalResourceId="orders-1")["StackResources"]
    assert {one["StackName"] for one in found} == {"shop"}
    with refused("ValidationError"):
        formation.describe_stack_resources(PhysicalResourceId="orders-1", StackName="shop")


def test_encryption_by_default_is_a_setting_of_a_region(account):
    here, there = account.client("ec2"), account.in_region("us-west-2").client("ec2")
    assert here.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    here.enable_ebs_encryption_by_default()
    assert here.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert there.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    here.disable_ebs_encryption_by_default()
    assert here.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False


def test_every_type_that_actions_are_about_is_counted_and_described_with_its_tags(recorded):
    logs, key = recorded.client("logs"), recorded.client("kms").create_key()["KeyMetadata"]["KeyId"]
    logs.create_log_group(logGroupName="orders", tags={"team": "shop"})
    topic = recorded.client("sns").create_topic(Name="orders")["TopicArn"]
    queue = recorded.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    recorded.client("ec2").describe_security_groups()
    config = recorded.client("config")
    for kind in (
        "AWS::Logs::LogGroup",
        "AWS::KMS::Key",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::EC2::SecurityGroup",
    ):
        counts = config.get_discovered_resource_counts(resourceTypes=[kind])
        assert counts["totalDiscoveredResources"] >= 1, kind
    ids = ", ".join(f"'{one}'" for one in ("orders", key, topic, queue))
    query = f"SELECT resourceType, resourceId, tags WHERE resourceId IN ({ids})"
    rows = [json.loads(row) for row in config.select_resource_config(Expression=query)["Results"]]
    assert {row["resourceId"] for row in rows} == {"orders", key, topic, queue}
    assert next(row["tags"] for row in rows if row["resourceId"] == "orders")[0]["tag"] == "team=shop"

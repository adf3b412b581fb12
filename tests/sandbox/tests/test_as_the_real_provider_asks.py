"""What the real `aws` provider asks of the account, beside what its stand-in asks."""

import json

import boto3
import pytest
from botocore.config import Config

from account.client import Account

from .functions import ECHO, make_function, make_queue


def s3_control(account: Account):
    """A client of S3 Control, whose host begins with the account and is found by a proxy alone."""
    env = account.environment
    return boto3.client(
        "s3control",
        endpoint_url=account.endpoint,
        region_name=account.region,
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=env.get("AWS_SESSION_TOKEN"),
        config=Config(retries={"total_max_attempts": 1}, proxies={"http": account.endpoint}),
    )


@pytest.fixture
def bucket(account) -> dict[str, str]:
    """A bucket as S3 Control names it."""
    name = f"tagged-{account.account_id}"
    account.client("s3").create_bucket(Bucket=name)
    return {"AccountId": account.account_id, "ResourceArn": f"arn:aws:s3:::{name}"}


def test_real_provider_b1_s3_control_is_reached_by_its_host_through_a_proxy(account, bucket):
    client = s3_control(account)
    tags = [{"Key": "team", "Value": "security"}]
    client.tag_resource(**bucket, Tags=tags)
    assert client.list_tags_for_resource(**bucket)["Tags"] == tags
    client.untag_resource(**bucket, TagKeys=["team"])
    assert client.list_tags_for_resource(**bucket)["Tags"] == []


def test_real_provider_b3_a_bucket_whose_name_has_dots_is_reached_by_path(account):
    name, s3 = f"reports.of.{account.account_id}", account.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a/k", Body=b"x")
    assert s3.get_object(Bucket=name, Key="a/k")["Body"].read() == b"x"
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=name)["Contents"]] == ["a/k"]


def test_real_provider_b5_iam_is_asked_about_the_tag_calls_of_s3_control(account, bucket, role, refused):
    seen = account.as_role(role({"Action": "s3:ListTagsForResource", "Resource": bucket["ResourceArn"]}))
    client = s3_control(seen)
    assert client.list_tags_for_resource(**bucket)["Tags"] == []
    with refused("AccessDenied"):
        client.tag_resource(**bucket, Tags=[{"Key": "team", "Value": "security"}])
    with refused("AccessDenied"):
        client.untag_resource(**bucket, TagKeys=["team"])
    assert seen.asked() == {"allowed": ["s3:ListTagsForResource"], "denied": ["s3:TagResource", "s3:UntagResource"]}


def test_real_provider_b2_an_asynchronous_configuration_has_nothing_that_was_not_given(account, role):
    _queue, arn = make_queue(account, "q")
    make_function(account, "f", ECHO, role({"Action": "sqs:SendMessage", "Resource": arn}))
    client = account.client("lambda")
    client.put_function_event_invoke_config(FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": arn}})
    kept = client.get_function_event_invoke_config(FunctionName="f")
    assert not {"MaximumEventAgeInSeconds", "MaximumRetryAttempts"} & kept.keys()
    client.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60)
    kept = client.get_function_event_invoke_config(FunctionName="f")
    assert (kept["MaximumRetryAttempts"], kept["MaximumEventAgeInSeconds"]) == (0, 60)


def test_real_provider_b6_versions_of_a_function_are_named_by_their_own_arns(account, role):
    arn = make_function(account, "f", ECHO, role())
    client = account.client("lambda")
    client.publish_version(FunctionName="f")
    found = client.list_versions_by_function(FunctionName="f")["Versions"]
    assert [one["FunctionArn"] for one in found] == [f"{arn}:$LATEST", f"{arn}:1"]
    assert client.get_function(FunctionName="f")["Configuration"]["FunctionArn"] == arn


@pytest.mark.parametrize("service", ["dynamodb", "sns", "s3"])
def test_real_provider_b4_the_key_that_aws_manages_for_a_service_is_there_once_it_is_asked_for(account, role, service):
    describes = {"Action": "kms:DescribeKey", "Resource": f"arn:aws:kms:us-east-1:{account.account_id}:key/*"}
    kms = account.as_role(role(describes)).client("kms")
    found = kms.describe_key(KeyId=f"alias/aws/{service}")["KeyMetadata"]
    assert (found["KeyManager"], found["KeyState"]) == ("AWS", "Enabled")
    by_arn = f"arn:aws:kms:us-east-1:{account.account_id}:alias/aws/{service}"
    assert kms.describe_key(KeyId=by_arn)["KeyMetadata"]["KeyId"] == found["KeyId"]


def test_real_provider_b4_a_key_that_aws_manages_is_used_through_its_service_alone(account, role, refused):
    bucket = f"managed-{account.account_id}"
    account.client("s3").create_bucket(Bucket=bucket)
    seen = account.as_role(
        role({"Action": "s3:PutObject"}, {"Action": "kms:GenerateDataKey"}, {"Action": "kms:Encrypt"})
    )
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/aws/s3"}
    seen.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x", **encrypted)
    with refused("AccessDeniedException"):
        seen.client("kms").encrypt(KeyId="alias/aws/s3", Plaintext=b"x")


def test_real_provider_b4_an_alias_is_judged_by_its_key(account, key, role, refused):
    arn = key()
    account.client("kms").create_alias(AliasName="alias/ours", TargetKeyId=arn)
    account.as_role(role({"Action": "kms:DescribeKey", "Resource": arn})).client("kms").describe_key(KeyId="alias/ours")
    by_alias = {"Action": "kms:DescribeKey", "Resource": f"arn:aws:kms:us-east-1:{account.account_id}:alias/ours"}
    with refused("AccessDeniedException"):
        account.as_role(role(by_alias)).client("kms").describe_key(KeyId="alias/ours")


def versions(account: Account, bucket: str) -> list[tuple[str, str]]:
    """Kind and id of each version of a bucket's objects."""
    found = account.client("s3").list_object_versions(Bucket=bucket)
    return sorted(
        [("object", one["VersionId"]) for one in found.get("Versions", [])]
        + [("marker", one["VersionId"]) for one in found.get("DeleteMarkers", [])]
    )


def test_real_provider_a1_an_object_of_before_versioning_outlives_a_delete_without_a_version(account, refused):
    s3, bucket = account.client("s3"), f"versions-{account.account_id}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket=bucket, Key="k")
    kinds = [kind for kind, _id in versions(account, bucket)]
    assert (kinds, ("object", "null") in versions(account, bucket)) == (["marker", "object"], True)
    with refused("BucketNotEmpty"):
        s3.delete_bucket(Bucket=bucket)


def test_real_provider_b6_a_delete_where_versioning_is_suspended_leaves_a_null_marker(account, refused):
    s3, bucket = account.client("s3"), f"suspended-{account.account_id}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="k")
    assert versions(account, bucket) == [("marker", "null")]
    with refused("BucketNotEmpty"):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    s3.delete_bucket(Bucket=bucket)
    assert json.dumps(s3.list_buckets()["Buckets"]) == "[]"

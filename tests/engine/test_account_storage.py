"""The key and the bucket of the deployed example, as the account's own APIs show them."""

from __future__ import annotations

import json

import pytest

from engine.deployment import tags_of


@pytest.fixture(scope="module")
def key(monitor) -> dict:
    """What KMS says of the key."""
    return monitor.client("kms").describe_key(KeyId=monitor.outputs["kmsKeyId"])["KeyMetadata"]


@pytest.fixture(scope="module")
def statements(monitor) -> dict[str, dict]:
    """The key policy's statements by their ids."""
    found = monitor.client("kms").get_key_policy(KeyId=monitor.outputs["kmsKeyId"], PolicyName="default")
    return {statement["Sid"]: statement for statement in json.loads(found["Policy"])["Statement"]}


@pytest.fixture(scope="module")
def bucket(monitor) -> str:
    """Name of the bucket."""
    return monitor.outputs["bucketName"]


@pytest.fixture(scope="module")
def s3(monitor):
    """S3 of the account."""
    return monitor.client("s3")


def test_the_key_is_enabled_symmetric_and_rotated(monitor, key):
    assert key["Arn"] == monitor.outputs["kmsKeyArn"]
    assert key["KeyState"] == "Enabled"
    assert key["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert key["KeyUsage"] == "ENCRYPT_DECRYPT"
    assert "compliance monitoring" in key["Description"]
    assert monitor.client("kms").get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is True


def test_the_alias_leads_to_the_key(monitor, key):
    aliases = monitor.client("kms").list_aliases(KeyId=key["KeyId"])["Aliases"]
    assert [alias["AliasName"] for alias in aliases] == ["alias/compliance-monitoring"]


def test_the_key_is_tagged(monitor, key):
    tags = monitor.client("kms").list_resource_tags(KeyId=key["KeyId"])["Tags"]
    assert tags_of(tags) == monitor.tags


def test_the_key_admits_these_and_nobody_else(statements):
    assert set(statements) == {"Account", "CloudWatchLogs", "EventBridge", "CloudWatchAlarms", "Topics"}
    assert {statement["Effect"] for statement in statements.values()} == {"Allow"}


def test_the_key_is_managed_by_its_account(monitor, statements):
    assert statements["Account"]["Principal"] == {"AWS": f"arn:aws:iam::{monitor.account.account_id}:root"}
    assert statements["Account"]["Action"] == ["kms:*"]
    assert "Condition" not in statements["Account"]


def test_cloudwatch_logs_of_the_region_uses_the_key_for_log_groups_of_the_account(monitor, statements):
    account, region = monitor.account.account_id, monitor.account.region
    logs = statements["CloudWatchLogs"]
    assert logs["Principal"] == {"Service": f"logs.{region}.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:log-group:*"}
    }
    assert logs["Action"] == [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ]


@pytest.mark.parametrize(
    ("sid", "service"),
    [("CloudWatchAlarms", "cloudwatch"), ("Topics", "sns"), ("EventBridge", "events")],
)
def test_a_publisher_uses_the_key_for_what_it_publishes(statements, sid, service):
    assert statements[sid]["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert statements[sid]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_finding_11_no_publisher_is_asked_by_the_key_for_what_aws_does_not_document(statements):
    conditions = {sid: statement["Condition"] for sid, statement in statements.items() if "Condition" in statement}
    assert conditions.keys() == {"CloudWatchLogs"}


def test_the_bucket_is_named_by_account_and_region(monitor, s3, bucket):
    assert bucket == f"compliance-reports-{monitor.account.account_id}-{monitor.account.region}"
    assert monitor.outputs["bucketArn"] == f"arn:aws:s3:::{bucket}"
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == monitor.account.region


def test_objects_are_encrypted_with_the_key_by_way_of_a_bucket_key(monitor, s3, bucket):
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert len(rules) == 1
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": monitor.outputs["kmsKeyArn"],
    }
    assert rules[0]["BucketKeyEnabled"] is True


def test_objects_are_versioned(s3, bucket):
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_nothing_in_the_bucket_can_become_public(s3, bucket):
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }


def test_the_bucket_knows_no_acls(s3, bucket):
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_the_bucket_refuses_what_does_not_come_over_tls(monitor, s3, bucket):
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Version"] == "2012-10-17"
    assert len(policy["Statement"]) == 1
    statement = policy["Statement"][0]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", ["s3:*"])
    assert statement["Resource"] == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(("kind", "days"), [("reports", 30), ("history", 400), ("ledger", 400), ("queries", 7)])
def test_each_kind_of_record_has_a_life_of_its_own(s3, bucket, kind, days):
    rules = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert len(rules) == 8
    rule, markers = rules[kind], rules[f"{kind}-delete-markers"]
    assert (rule["Status"], rule["Filter"]) == ("Enabled", {"Prefix": f"{kind}/"})
    assert rule["Expiration"] == {"Days": days}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert (markers["Status"], markers["Filter"]) == ("Enabled", {"Prefix": f"{kind}/"})
    assert markers["Expiration"] == {"ExpiredObjectDeleteMarker": True}


def test_the_bucket_is_tagged(monitor, s3, bucket):
    tags = tags_of(s3.get_bucket_tagging(Bucket=bucket)["TagSet"])
    assert tags == monitor.tags | {"aws-compliance:on-destroy": "retain"}


def test_the_configuration_is_in_the_bucket_encrypted_with_the_key(monitor, s3, bucket):
    found = s3.get_object(Bucket=bucket, Key="configuration/monitoring.json")
    assert found["ServerSideEncryption"] == "aws:kms"
    assert found["SSEKMSKeyId"] == monitor.outputs["kmsKeyArn"]
    assert found["ContentType"] == "application/json"
    rules = json.loads(found["Body"].read())["rules"]
    assert {rule["name"]: rule["identifier"] for rule in rules} == {
        "ec2-approved-instance-types": "DESIRED_INSTANCE_TYPE",
        "s3-bucket-encryption-enabled": "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        "rds-backup-retention-enabled": "DB_INSTANCE_BACKUP_ENABLED",
        "ebs-volumes-encrypted": "ENCRYPTED_VOLUMES",
    }
    tags = s3.get_object_tagging(Bucket=bucket, Key="configuration/monitoring.json")["TagSet"]
    assert tags == [{"Key": "team", "Value": "security"}]

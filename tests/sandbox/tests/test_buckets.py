"""Buckets: always encrypted, with the key they name, and never deleted with something in them."""

import json
from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def bucket(account) -> str:
    """The name of an empty bucket."""
    name = f"compliance-reports-{account.account_id}-us-east-1"
    account.client("s3").create_bucket(Bucket=name)
    return name


def encrypt(account, bucket: str, key: str) -> None:
    """Default encryption with a KMS key and a bucket key."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    account.client("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def tls_only(bucket: str) -> dict:
    """The policy that refuses plain HTTP."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    statement = {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_bucket_is_encrypted_from_its_birth(account, bucket):
    s3 = account.client("s3")
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"


def test_an_object_is_encrypted_with_the_key_of_its_bucket(account, bucket, key):
    s3, arn = account.client("s3"), key()
    encrypt(account, bucket, arn)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", arn)


def test_a_role_writes_and_reads_encrypted_objects_only_with_the_key(account, bucket, key, role, refused):
    arn = key()
    encrypt(account, bucket, arn)
    objects = {"Action": ["s3:PutObject", "s3:GetObject"], "Resource": f"arn:aws:s3:::{bucket}/*"}
    both = account.as_role(role(objects, {"Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": arn}))
    writer = account.as_role(role(objects, {"Action": "kms:GenerateDataKey", "Resource": arn}))
    none = account.as_role(role(objects))
    both.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    assert both.client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    writer.client("s3").put_object(Bucket=bucket, Key="k2", Body=b"x")
    with refused("AccessDenied", "kms:Decrypt"):
        writer.client("s3").get_object(Bucket=bucket, Key="k")
    with refused("AccessDenied", "kms:GenerateDataKey"):
        none.client("s3").put_object(Bucket=bucket, Key="k3", Body=b"x")
    assert writer.client("s3").head_object(Bucket=bucket, Key="k")["ContentLength"] == 1
    with refused("403"):
        writer.client("s3").head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")


def test_an_object_whose_key_is_pending_deletion_cannot_be_read(account, bucket, key, refused):
    s3, arn = account.client("s3"), key()
    encrypt(account, bucket, arn)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    account.client("kms").schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    with refused("KMS.DisabledException"):
        s3.get_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize("versioned", [False, True])
def test_a_bucket_with_objects_or_versions_is_not_deleted(account, bucket, refused, versioned):
    s3 = account.client("s3")
    if versioned:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused("BucketNotEmpty"):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="k")
    if versioned:
        with refused("BucketNotEmpty"):
            s3.delete_bucket(Bucket=bucket)
        listed = s3.list_object_versions(Bucket=bucket)
        for version in [*listed["Versions"], *listed["DeleteMarkers"]]:
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=bucket)


def test_a_name_is_taken_for_all_accounts(account, other_account, bucket, refused):
    with refused("BucketAlreadyExists"):
        other_account.client("s3").create_bucket(Bucket=bucket)


def test_a_write_that_must_be_the_first_is_refused_when_it_is_not(account, bucket, refused):
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", IfNoneMatch="*")
    with refused("PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"y", IfNoneMatch="*")


def test_a_bucket_keeps_all_that_the_report_store_sets(account, bucket):
    s3 = account.client("s3")
    blocks = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    rule = {
        "ID": "reports",
        "Status": "Enabled",
        "Filter": {"Prefix": "reports/"},
        "Expiration": {"Days": 30},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    expired = {"Expiration": {"ExpiredObjectDeleteMarker": True}}
    markers = {"ID": "markers", "Status": "Enabled", "Filter": {"Prefix": ""}, **expired}
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    policy = tls_only(bucket)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=blocks)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule, markers]})
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == blocks
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == [rule, markers]
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == ownership
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "k", "Value": "v"}]
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy


def test_loopback_stands_for_tls_and_a_request_can_say_that_it_is_none(account, bucket, role, refused):
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(tls_only(bucket)))
    s3 = account.as_role(role({"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"})).client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    plain = {"X-Forwarded-Proto": "http"}
    s3.meta.events.register("before-send.s3", lambda request, **_: request.headers.update(plain))
    with refused("AccessDenied", "explicit deny"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x")


def test_an_object_is_locked_by_whoever_may_lock_until_a_time_to_come(account, role, refused):
    bucket = f"compliance-locked-{account.account_id}"
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    write = {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    until = datetime.now(UTC) + timedelta(days=1)
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
    with refused("AccessDenied", "s3:PutObjectRetention"):
        account.as_role(role(write)).client("s3").put_object(Bucket=bucket, Key="k", Body=b"x", **lock)
    both = account.as_role(role(write, {**write, "Action": "s3:PutObjectRetention"})).client("s3")
    version = both.put_object(Bucket=bucket, Key="k", Body=b"x", **lock)["VersionId"]
    with refused("AccessDenied", "object lock"):
        s3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    with refused("InvalidArgument", "in the future"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", **{**lock, "ObjectLockRetainUntilDate": datetime.now(UTC)})
    with refused("InvalidArgument", "both"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ObjectLockMode="GOVERNANCE")

"""IAM attachments and KMS keys."""

import json

import pytest


def test_a_managed_policy_that_does_not_exist_is_refused(account, role, refused):
    name = role().rsplit("/", 1)[1]
    with refused("NoSuchEntity", "ConfigRole"):
        account.client("iam").attach_role_policy(
            RoleName=name, PolicyArn="arn:aws:iam::aws:policy/service-role/ConfigRole"
        )


def test_a_managed_policy_that_exists_is_attached_with_its_document(account, role):
    iam, name = account.client("iam"), role().rsplit("/", 1)[1]
    arn = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AWS_ConfigRole", "PolicyArn": arn}]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert "config:" in json.dumps(document)


def test_an_alias_of_another_key_is_refused(account, key, refused):
    kms = account.client("kms")
    kms.create_alias(AliasName="alias/compliance-monitoring", TargetKeyId=key())
    with refused("AlreadyExistsException"):
        kms.create_alias(AliasName="alias/compliance-monitoring", TargetKeyId=key())


@pytest.mark.parametrize("days", [6, 31])
def test_a_deletion_window_outside_7_to_30_days_is_refused(account, key, refused, days):
    with refused("ValidationException"):
        account.client("kms").schedule_key_deletion(KeyId=key(), PendingWindowInDays=days)


def test_a_deleted_key_is_pending_deletion_and_takes_no_more_requests(account, key, refused):
    kms, arn = account.client("kms"), key()
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("PendingDeletion", False)
    with refused("KMSInvalidStateException"):
        kms.schedule_key_deletion(KeyId=arn)
    with refused("KMSInvalidStateException"):
        kms.create_alias(AliasName="alias/a", TargetKeyId=arn)
    with refused("KMSInvalidStateException"):
        kms.encrypt(KeyId=arn, Plaintext=b"x")


def test_a_key_policy_that_locks_everyone_out_is_refused(account, refused):
    service = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [service]})
    with refused("MalformedPolicyDocumentException"):
        account.client("kms").create_key(Policy=policy)


def test_a_key_keeps_its_policy_rotation_alias_and_tags(account, key):
    kms, arn = account.client("kms"), key({"Principal": {"Service": "sns.amazonaws.com"}, "Action": "kms:Decrypt"})
    policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
    policy["Statement"][1]["Action"] = ["kms:Decrypt", "kms:GenerateDataKey*"]
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=json.dumps(policy))
    kms.enable_key_rotation(KeyId=arn)
    kms.create_alias(AliasName="alias/compliance-monitoring", TargetKeyId=arn)
    kms.tag_resource(KeyId=arn, Tags=[{"TagKey": "k", "TagValue": "v"}])
    assert json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]) == policy
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True
    assert kms.describe_key(KeyId="alias/compliance-monitoring")["KeyMetadata"]["Arn"] == arn
    assert kms.list_resource_tags(KeyId=arn)["Tags"] == [{"TagKey": "k", "TagValue": "v"}]


def test_a_role_uses_a_key_only_with_its_own_permission(account, key, role, refused):
    arn = key()
    allowed = account.as_role(role({"Action": "kms:Encrypt", "Resource": arn})).client("kms")
    assert allowed.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    with refused("AccessDeniedException"):
        account.as_role(role()).client("kms").encrypt(KeyId=arn, Plaintext=b"x")

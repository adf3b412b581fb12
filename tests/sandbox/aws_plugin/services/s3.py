"""S3: a bucket and its configurations."""

from __future__ import annotations

from typing import ClassVar

from ..aws import code_of
from ..resource import Resource, retag, tag_list, tag_map
from ..values import camel, pascal


class Bucket(Resource):
    token = "aws:s3/bucket:Bucket"
    name = "bucket"
    name_length = 63
    replaces = ("bucket", "bucketPrefix", "objectLockEnabled")
    computed = ("objectLockEnabled",)
    # What the provider reads of each bucket, set or not, and what S3 answers where it is not set.
    aspects: ClassVar = {
        "get_bucket_accelerate_configuration": "",
        "get_bucket_acl": "",
        "get_bucket_cors": "NoSuchCORSConfiguration",
        "get_bucket_encryption": "ServerSideEncryptionConfigurationNotFoundError",
        "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
        "get_bucket_logging": "",
        "get_bucket_policy": "NoSuchBucketPolicy",
        "get_bucket_replication": "ReplicationConfigurationNotFoundError",
        "get_bucket_request_payment": "",
        "get_bucket_versioning": "",
        "get_bucket_website": "NoSuchWebsiteConfiguration",
        "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError",
    }
    # Route 53's zones of S3's endpoints (AWS General Reference, "Amazon S3 endpoints and quotas").
    hosted_zones: ClassVar = {
        "eu-central-1": "Z21DNDUVLTQW6Q",
        "eu-west-1": "Z1BKCTXD74EZPE",
        "us-east-1": "Z3AQBSTGFJSTF",
        "us-east-2": "Z2O1EMRO9K5GLX",
        "us-west-2": "Z3BJ6K6RIION7M",
    }

    def create(self, aws, inputs):
        region = inputs.get("region") or aws.region
        s3 = aws.client("s3", region)
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        lock = {"ObjectLockEnabledForBucket": True} if inputs.get("objectLockEnabled") else {}
        s3.create_bucket(Bucket=inputs["bucket"], **where, **lock)
        self._tag(aws, region, inputs["bucket"], {}, inputs.get("tagsAll"))
        return inputs["bucket"], self._outputs(aws, inputs["bucket"], region)

    def _tag(self, aws, region, name, old, new):
        """By S3 Control, as the provider does since 6.23."""
        control, place = aws.client("s3control", region), self._place(aws, name)
        retag(
            old,
            new,
            lambda tags: control.tag_resource(**place, Tags=tag_list(tags)),
            lambda gone: control.untag_resource(**place, TagKeys=gone),
        )

    def _place(self, aws, name):
        return {"AccountId": aws.account_id, "ResourceArn": f"arn:{aws.partition}:s3:::{name}"}

    def _outputs(self, aws, name, region):
        return {
            "arn": f"arn:{aws.partition}:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "bucketRegion": region,
            "hostedZoneId": self.hosted_zones.get(region, "Z00000000000000"),
        }

    def read(self, aws, identity, state):
        region = state.get("region") or aws.region
        s3 = aws.client("s3", region)
        s3.head_bucket(Bucket=identity)
        for call, unset in self.aspects.items():
            try:
                getattr(s3, call)(Bucket=identity)
            except s3.exceptions.ClientError as error:
                if code_of(error) != unset:
                    raise
        tags = tag_map(aws.client("s3control", region).list_tags_for_resource(**self._place(aws, identity))["Tags"])
        outputs = {**self._outputs(aws, identity, region), "bucket": identity, "tagsAll": tags}
        return {**outputs, "objectLockEnabled": _has_object_lock(s3, identity)}

    def update(self, aws, identity, old, inputs):
        region = inputs.get("region") or aws.region
        self._tag(aws, region, identity, old.get("tagsAll"), inputs.get("tagsAll"))
        return self._outputs(aws, identity, region)

    def delete(self, aws, identity, state):
        s3 = aws.client("s3", state.get("region"))
        if state.get("forceDestroy"):
            delete_versions(s3, identity)
        s3.delete_bucket(Bucket=identity)


def _has_object_lock(s3, bucket: str) -> bool:
    """Whether versions of the bucket's objects can be locked."""
    try:
        return (
            s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"
        )
    except s3.exceptions.ClientError as error:
        if code_of(error) != "ObjectLockConfigurationNotFoundError":
            raise
        return False


def delete_versions(s3, bucket: str, key: str | None = None) -> None:
    """Delete every version and delete marker, of one key or of all."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key or ""):
        for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
            if key not in (None, version["Key"]):
                continue
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


class _Configuration(Resource):
    """A configuration of a bucket that is put as a whole; its id is the bucket's name."""

    replaces = ("bucket",)

    def create(self, aws, inputs):
        self.put(aws.client("s3", inputs.get("region")), inputs["bucket"], inputs)
        return inputs["bucket"], {}

    def read(self, aws, identity, state):
        return {"bucket": identity, **self.get(aws.client("s3", state.get("region")), identity)}

    def delete(self, aws, identity, state):
        self.drop(aws.client("s3", state.get("region")), identity)


class Encryption(_Configuration):
    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

    def put(self, s3, bucket, inputs):
        rules = []
        for rule in inputs["rules"]:
            by_default = rule.get("applyServerSideEncryptionByDefault") or {}
            default = {
                "SSEAlgorithm": by_default.get("sseAlgorithm"),
                "KMSMasterKeyID": by_default.get("kmsMasterKeyId"),
            }
            default = {name: value for name, value in default.items() if value}
            enabled = bool(rule.get("bucketKeyEnabled"))
            rules.append({"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": enabled})
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})

    def get(self, s3, bucket):
        answer = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        rules = []
        for rule in answer:
            given = rule["ApplyServerSideEncryptionByDefault"]
            default = {"sseAlgorithm": given["SSEAlgorithm"], "kmsMasterKeyId": given.get("KMSMasterKeyID")}
            default = {name: value for name, value in default.items() if value}
            enabled = rule.get("BucketKeyEnabled", False)
            rules.append({"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": enabled})
        return {"rules": rules}

    def drop(self, s3, bucket):
        s3.delete_bucket_encryption(Bucket=bucket)


class Versioning(_Configuration):
    token = "aws:s3/bucketVersioning:BucketVersioning"

    def put(self, s3, bucket, inputs):
        status = inputs["versioningConfiguration"]["status"]
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    def get(self, s3, bucket):
        return {"versioningConfiguration": {"status": s3.get_bucket_versioning(Bucket=bucket).get("Status")}}

    def drop(self, s3, bucket):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


class PublicAccessBlock(_Configuration):
    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

    def put(self, s3, bucket, inputs):
        given = pascal({flag: bool(inputs.get(flag)) for flag in self.flags})
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=given)

    def get(self, s3, bucket):
        return camel(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])

    def drop(self, s3, bucket):
        s3.delete_public_access_block(Bucket=bucket)


class OwnershipControls(_Configuration):
    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"

    def put(self, s3, bucket, inputs):
        rules = {"Rules": [pascal(inputs["rule"])]}
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)

    def get(self, s3, bucket):
        return {"rule": camel(s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"][0])}

    def drop(self, s3, bucket):
        s3.delete_bucket_ownership_controls(Bucket=bucket)


class Policy(_Configuration):
    token = "aws:s3/bucketPolicy:BucketPolicy"

    def put(self, s3, bucket, inputs):
        s3.put_bucket_policy(Bucket=bucket, Policy=inputs["policy"])

    def get(self, s3, bucket):
        return {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}

    def drop(self, s3, bucket):
        s3.delete_bucket_policy(Bucket=bucket)


class Lifecycle(_Configuration):
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

    def put(self, s3, bucket, inputs):
        rules = []
        for rule in inputs.get("rules") or []:
            given = pascal({name: value for name, value in rule.items() if name != "id"})
            rules.append({"ID": rule["id"], "Filter": {"Prefix": ""}, **given})
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})

    def get(self, s3, bucket):
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        return {"rules": [{**camel({k: v for k, v in rule.items() if k != "ID"}), "id": rule["ID"]} for rule in rules]}

    def drop(self, s3, bucket):
        s3.delete_bucket_lifecycle(Bucket=bucket)


class ObjectLock(_Configuration):
    """Turns object lock on for an existing bucket, which must have versions; S3 has no way to turn it off again.

    Deleting it takes away the default retention alone (terraform-provider-aws,
    `aws_s3_bucket_object_lock_configuration`).
    """

    token = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    replaces = ("bucket", "expectedBucketOwner", "objectLockEnabled")

    def put(self, s3, bucket, inputs):
        default = (inputs.get("rule") or {}).get("defaultRetention")
        rule = {"Rule": {"DefaultRetention": pascal(default)}} if default else {}
        s3.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", **rule}
        )

    def get(self, s3, bucket):
        found = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        default = (found.get("Rule") or {}).get("DefaultRetention")
        rule = {"rule": {"defaultRetention": camel(default)}} if default else {}
        return {"objectLockEnabled": found["ObjectLockEnabled"], **rule}

    def drop(self, s3, bucket):
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})

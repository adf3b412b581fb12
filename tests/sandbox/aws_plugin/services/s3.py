"""S3: a bucket, its configurations, and objects."""

from __future__ import annotations

from ..aws import code_of
from ..facts import SIGNATURE
from ..resource import Resource, tag_list, tag_map
from ..values import camel, pascal


class Bucket(Resource):
    token = "aws:s3/bucket:Bucket"
    name = "bucket"
    replaces = ("bucket", "bucketPrefix", "objectLockEnabled")
    local = ("forceDestroy",)

    def create(self, aws, inputs):
        region = inputs.get("region") or aws.region
        s3 = aws.client("s3", region)
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        lock = {"ObjectLockEnabledForBucket": True} if inputs.get("objectLockEnabled") else {}
        s3.create_bucket(Bucket=inputs["bucket"], **where, **lock)
        self._tag(s3, inputs)
        return inputs["bucket"], self._outputs(aws, inputs["bucket"], region)

    def _tag(self, s3, inputs):
        if inputs.get("tagsAll"):
            s3.put_bucket_tagging(Bucket=inputs["bucket"], Tagging={"TagSet": tag_list(inputs["tagsAll"])})
        else:
            s3.delete_bucket_tagging(Bucket=inputs["bucket"])

    def _outputs(self, aws, name, region):
        return {
            "arn": f"arn:{aws.partition}:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "bucketRegion": region,
            "hostedZoneId": "",
        }

    def read(self, aws, identity, state):
        region = state.get("region") or aws.region
        s3 = aws.client("s3", region)
        s3.head_bucket(Bucket=identity)
        try:
            tags = tag_map(s3.get_bucket_tagging(Bucket=identity)["TagSet"])
        except s3.exceptions.ClientError as error:
            if code_of(error) != "NoSuchTagSet":
                raise
            tags = {}
        return {**self._outputs(aws, identity, region), "bucket": identity, "tagsAll": tags}

    def update(self, aws, identity, old, inputs):
        region = inputs.get("region") or aws.region
        self._tag(aws.client("s3", region), inputs)
        return self._outputs(aws, identity, region)

    def delete(self, aws, identity, state):
        s3 = aws.client("s3", state.get("region"))
        if state.get("forceDestroy"):
            delete_versions(s3, identity, "")
        s3.delete_bucket(Bucket=identity)


def delete_versions(s3, bucket: str, prefix: str) -> None:
    """Delete every version and delete marker below a prefix."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
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


class Object(Resource):
    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    replaces = ("bucket", "key")
    local = ("content", "source", "forceDestroy")

    def create(self, aws, inputs):
        s3 = aws.client("s3", inputs.get("region"))
        optional = {
            "ContentType": inputs.get("contentType"),
            "ServerSideEncryption": inputs.get("serverSideEncryption"),
            "SSEKMSKeyId": inputs.get("kmsKeyId"),
        }
        optional = {name: value for name, value in optional.items() if value}
        tags = inputs.get("tagsAll") or {}
        s3.put_object(Bucket=inputs["bucket"], Key=inputs["key"], Body=self._body(inputs), **optional)
        if tags:
            s3.put_object_tagging(Bucket=inputs["bucket"], Key=inputs["key"], Tagging={"TagSet": tag_list(tags)})
        return inputs["key"], self._outputs(aws, s3, inputs["bucket"], inputs["key"])

    def _body(self, inputs) -> bytes:
        source = inputs.get("source") or {}
        if SIGNATURE in source:
            with open(source["path"], "rb") as file:
                return file.read()
        return (inputs.get("content") or "").encode()

    def _outputs(self, aws, s3, bucket, key):
        head = s3.head_object(Bucket=bucket, Key=key)
        return {
            "arn": f"arn:{aws.partition}:s3:::{bucket}/{key}",
            "etag": head["ETag"].strip('"'),
            "versionId": head.get("VersionId", ""),
        }

    def read(self, aws, identity, state):
        s3 = aws.client("s3", state.get("region"))
        tags = s3.get_object_tagging(Bucket=state["bucket"], Key=identity).get("TagSet")
        return {**self._outputs(aws, s3, state["bucket"], identity), "tagsAll": tag_map(tags)}

    def delete(self, aws, identity, state):
        delete_versions(aws.client("s3", state.get("region")), state["bucket"], identity)

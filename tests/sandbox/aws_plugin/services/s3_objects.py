"""S3: objects, as the provider writes, changes and deletes them."""

from __future__ import annotations

from urllib.parse import urlencode

from ..facts import SIGNATURE
from ..resource import Resource, tag_list, tag_map
from ..values import same
from .s3 import delete_versions


class Object(Resource):
    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    replaces = ("bucket", "key")
    # What is a new object when it changes; tags are not among it.
    content = (
        "bucketKeyEnabled",
        "cacheControl",
        "checksumAlgorithm",
        "content",
        "contentBase64",
        "contentDisposition",
        "contentEncoding",
        "contentLanguage",
        "contentType",
        "etag",
        "kmsKeyId",
        "metadata",
        "serverSideEncryption",
        "source",
        "sourceHash",
        "storageClass",
        "websiteRedirect",
    )

    def create(self, aws, inputs):
        s3 = aws.client("s3", inputs.get("region"))
        self._put(s3, inputs)
        identity = f"{inputs['bucket']}/{inputs['key']}"
        return identity, self._outputs(aws, s3, inputs["bucket"], inputs["key"])

    def _put(self, s3, inputs):
        optional = {
            "ContentType": inputs.get("contentType"),
            "ServerSideEncryption": inputs.get("serverSideEncryption"),
            "SSEKMSKeyId": inputs.get("kmsKeyId"),
            "Tagging": urlencode(inputs.get("tagsAll") or {}),
        }
        optional = {name: value for name, value in optional.items() if value}
        s3.put_object(Bucket=inputs["bucket"], Key=inputs["key"], Body=self._body(inputs), **optional)

    def _body(self, inputs) -> bytes:
        source = inputs.get("source") or {}
        if SIGNATURE in source:
            with open(source["path"], "rb") as file:
                return file.read()
        return (inputs.get("content") or "").encode()

    def _outputs(self, aws, s3, bucket, key):
        head = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        return {
            "arn": f"arn:{aws.partition}:s3:::{bucket}/{key}",
            "etag": head["ETag"].strip('"'),
            # None where the bucket had no versions when the object was written.
            "versionId": head.get("VersionId", ""),
        }

    def update(self, aws, identity, old, inputs):
        s3 = aws.client("s3", inputs.get("region"))
        place = {"Bucket": inputs["bucket"], "Key": inputs["key"]}
        # The state has an ETag of AWS's where none is given.
        given = [name for name in self.content if name in inputs or (name in old and name != "etag")]
        if any(not same(old.get(name), inputs.get(name)) for name in given):
            self._put(s3, inputs)
        elif not same(old.get("tagsAll"), inputs.get("tagsAll")):
            if inputs.get("tagsAll"):
                s3.put_object_tagging(**place, Tagging={"TagSet": tag_list(inputs["tagsAll"])})
            else:
                s3.delete_object_tagging(**place)
        return self._outputs(aws, s3, inputs["bucket"], inputs["key"])

    def read(self, aws, identity, state):
        s3 = aws.client("s3", state.get("region"))
        bucket, key = _place(identity, state)
        tags = s3.get_object_tagging(Bucket=bucket, Key=key).get("TagSet")
        return {**self._outputs(aws, s3, bucket, key), "bucket": bucket, "key": key, "tagsAll": tag_map(tags)}

    def delete(self, aws, identity, state):
        s3 = aws.client("s3", state.get("region"))
        bucket, key = _place(identity, state)
        if state.get("versionId"):
            delete_versions(s3, bucket, key)
        else:
            # Where the bucket has versions by now, this leaves one behind, and a marker.
            s3.delete_object(Bucket=bucket, Key=key)


def _place(identity: str, state: dict) -> tuple[str, str]:
    """Bucket and key: of the state, or of an id to be imported."""
    if state.get("bucket") and state.get("key"):
        return state["bucket"], state["key"]
    bucket, _, key = identity.partition("/")
    return bucket, key

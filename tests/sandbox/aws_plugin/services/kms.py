"""KMS: keys and aliases."""

from __future__ import annotations

from ..aws import settled
from ..resource import Resource, retag, tag_list, tag_map


class Key(Resource):
    token = "aws:kms/key:Key"
    replaces = ("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId")

    def create(self, aws, inputs):
        kms = aws.client("kms", inputs.get("region"))
        given = {"Policy": inputs.get("policy"), "Description": inputs.get("description")}
        given = {name: value for name, value in given.items() if value is not None}
        tags = tag_list(inputs.get("tagsAll"), "TagKey", "TagValue")
        key = kms.create_key(Tags=tags, **given)["KeyMetadata"]
        settled(lambda: kms.describe_key(KeyId=key["KeyId"]))
        if inputs.get("enableKeyRotation"):
            kms.enable_key_rotation(KeyId=key["KeyId"])
        return key["KeyId"], {"arn": key["Arn"], "keyId": key["KeyId"]}

    def read(self, aws, identity, state):
        kms = aws.client("kms", state.get("region"))
        key = kms.describe_key(KeyId=identity)["KeyMetadata"]
        if key["KeyState"] == "PendingDeletion":
            return None
        tags = kms.list_resource_tags(KeyId=identity).get("Tags")
        return {
            "arn": key["Arn"],
            "keyId": key["KeyId"],
            "description": key.get("Description"),
            "policy": kms.get_key_policy(KeyId=identity, PolicyName="default")["Policy"],
            "enableKeyRotation": kms.get_key_rotation_status(KeyId=identity)["KeyRotationEnabled"],
            "tagsAll": tag_map(tags, "TagKey", "TagValue"),
        }

    def update(self, aws, identity, old, inputs):
        kms = aws.client("kms", inputs.get("region"))
        if inputs.get("description") != old.get("description"):
            kms.update_key_description(KeyId=identity, Description=inputs.get("description") or "")
        if inputs.get("policy") and inputs["policy"] != old.get("policy"):
            kms.put_key_policy(KeyId=identity, PolicyName="default", Policy=inputs["policy"])
        rotate = kms.enable_key_rotation if inputs.get("enableKeyRotation") else kms.disable_key_rotation
        rotate(KeyId=identity)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: kms.tag_resource(KeyId=identity, Tags=tag_list(new, "TagKey", "TagValue")),
            lambda gone: kms.untag_resource(KeyId=identity, TagKeys=gone),
        )
        return {"arn": old["arn"], "keyId": identity}

    def delete(self, aws, identity, state):
        window = state.get("deletionWindowInDays") or 30
        aws.client("kms", state.get("region")).schedule_key_deletion(KeyId=identity, PendingWindowInDays=window)


class Alias(Resource):
    token = "aws:kms/alias:Alias"
    name = "name"
    replaces = ("name", "namePrefix")

    def auto_name(self, logical, seed):
        return f"alias/{super().auto_name(logical, seed)}"

    def create(self, aws, inputs):
        kms = aws.client("kms", inputs.get("region"))
        kms.create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        return inputs["name"], self._outputs(kms, inputs["name"])

    def _outputs(self, kms, name):
        for page in kms.get_paginator("list_aliases").paginate():
            for alias in page["Aliases"]:
                if alias["AliasName"] == name:
                    arn = alias["AliasArn"]
                    target = alias.get("TargetKeyId")
                    return {"arn": arn, "name": name, "targetKeyId": target, "targetKeyArn": _key_arn(arn, target)}
        return None

    def read(self, aws, identity, state):
        return self._outputs(aws.client("kms", state.get("region")), identity)

    def update(self, aws, identity, old, inputs):
        kms = aws.client("kms", inputs.get("region"))
        kms.update_alias(AliasName=identity, TargetKeyId=inputs["targetKeyId"])
        return self._outputs(kms, identity)

    def delete(self, aws, identity, state):
        aws.client("kms", state.get("region")).delete_alias(AliasName=identity)


def _key_arn(alias_arn: str, key_id: str) -> str:
    return f"{alias_arn.split(':alias/')[0]}:key/{key_id}"

"""DynamoDB: tables."""

from __future__ import annotations

import time

from ..resource import Resource, retag, tag_list, tag_map

STATE_SECONDS = 60


class Table(Resource):
    token = "aws:dynamodb/table:Table"
    name = "name"
    replaces = (
        "hashKey",
        "importTable",
        "localSecondaryIndexes",
        "name",
        "rangeKey",
        "restoreBackupArn",
        "restoreDateTime",
        "restoreSourceName",
        "restoreSourceTableArn",
        "restoreToLatestTime",
    )

    def create(self, aws, inputs):
        dynamodb = aws.client("dynamodb", inputs.get("region"))
        keys = [("HASH", inputs.get("hashKey")), ("RANGE", inputs.get("rangeKey"))]
        table = dynamodb.create_table(
            TableName=inputs["name"],
            BillingMode=inputs.get("billingMode") or "PROVISIONED",
            AttributeDefinitions=[
                {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
                for attribute in inputs.get("attributes") or []
            ],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for kind, name in keys if name],
            DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
            SSESpecification=self._encryption(inputs),
            Tags=tag_list(inputs.get("tagsAll")),
        )["TableDescription"]
        self._settle(dynamodb, inputs["name"])
        self._set(dynamodb, {}, inputs)
        return inputs["name"], {"arn": table["TableArn"]}

    def _encryption(self, inputs):
        wanted = inputs.get("serverSideEncryption") or {}
        if not wanted.get("enabled"):
            return {"Enabled": False}
        key = {"KMSMasterKeyId": wanted["kmsKeyArn"]} if wanted.get("kmsKeyArn") else {}
        return {"Enabled": True, "SSEType": "KMS", **key}

    def _settle(self, dynamodb, name):
        end = time.monotonic() + STATE_SECONDS
        while dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
            if time.monotonic() > end:
                raise TimeoutError(f"table {name} does not become active")
            time.sleep(0.2)

    def _set(self, dynamodb, old, inputs):
        """What a table is only told once it is there."""
        name, ttl = inputs["name"], inputs.get("ttl") or {}
        if ttl != (old.get("ttl") or {}) and ttl.get("attributeName"):
            spec = {"AttributeName": ttl["attributeName"], "Enabled": bool(ttl.get("enabled"))}
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=spec)
        recovery = bool((inputs.get("pointInTimeRecovery") or {}).get("enabled"))
        if recovery != bool((old.get("pointInTimeRecovery") or {}).get("enabled")):
            dynamodb.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery}
            )

    def read(self, aws, identity, state):
        dynamodb = aws.client("dynamodb", state.get("region"))
        table = dynamodb.describe_table(TableName=identity)["Table"]
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        ttl = dynamodb.describe_time_to_live(TableName=identity)["TimeToLiveDescription"]
        backups = dynamodb.describe_continuous_backups(TableName=identity)["ContinuousBackupsDescription"]
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
        observed = {
            "arn": table["TableArn"],
            "name": identity,
            "hashKey": keys["HASH"],
            "rangeKey": keys.get("RANGE"),
            "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "pointInTimeRecovery": {"enabled": recovery},
            "tagsAll": tag_map(dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"]).get("Tags")),
        }
        if ttl["TimeToLiveStatus"] == "ENABLED":
            observed["ttl"] = {"attributeName": ttl["AttributeName"], "enabled": True}
        encryption = table.get("SSEDescription") or {}
        if encryption.get("Status") == "ENABLED":
            observed["serverSideEncryption"] = {"enabled": True, "kmsKeyArn": encryption.get("KMSMasterKeyArn")}
        return observed

    def update(self, aws, identity, old, inputs):
        dynamodb = aws.client("dynamodb", inputs.get("region"))
        if inputs.get("serverSideEncryption") != old.get("serverSideEncryption"):
            dynamodb.update_table(TableName=identity, SSESpecification=self._encryption(inputs))
            self._settle(dynamodb, identity)
        self._set(dynamodb, old, inputs)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: dynamodb.tag_resource(ResourceArn=old["arn"], Tags=tag_list(new)),
            lambda gone: dynamodb.untag_resource(ResourceArn=old["arn"], TagKeys=gone),
        )
        return {"arn": old["arn"]}

    def delete(self, aws, identity, state):
        aws.client("dynamodb", state.get("region")).delete_table(TableName=identity)

"""Glue: the database and the tables of its catalogue."""

from __future__ import annotations

from ..resource import Resource, retag
from ..values import camel, pascal


class CatalogDatabase(Resource):
    token = "aws:glue/catalogDatabase:CatalogDatabase"
    name = "name"
    replaces = ("name", "catalogId", "targetDatabase")
    computed = ("catalogId",)

    def create(self, aws, inputs):
        glue = aws.client("glue", inputs.get("region"))
        tags = {"Tags": inputs["tagsAll"]} if inputs.get("tagsAll") else {}
        glue.create_database(DatabaseInput=self._input(inputs), **tags)
        return self._identity(aws, inputs), self._outputs(aws, inputs)

    def _input(self, inputs):
        given = {name: inputs.get(name) for name in ("name", "description", "locationUri", "parameters")}
        return pascal({name: value for name, value in given.items() if value})

    def _identity(self, aws, inputs):
        return f"{aws.account_id}:{inputs['name']}"

    def _outputs(self, aws, inputs):
        region = inputs.get("region") or aws.region
        arn = f"arn:{aws.partition}:glue:{region}:{aws.account_id}:database/{inputs['name']}"
        return {"arn": arn, "catalogId": aws.account_id}

    def read(self, aws, identity, state):
        glue, name = aws.client("glue", state.get("region")), identity.split(":", 1)[1]
        found = glue.get_database(Name=name)["Database"]
        outputs = self._outputs(aws, {**state, "name": name})
        tags = glue.get_tags(ResourceArn=outputs["arn"]).get("Tags") or {}
        return {"name": name, "description": found.get("Description"), "tagsAll": tags, **outputs}

    def update(self, aws, identity, old, inputs):
        glue = aws.client("glue", inputs.get("region"))
        glue.update_database(Name=inputs["name"], DatabaseInput=self._input(inputs))
        outputs = self._outputs(aws, inputs)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: glue.tag_resource(ResourceArn=outputs["arn"], TagsToAdd=new),
            lambda gone: glue.untag_resource(ResourceArn=outputs["arn"], TagsToRemove=gone),
        )
        return outputs

    def delete(self, aws, identity, state):
        aws.client("glue", state.get("region")).delete_database(Name=identity.split(":", 1)[1])


class CatalogTable(Resource):
    token = "aws:glue/catalogTable:CatalogTable"
    name = "name"
    replaces = ("name", "databaseName", "catalogId", "openTableFormatInput", "partitionIndices")

    def create(self, aws, inputs):
        glue = aws.client("glue", inputs.get("region"))
        glue.create_table(DatabaseName=inputs["databaseName"], TableInput=self._input(inputs))
        return f"{aws.account_id}:{inputs['databaseName']}:{inputs['name']}", self._outputs(aws, inputs)

    def _input(self, inputs):
        # Names of parameters are the user's own.
        kept = {"Parameters": inputs["parameters"]} if inputs.get("parameters") else {}
        names = ("name", "description", "owner", "retention", "partitionKeys", "tableType")
        given = pascal({name: inputs[name] for name in names if inputs.get(name)})
        if storage := dict(inputs.get("storageDescriptor") or {}):
            serde = storage.pop("serDeInfo", None)
            given["StorageDescriptor"] = pascal(storage) | ({"SerdeInfo": pascal(serde)} if serde else {})
        return {**given, **kept}

    def _outputs(self, aws, inputs):
        region, place = inputs.get("region") or aws.region, f"{inputs['databaseName']}/{inputs['name']}"
        arn = f"arn:{aws.partition}:glue:{region}:{aws.account_id}:table/{place}"
        return {"arn": arn, "catalogId": aws.account_id}

    def read(self, aws, identity, state):
        _, database, name = identity.split(":", 2)
        glue = aws.client("glue", state.get("region"))
        found = glue.get_table(DatabaseName=database, Name=name)["Table"]
        glue.get_partition_indexes(DatabaseName=database, TableName=name)
        observed = {
            "databaseName": database,
            "name": name,
            "description": found.get("Description"),
            "tableType": found.get("TableType"),
            "parameters": found.get("Parameters"),
            "partitionKeys": camel(found.get("PartitionKeys") or []),
        }
        if storage := found.get("StorageDescriptor"):
            serde = storage.pop("SerdeInfo", None)
            observed["storageDescriptor"] = camel(storage) | ({"serDeInfo": camel(serde)} if serde else {})
        return {**observed, **self._outputs(aws, observed | {"region": state.get("region")})}

    def update(self, aws, identity, old, inputs):
        glue = aws.client("glue", inputs.get("region"))
        glue.update_table(DatabaseName=inputs["databaseName"], TableInput=self._input(inputs))
        return self._outputs(aws, inputs)

    def delete(self, aws, identity, state):
        _, database, name = identity.split(":", 2)
        aws.client("glue", state.get("region")).delete_table(DatabaseName=database, Name=name)

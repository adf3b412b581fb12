"""Athena: workgroups."""

from __future__ import annotations

from typing import ClassVar

from ..resource import Resource, retag, tag_list, tag_map


class Workgroup(Resource):
    token = "aws:athena/workgroup:Workgroup"
    name = "name"
    replaces = ("name",)
    # Input: member of the configuration, where it is the same value.
    members: ClassVar = {
        "bytesScannedCutoffPerQuery": "BytesScannedCutoffPerQuery",
        "enforceWorkgroupConfiguration": "EnforceWorkGroupConfiguration",
        "publishCloudwatchMetricsEnabled": "PublishCloudWatchMetricsEnabled",
        "requesterPaysEnabled": "RequesterPaysEnabled",
    }

    def create(self, aws, inputs):
        athena = aws.client("athena", inputs.get("region"))
        tags = {"Tags": tag_list(inputs["tagsAll"])} if inputs.get("tagsAll") else {}
        members, results = self._configuration(inputs)
        athena.create_work_group(
            Name=inputs["name"],
            Description=inputs.get("description") or "",
            Configuration={**members, "ResultConfiguration": results},
            **tags,
        )
        return inputs["name"], self._outputs(aws, inputs)

    def _configuration(self, inputs):
        given = inputs.get("configuration") or {}
        members = {member: given[name] for name, member in self.members.items() if name in given}
        results, configured = {}, given.get("resultConfiguration") or {}
        if configured.get("outputLocation"):
            results["OutputLocation"] = configured["outputLocation"]
        if encryption := configured.get("encryptionConfiguration"):
            results["EncryptionConfiguration"] = {
                "EncryptionOption": encryption["encryptionOption"],
                "KmsKey": encryption.get("kmsKeyArn"),
            }
        return members, results

    def _outputs(self, aws, inputs):
        region = inputs.get("region") or aws.region
        return {"arn": f"arn:{aws.partition}:athena:{region}:{aws.account_id}:workgroup/{inputs['name']}"}

    def read(self, aws, identity, state):
        athena = aws.client("athena", state.get("region"))
        try:
            found = athena.get_work_group(WorkGroup=identity)["WorkGroup"]
        except athena.exceptions.InvalidRequestException:
            # What Athena answers for a workgroup that is not there.
            return None
        configuration = found.get("Configuration") or {}
        observed = {name: configuration[member] for name, member in self.members.items() if member in configuration}
        if results := configuration.get("ResultConfiguration"):
            observed["resultConfiguration"] = {"outputLocation": results.get("OutputLocation")}
            if encryption := results.get("EncryptionConfiguration"):
                observed["resultConfiguration"]["encryptionConfiguration"] = {
                    "encryptionOption": encryption["EncryptionOption"],
                    "kmsKeyArn": encryption.get("KmsKey"),
                }
        outputs = self._outputs(aws, {**state, "name": identity})
        tags = athena.list_tags_for_resource(ResourceARN=outputs["arn"]).get("Tags")
        described = {"name": identity, "description": found.get("Description"), "configuration": observed}
        return {**described, "tagsAll": tag_map(tags), **outputs}

    def update(self, aws, identity, old, inputs):
        athena = aws.client("athena", inputs.get("region"))
        members, results = self._configuration(inputs)
        updates = {**members, "ResultConfigurationUpdates": results}
        athena.update_work_group(
            WorkGroup=identity, Description=inputs.get("description") or "", ConfigurationUpdates=updates
        )
        outputs = self._outputs(aws, inputs)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: athena.tag_resource(ResourceARN=outputs["arn"], Tags=tag_list(new)),
            lambda gone: athena.untag_resource(ResourceARN=outputs["arn"], TagKeys=gone),
        )
        return outputs

    def delete(self, aws, identity, state):
        # With its list of past queries where `forceDestroy` says so, as the provider asks it of AWS.
        force = bool(state.get("forceDestroy"))
        aws.client("athena", state.get("region")).delete_work_group(WorkGroup=identity, RecursiveDeleteOption=force)

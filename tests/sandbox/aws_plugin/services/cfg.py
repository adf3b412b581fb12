"""AWS Config: rules, packs, remediations, authorizations, aggregators, the recorder and its channel."""

from __future__ import annotations

import time

from ..aws import code_of
from ..resource import Resource, retag, tag_list, tag_map
from ..values import camel, pascal

DELETION_SECONDS = 60
# What the provider waits for a pack, and no input changes.
PACK_SECONDS = 300


def _tags(config, arn, old, inputs):
    retag(
        old.get("tagsAll"),
        inputs.get("tagsAll"),
        lambda new: config.tag_resource(ResourceArn=arn, Tags=tag_list(new)),
        lambda gone: config.untag_resource(ResourceArn=arn, TagKeys=gone),
    )


def _listed_tags(config, arn):
    return tag_map(config.list_tags_for_resource(ResourceArn=arn).get("Tags"))


class Rule(Resource):
    token = "aws:cfg/rule:Rule"
    name = "name"
    replaces = ("name",)

    def _put(self, aws, inputs, tags):
        config = aws.client("config", inputs.get("region"))
        rule = {
            "ConfigRuleName": inputs["name"],
            "Description": inputs.get("description"),
            "InputParameters": inputs.get("inputParameters"),
            "MaximumExecutionFrequency": inputs.get("maximumExecutionFrequency"),
            "Scope": pascal(inputs["scope"]) if inputs.get("scope") else None,
            "Source": pascal(inputs["source"]),
        }
        rule = {name: value for name, value in rule.items() if value is not None}
        config.put_config_rule(ConfigRule=rule, **({"Tags": tag_list(tags)} if tags else {}))
        found = config.describe_config_rules(ConfigRuleNames=[inputs["name"]])["ConfigRules"][0]
        return config, {"arn": found["ConfigRuleArn"], "ruleId": found["ConfigRuleId"]}

    def create(self, aws, inputs):
        return inputs["name"], self._put(aws, inputs, inputs.get("tagsAll"))[1]

    def read(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        rule = config.describe_config_rules(ConfigRuleNames=[identity])["ConfigRules"][0]
        return {
            "arn": rule["ConfigRuleArn"],
            "ruleId": rule["ConfigRuleId"],
            "name": identity,
            "description": rule.get("Description"),
            "inputParameters": rule.get("InputParameters"),
            "maximumExecutionFrequency": rule.get("MaximumExecutionFrequency"),
            "source": camel(rule["Source"]),
            "scope": camel(rule["Scope"]) if rule.get("Scope") else None,
            "tagsAll": _listed_tags(config, rule["ConfigRuleArn"]),
        }

    def update(self, aws, identity, old, inputs):
        config, outputs = self._put(aws, inputs, None)
        _tags(config, outputs["arn"], old, inputs)
        return outputs

    def delete(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        config.delete_config_rule(ConfigRuleName=identity)
        end = time.monotonic() + DELETION_SECONDS
        while time.monotonic() < end:
            try:
                config.describe_config_rules(ConfigRuleNames=[identity])
            except config.exceptions.ClientError as error:
                if code_of(error) == "NoSuchConfigRuleException":
                    return
                raise
            time.sleep(0.2)


class ConformancePack(Resource):
    token = "aws:cfg/conformancePack:ConformancePack"
    name = "name"
    replaces = ("name",)
    members = ("deliveryS3Bucket", "deliveryS3KeyPrefix", "templateBody", "templateS3Uri")

    def create(self, aws, inputs):
        config = aws.client("config", inputs.get("region"))
        given = {member[:1].upper() + member[1:]: inputs[member] for member in self.members if inputs.get(member)}
        if parameters := inputs.get("inputParameters"):
            given["ConformancePackInputParameters"] = pascal(parameters)
        arn = config.put_conformance_pack(ConformancePackName=inputs["name"], **given)["ConformancePackArn"]
        self._wait(config, inputs["name"])
        return inputs["name"], {"arn": arn}

    def _wait(self, config, name):
        end = time.monotonic() + PACK_SECONDS
        while time.monotonic() < end:
            (status,) = config.describe_conformance_pack_status(ConformancePackNames=[name])[
                "ConformancePackStatusDetails"
            ]
            if status["ConformancePackState"] == "CREATE_COMPLETE":
                return
            if status["ConformancePackState"] == "CREATE_FAILED":
                raise ValueError(f"conformance pack {name}: {status.get('ConformancePackStatusReason')}")
            time.sleep(0.2)
        raise TimeoutError(f"conformance pack {name}: timeout while waiting for state to become CREATE_COMPLETE")

    def read(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        (pack,) = config.describe_conformance_packs(ConformancePackNames=[identity])["ConformancePackDetails"]
        # The template does not come back.
        return {
            "arn": pack["ConformancePackArn"],
            "name": identity,
            "inputParameters": camel(pack.get("ConformancePackInputParameters")),
            "deliveryS3Bucket": pack.get("DeliveryS3Bucket"),
        }

    def delete(self, aws, identity, state):
        aws.client("config", state.get("region")).delete_conformance_pack(ConformancePackName=identity)


class RemediationConfiguration(Resource):
    token = "aws:cfg/remediationConfiguration:RemediationConfiguration"
    replaces = ("configRuleName",)
    members = ("configRuleName", "targetType", "targetId", "targetVersion", "resourceType", "automatic")

    def create(self, aws, inputs):
        config = aws.client("config", inputs.get("region"))
        wanted = {member[:1].upper() + member[1:]: inputs[member] for member in self.members if inputs.get(member)}
        wanted["Parameters"] = {one["name"]: self._value(one) for one in inputs.get("parameters") or []}
        answer = config.put_remediation_configurations(RemediationConfigurations=[wanted])
        if answer["FailedBatches"]:
            raise ValueError(answer["FailedBatches"][0]["FailureMessage"])
        return inputs["configRuleName"], {"arn": self._found(config, inputs["configRuleName"])["Arn"]}

    def _value(self, parameter):
        if parameter.get("resourceValue"):
            return {"ResourceValue": {"Value": parameter["resourceValue"]}}
        return {"StaticValue": {"Values": parameter.get("staticValues") or [parameter["staticValue"]]}}

    def _found(self, config, name):
        found = config.describe_remediation_configurations(ConfigRuleNames=[name])["RemediationConfigurations"]
        return found[0] if found else None

    def read(self, aws, identity, state):
        found = self._found(aws.client("config", state.get("region")), identity)
        if found is None:
            return None
        return {
            "arn": found["Arn"],
            "configRuleName": identity,
            "targetType": found["TargetType"],
            "targetId": found["TargetId"],
            "automatic": found["Automatic"],
            "parameters": [self._observed(name, value) for name, value in found.get("Parameters", {}).items()],
        }

    def _observed(self, name, value):
        if "ResourceValue" in value:
            return {"name": name, "resourceValue": value["ResourceValue"]["Value"]}
        values = value["StaticValue"]["Values"]
        return {"name": name, **({"staticValue": values[0]} if len(values) == 1 else {"staticValues": values})}

    def delete(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        config.delete_remediation_configuration(ConfigRuleName=identity)


class AggregateAuthorization(Resource):
    token = "aws:cfg/aggregateAuthorization:AggregateAuthorization"
    replaces = ("accountId", "authorizedAwsRegion", "region")
    keeps_region = False

    def create(self, aws, inputs):
        config = aws.client("config")
        region = inputs.get("authorizedAwsRegion") or inputs.get("region")
        tags = {"Tags": tag_list(inputs["tagsAll"])} if inputs.get("tagsAll") else {}
        answer = config.put_aggregation_authorization(
            AuthorizedAccountId=inputs["accountId"], AuthorizedAwsRegion=region, **tags
        )
        arn = answer["AggregationAuthorization"]["AggregationAuthorizationArn"]
        return f"{inputs['accountId']}:{region}", {"arn": arn}

    def read(self, aws, identity, state):
        config = aws.client("config")
        for found in config.describe_aggregation_authorizations()["AggregationAuthorizations"]:
            if f"{found['AuthorizedAccountId']}:{found['AuthorizedAwsRegion']}" == identity:
                arn = found["AggregationAuthorizationArn"]
                return {"arn": arn, "tagsAll": _listed_tags(config, arn)}
        return None

    def update(self, aws, identity, old, inputs):
        _tags(aws.client("config"), old["arn"], old, inputs)
        return {"arn": old["arn"]}

    def delete(self, aws, identity, state):
        account, _, region = identity.partition(":")
        aws.client("config").delete_aggregation_authorization(AuthorizedAccountId=account, AuthorizedAwsRegion=region)


class ConfigurationAggregator(Resource):
    token = "aws:cfg/configurationAggregator:ConfigurationAggregator"
    name = "name"
    replaces = ("name",)

    def _put(self, aws, inputs, tags):
        config = aws.client("config", inputs.get("region"))
        source = inputs["accountAggregationSource"]
        given = {"AccountIds": source["accountIds"], "AllAwsRegions": source.get("allRegions")}
        given["AwsRegions"] = source.get("regions")
        given = {name: value for name, value in given.items() if value}
        answer = config.put_configuration_aggregator(
            ConfigurationAggregatorName=inputs["name"],
            AccountAggregationSources=[given],
            **({"Tags": tag_list(tags)} if tags else {}),
        )
        return config, {"arn": answer["ConfigurationAggregator"]["ConfigurationAggregatorArn"]}

    def create(self, aws, inputs):
        return inputs["name"], self._put(aws, inputs, inputs.get("tagsAll"))[1]

    def read(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        names = [identity]
        found = config.describe_configuration_aggregators(ConfigurationAggregatorNames=names)
        aggregator = found["ConfigurationAggregators"][0]
        source = aggregator["AccountAggregationSources"][0]
        observed = {"accountIds": source["AccountIds"]}
        if source.get("AllAwsRegions"):
            observed["allRegions"] = True
        else:
            observed["regions"] = source.get("AwsRegions")
        arn = aggregator["ConfigurationAggregatorArn"]
        tags = _listed_tags(config, arn)
        return {"arn": arn, "name": identity, "accountAggregationSource": observed, "tagsAll": tags}

    def update(self, aws, identity, old, inputs):
        config, outputs = self._put(aws, inputs, None)
        _tags(config, outputs["arn"], old, inputs)
        return outputs

    def delete(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        config.delete_configuration_aggregator(ConfigurationAggregatorName=identity)


class Recorder(Resource):
    token = "aws:cfg/recorder:Recorder"
    name = "name"
    replaces = ("name",)
    computed = ("exclusionByResourceTypes", "recordingStrategies", "resourceTypes")

    def create(self, aws, inputs):
        self._put(aws, inputs, inputs.get("recordingGroup") or {})
        return inputs["name"], {}

    def _put(self, aws, inputs, group):
        strategies = group.get("recordingStrategies") or [{}]
        exclusions = group.get("exclusionByResourceTypes") or [{}]
        given = {
            "allSupported": group.get("allSupported", True),
            "includeGlobalResourceTypes": group.get("includeGlobalResourceTypes"),
            "resourceTypes": group.get("resourceTypes"),
            "recordingStrategy": strategies[0],
            "exclusionByResourceTypes": exclusions[0],
        }
        recorder = {
            "name": inputs["name"],
            "roleARN": inputs["roleArn"],
            "recordingGroup": {name: value for name, value in given.items() if value not in (None, {}, [])},
        }
        if mode := inputs.get("recordingMode"):
            override = mode.get("recordingModeOverride")
            overrides = {"recordingModeOverrides": [override]} if override else {}
            recorder["recordingMode"] = {
                "recordingFrequency": mode.get("recordingFrequency", "CONTINUOUS"),
                **overrides,
            }
        aws.client("config", inputs.get("region")).put_configuration_recorder(ConfigurationRecorder=recorder)

    def read(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        found = config.describe_configuration_recorders(ConfigurationRecorderNames=[identity])
        recorder = found["ConfigurationRecorders"][0]
        mode = recorder.get("recordingMode", {})
        overrides = mode.get("recordingModeOverrides")
        observed = {"recordingFrequency": mode.get("recordingFrequency")}
        if overrides:
            observed["recordingModeOverride"] = overrides[0]
        return {"name": identity, "roleArn": recorder["roleARN"], "recordingMode": observed}

    def update(self, aws, identity, old, inputs):
        # Blocks of the group that are not given are computed: the provider sends what the state has (its issue 38820).
        before = old.get("recordingGroup") or {}
        kept = {name: before[name] for name in self.computed if name in before}
        group = {**kept, **(inputs.get("recordingGroup") or {})}
        self._put(aws, inputs, group)
        return {"recordingGroup": group} if group else {}

    def delete(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        config.delete_configuration_recorder(ConfigurationRecorderName=identity)


class DeliveryChannel(Resource):
    token = "aws:cfg/deliveryChannel:DeliveryChannel"
    name = "name"
    replaces = ("name",)
    members = ("name", "s3BucketName", "s3KeyPrefix", "s3KmsKeyArn")

    def create(self, aws, inputs):
        channel = {member: inputs[member] for member in self.members if inputs.get(member)}
        aws.client("config", inputs.get("region")).put_delivery_channel(DeliveryChannel=channel)
        return inputs["name"], {}

    def read(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        found = config.describe_delivery_channels(DeliveryChannelNames=[identity])["DeliveryChannels"][0]
        return {member: found.get(member) for member in self.members}

    def update(self, aws, identity, old, inputs):
        return self.create(aws, inputs)[1]

    def delete(self, aws, identity, state):
        aws.client("config", state.get("region")).delete_delivery_channel(DeliveryChannelName=identity)


class RecorderStatus(Resource):
    token = "aws:cfg/recorderStatus:RecorderStatus"
    replaces = ("name",)

    def create(self, aws, inputs):
        config = aws.client("config", inputs.get("region"))
        act = config.start_configuration_recorder if inputs["isEnabled"] else config.stop_configuration_recorder
        act(ConfigurationRecorderName=inputs["name"])
        return inputs["name"], {}

    def read(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        names = [identity]
        found = config.describe_configuration_recorder_status(ConfigurationRecorderNames=names)
        return {"name": identity, "isEnabled": found["ConfigurationRecordersStatus"][0]["recording"]}

    def update(self, aws, identity, old, inputs):
        return self.create(aws, inputs)[1]

    def delete(self, aws, identity, state):
        config = aws.client("config", state.get("region"))
        config.stop_configuration_recorder(ConfigurationRecorderName=identity)

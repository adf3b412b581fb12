"""Lambda: functions, permissions, invocations, asynchronous invocation, event sources."""

from __future__ import annotations

import hashlib
import time

from ..aws import PROPAGATION_SECONDS, code_of
from ..facts import SIGNATURE
from ..resource import Resource, retag
from ..values import camel, pascal

STATE_SECONDS = 60


def _patiently(call):
    """Try again while a role that was just made cannot be assumed, or a policy is not known yet."""
    end = time.monotonic() + PROPAGATION_SECONDS
    while True:
        try:
            return call()
        except Exception as error:
            text = str(error)
            passing = "cannot be assumed" in text or "execution role does not have permissions" in text
            if not passing or time.monotonic() > end:
                raise
        time.sleep(0.5)


class Function(Resource):
    token = "aws:lambda/function:Function"
    name = "name"
    replaces = ("name", "packageType")

    def _configuration(self, inputs):
        given = {
            "FunctionName": inputs["name"],
            "Role": inputs["role"],
            "Description": inputs.get("description") or "",
            "Handler": inputs.get("handler"),
            "Runtime": inputs.get("runtime"),
            "MemorySize": inputs.get("memorySize") or 128,
            "Timeout": inputs.get("timeout") or 3,
            "KMSKeyArn": inputs.get("kmsKeyArn"),
            "Environment": {"Variables": (inputs.get("environment") or {}).get("variables") or {}},
            "DeadLetterConfig": pascal(inputs.get("deadLetterConfig") or {}),
            "VpcConfig": pascal(inputs["vpcConfig"]) if inputs.get("vpcConfig") else None,
        }
        return {name: value for name, value in given.items() if value is not None}

    def _zip(self, inputs) -> bytes:
        code = inputs["code"]
        if SIGNATURE not in code or "path" not in code:
            raise ValueError("code: only an archive in a file is taken here")
        with open(code["path"], "rb") as file:
            return file.read()

    def create(self, aws, inputs):
        client = aws.client("lambda", inputs.get("region"))
        architectures = inputs.get("architectures") or ["x86_64"]
        _patiently(
            lambda: client.create_function(
                **self._configuration(inputs),
                Architectures=architectures,
                Code={"ZipFile": self._zip(inputs)},
                Tags=inputs.get("tagsAll") or {},
            )
        )
        self._reserve(client, inputs)
        return inputs["name"], self._outputs(aws, client, inputs["name"])

    def _reserve(self, client, inputs):
        reserved = inputs.get("reservedConcurrentExecutions")
        if reserved is None or reserved < 0:
            client.delete_function_concurrency(FunctionName=inputs["name"])
        else:
            client.put_function_concurrency(FunctionName=inputs["name"], ReservedConcurrentExecutions=reserved)

    def _settled(self, client, name):
        end = time.monotonic() + STATE_SECONDS
        while True:
            function = client.get_function(FunctionName=name)["Configuration"]
            pending = function.get("State") == "Pending" or function.get("LastUpdateStatus") == "InProgress"
            if not pending or time.monotonic() > end:
                return function
            time.sleep(0.2)

    def _outputs(self, aws, client, name):
        function = self._settled(client, name)
        arn = function["FunctionArn"]
        path = f"2015-03-31/functions/{arn}/invocations"
        return {
            "arn": arn,
            "invokeArn": f"arn:{aws.partition}:apigateway:{client.meta.region_name}:lambda:path/{path}",
            "qualifiedArn": f"{arn}:{function['Version']}",
            "version": function["Version"],
            "codeSha256": function["CodeSha256"],
            "lastModified": function["LastModified"],
            "sourceCodeSize": function["CodeSize"],
        }

    def read(self, aws, identity, state):
        client = aws.client("lambda", state.get("region"))
        function = client.get_function(FunctionName=identity)["Configuration"]
        client.get_function_code_signing_config(FunctionName=identity)
        client.list_versions_by_function(FunctionName=identity)
        return {
            **self._outputs(aws, client, identity),
            "name": identity,
            "role": function["Role"],
            "description": function.get("Description"),
            "handler": function.get("Handler"),
            "runtime": function.get("Runtime"),
            "memorySize": function["MemorySize"],
            "timeout": function["Timeout"],
            "kmsKeyArn": function.get("KMSKeyArn"),
            "architectures": function.get("Architectures"),
            "environment": {"variables": function.get("Environment", {}).get("Variables")},
            "deadLetterConfig": camel(function.get("DeadLetterConfig") or {}),
            "tagsAll": client.list_tags(Resource=function["FunctionArn"]).get("Tags") or {},
        }

    def update(self, aws, identity, old, inputs):
        client = aws.client("lambda", inputs.get("region"))
        _patiently(lambda: client.update_function_configuration(**self._configuration(inputs)))
        self._settled(client, identity)
        architectures = inputs.get("architectures") or ["x86_64"]
        if inputs["code"] != old.get("code") or architectures != (old.get("architectures") or ["x86_64"]):
            client.update_function_code(FunctionName=identity, ZipFile=self._zip(inputs), Architectures=architectures)
        self._reserve(client, inputs)
        outputs = self._outputs(aws, client, identity)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: client.tag_resource(Resource=outputs["arn"], Tags=new),
            lambda gone: client.untag_resource(Resource=outputs["arn"], TagKeys=gone),
        )
        return outputs

    def delete(self, aws, identity, state):
        aws.client("lambda", state.get("region")).delete_function(FunctionName=identity)


class Permission(Resource):
    token = "aws:lambda/permission:Permission"
    name = "statementId"
    name_length = 100
    replaces = (
        "action",
        "eventSourceToken",
        "function",
        "functionUrlAuthType",
        "invokedViaFunctionUrl",
        "principal",
        "principalOrgId",
        "qualifier",
        "sourceAccount",
        "sourceArn",
        "statementId",
        "statementIdPrefix",
    )

    def create(self, aws, inputs):
        given = {
            "FunctionName": inputs["function"],
            "StatementId": inputs["statementId"],
            "Action": inputs["action"],
            "Principal": inputs["principal"],
            "SourceArn": inputs.get("sourceArn"),
            "SourceAccount": inputs.get("sourceAccount"),
            "EventSourceToken": inputs.get("eventSourceToken"),
            "FunctionUrlAuthType": inputs.get("functionUrlAuthType"),
            "InvokedViaFunctionUrl": inputs.get("invokedViaFunctionUrl"),
            "PrincipalOrgID": inputs.get("principalOrgId"),
            "Qualifier": inputs.get("qualifier"),
        }
        client = aws.client("lambda", inputs.get("region"))
        client.add_permission(**{name: value for name, value in given.items() if value})
        return inputs["statementId"], {}

    def read(self, aws, identity, state):
        client, qualifier = aws.client("lambda", state.get("region")), _qualifier(state)
        policy = client.get_policy(FunctionName=state["function"], **qualifier)["Policy"]
        return {"statementId": identity} if f'"{identity}"' in policy else None

    def delete(self, aws, identity, state):
        client = aws.client("lambda", state.get("region"))
        client.remove_permission(FunctionName=state["function"], StatementId=identity, **_qualifier(state))


def _qualifier(state: dict) -> dict:
    return {"Qualifier": state["qualifier"]} if state.get("qualifier") else {}


class Invocation(Resource):
    """A call of a function and its answer. Nothing is left in the account: there is nothing to read or delete."""

    token = "aws:lambda/invocation:Invocation"
    replaces = ("functionName", "input", "qualifier", "triggers")

    def create(self, aws, inputs):
        client = aws.client("lambda", inputs.get("region"))
        answer = client.invoke(FunctionName=inputs["functionName"], Payload=inputs["input"])
        result = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise RuntimeError(f"invoking {inputs['functionName']}: {answer['FunctionError']}: {result}")
        digest = hashlib.md5(inputs["input"].encode(), usedforsecurity=False).hexdigest()
        qualifier = inputs.get("qualifier") or "$LATEST"
        return f"{inputs['functionName']},{qualifier},{digest}", {"result": result}

    def read(self, aws, identity, state):
        return {}

    def update(self, aws, identity, old, inputs):
        return {"result": old["result"]}

    def delete(self, aws, identity, state):
        pass


class EventInvokeConfig(Resource):
    token = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    replaces = ("functionName", "qualifier")

    def create(self, aws, inputs):
        given = {
            "MaximumRetryAttempts": inputs.get("maximumRetryAttempts"),
            "MaximumEventAgeInSeconds": inputs.get("maximumEventAgeInSeconds"),
            "DestinationConfig": pascal(inputs.get("destinationConfig") or {}),
        }
        given = {name: value for name, value in given.items() if value is not None}
        client = aws.client("lambda", inputs.get("region"))
        _patiently(lambda: client.put_function_event_invoke_config(FunctionName=inputs["functionName"], **given))
        return inputs["functionName"], {}

    def read(self, aws, identity, state):
        client = aws.client("lambda", state.get("region"))
        config = client.get_function_event_invoke_config(FunctionName=identity)
        destinations = {name: at for name, at in (config.get("DestinationConfig") or {}).items() if at}
        return {
            "functionName": identity,
            "destinationConfig": camel(destinations),
            "maximumRetryAttempts": config.get("MaximumRetryAttempts"),
            "maximumEventAgeInSeconds": config.get("MaximumEventAgeInSeconds"),
        }

    def delete(self, aws, identity, state):
        aws.client("lambda", state.get("region")).delete_function_event_invoke_config(FunctionName=identity)


class EventSourceMapping(Resource):
    token = "aws:lambda/eventSourceMapping:EventSourceMapping"
    replaces = (
        "amazonManagedKafkaEventSourceConfig",
        "eventSourceArn",
        "queues",
        "selfManagedEventSource",
        "selfManagedKafkaEventSourceConfig",
        "startingPosition",
        "startingPositionTimestamp",
        "topics",
    )

    def _settings(self, inputs):
        given = {
            "FunctionName": inputs["functionName"],
            "BatchSize": inputs.get("batchSize"),
            "MaximumBatchingWindowInSeconds": inputs.get("maximumBatchingWindowInSeconds"),
            "FunctionResponseTypes": inputs.get("functionResponseTypes"),
            "ScalingConfig": pascal(inputs.get("scalingConfig")) if inputs.get("scalingConfig") else None,
        }
        return {name: value for name, value in given.items() if value is not None}

    def create(self, aws, inputs):
        client = aws.client("lambda", inputs.get("region"))
        mapping = _patiently(
            lambda: client.create_event_source_mapping(
                EventSourceArn=inputs["eventSourceArn"], Tags=inputs.get("tagsAll") or {}, **self._settings(inputs)
            )
        )
        return mapping["UUID"], self._outputs(mapping)

    def _outputs(self, mapping):
        return {
            "uuid": mapping["UUID"],
            "arn": mapping.get("EventSourceMappingArn", ""),
            "functionArn": mapping["FunctionArn"],
            # Whatever it was given by.
            "functionName": mapping["FunctionArn"],
            "state": mapping.get("State", ""),
            "stateTransitionReason": mapping.get("StateTransitionReason", ""),
            "lastModified": str(mapping.get("LastModified", "")),
            "lastProcessingResult": mapping.get("LastProcessingResult", ""),
        }

    def read(self, aws, identity, state):
        mapping = aws.client("lambda", state.get("region")).get_event_source_mapping(UUID=identity)
        return {
            **self._outputs(mapping),
            "eventSourceArn": mapping["EventSourceArn"],
            "batchSize": mapping.get("BatchSize"),
            "maximumBatchingWindowInSeconds": mapping.get("MaximumBatchingWindowInSeconds"),
            "functionResponseTypes": mapping.get("FunctionResponseTypes"),
            "lastModified": state.get("lastModified"),
            "state": state.get("state"),
        }

    def update(self, aws, identity, old, inputs):
        client = aws.client("lambda", inputs.get("region"))
        mapping = client.update_event_source_mapping(UUID=identity, **self._settings(inputs))
        arn = mapping.get("EventSourceMappingArn") or old.get("arn")
        if arn:
            retag(
                old.get("tagsAll"),
                inputs.get("tagsAll"),
                lambda new: client.tag_resource(Resource=arn, Tags=new),
                lambda gone: client.untag_resource(Resource=arn, TagKeys=gone),
            )
        return self._outputs(mapping)

    def delete(self, aws, identity, state):
        client = aws.client("lambda", state.get("region"))
        client.delete_event_source_mapping(UUID=identity)
        end = time.monotonic() + STATE_SECONDS
        while time.monotonic() < end:
            try:
                client.get_event_source_mapping(UUID=identity)
            except client.exceptions.ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    return
                raise
            time.sleep(0.2)

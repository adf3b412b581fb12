"""Serves `cloud:index:Thing` to the engine.

A thing gives back its inputs, and an ARN with the region of its provider, and a token that is secret. Its size says how
it behaves: `refused by the cloud` fails, `busy` fails at the first attempt, `slow by 15` takes seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

VERSION = "1.0.0"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
TEXT = {"type": "string"}
PROPERTIES = {name: TEXT for name in ("size", "arn", "token")}
SCHEMA = {
    "name": "cloud",
    "version": VERSION,
    "provider": {"inputProperties": {"region": TEXT}},
    "resources": {
        "cloud:index:Thing": {"inputProperties": {"size": TEXT}, "properties": PROPERTIES, "required": ["arn", "token"]}
    },
    "functions": {
        "cloud:index:getRegion": {
            "inputs": {"properties": {"about": TEXT}},
            "outputs": {"properties": {"region": TEXT}, "required": ["region"]},
        }
    },
}


class Cloud(provider_pb2_grpc.ResourceProviderServicer):
    """One provider instance."""

    region = os.environ.get("CLOUD_REGION", "default")
    word = ""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def Handshake(self, request, context):
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accepts_byte_string=True)

    def Parameterize(self, request, context):
        # What a component names in its package; the word says that the value arrives.
        self.word = request.value.value.decode()
        return provider_pb2.ParameterizeResponse(name=request.value.name, version=request.value.version)

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request, context):
        return provider_pb2.GetSchemaResponse(schema=json.dumps(SCHEMA))

    def CheckConfig(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request, context):
        if "region" in request.args:
            self.region = request.args["region"]
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Invoke(self, request, context):
        answer = struct_pb2.Struct()
        answer.update({"region": self.region} if request.tok.startswith("cloud:") else {"word": self.word})
        return provider_pb2.InvokeResponse(**{"return": answer})

    def Check(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request, context):
        old, new = _plain(request.old_inputs), _plain(request.news)
        # The engine leaves it to the provider to ignore changes.
        changed = [name for name in new if old.get(name) != new[name] and name not in request.ignoreChanges]
        kinds = provider_pb2.DiffResponse
        return kinds(changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE, diffs=changed)

    def Create(self, request, context):
        name = request.urn.split("::")[-1]
        size = str(_plain(request.properties).get("size", ""))
        if request.preview:
            return provider_pb2.CreateResponse(id="", properties=request.properties)
        if size == "refused by the cloud":
            context.abort(grpc.StatusCode.UNKNOWN, "no room in the cloud")
        if size == "busy" and request.urn not in self.asked:
            self.asked.add(request.urn)
            context.abort(grpc.StatusCode.UNKNOWN, "the cloud is busy")
        if size.startswith("slow by "):
            time.sleep(int(size.removeprefix("slow by ")))
        return provider_pb2.CreateResponse(id=f"{name}-id", properties=self._state(request.properties, name))

    def Update(self, request, context):
        return provider_pb2.UpdateResponse(properties=self._state(request.news, request.urn.split("::")[-1]))

    def Read(self, request, context):
        if request.properties.fields:
            # What was made here is as it was left.
            return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        found = struct_pb2.Struct()
        found["size"] = "as read"
        return provider_pb2.ReadResponse(id=request.id, properties=found, inputs=found)

    def Delete(self, request, context):
        return empty_pb2.Empty()

    def Attach(self, request, context):
        return empty_pb2.Empty()

    def Cancel(self, request, context):
        return empty_pb2.Empty()

    def _state(self, inputs, name: str) -> struct_pb2.Struct:
        state = struct_pb2.Struct()
        state.CopyFrom(inputs)
        state["arn"] = f"arn:{self.region}:{name}"
        state["token"] = {SIGNATURE: SECRET, "value": f"PLANTED-token-of-{name}"}
        return state


def _plain(struct) -> dict:
    """Properties without the marks of secrets."""
    marked = {name: value for name, value in struct.items()}
    return {
        name: value["value"] if isinstance(value, struct_pb2.Struct) and SIGNATURE in value else value
        for name, value in marked.items()
    }


def main() -> None:
    """Serve until the engine ends the process; the port is all that is printed."""
    ends = {signal.SIGINT, signal.SIGTERM}
    # Blocked in every thread: else one of gRPC's may take the signal, and this one sleeps on until the engine kills it.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    server = grpc.server(ThreadPoolExecutor(64))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Cloud(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    signal.sigwait(ends)
    server.stop(grace=None)
    os._exit(0)


main()

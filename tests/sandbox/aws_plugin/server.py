"""The plugin as the engine speaks to it: gRPC on loopback."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from .facts import version
from .plugin import Plugin, PluginError, diff_config
from .schema import schema
from .values import decode, encode, has_unknown

MESSAGE_LIMIT = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
WORKERS = 64
# Seconds between looks at whether the engine lives, and those that calls have to end after it.
ORPHAN_CHECK = 0.5
GRACE = 60


def _token(urn: str) -> str:
    return urn.split("::")[2].split("$")[-1]


def _answered(method):
    """An error of AWS's, or of the user's, becomes a message and never a stack trace."""

    def wrapper(self, request, context):
        try:
            return method(self, request, context)
        except (PluginError, ValueError) as error:
            message = str(error)
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            if os.environ.get("AWS_PLUGIN_TRACE"):
                import traceback

                traceback.print_exc()
        context.abort(grpc.StatusCode.UNKNOWN, message)

    return wrapper


class Service(provider_pb2_grpc.ResourceProviderServicer):
    """One provider instance. Secrets come and go as plain values; the engine keeps their marks."""

    def __init__(self, engine_address: str | None) -> None:
        self._plugin = Plugin()
        self._engine = None
        if engine_address:
            channel = grpc.insecure_channel(engine_address, options=MESSAGE_LIMIT)
            self._engine = engine_pb2_grpc.EngineStub(channel)

    def _warn(self, urn: str, message: str) -> None:
        if self._engine:
            entry = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
            self._engine.Log(entry)

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version=version())

    def GetSchema(self, request, context):
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema()))

    def CheckConfig(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    @_answered
    def DiffConfig(self, request, context):
        changed = diff_config(decode(request.old_inputs), decode(request.news))
        kinds = provider_pb2.DiffResponse
        return provider_pb2.DiffResponse(changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE, diffs=changed)

    @_answered
    def Configure(self, request, context):
        config = decode(request.args)
        for name, value in config.items():
            # Compound values of a provider's configuration travel as JSON texts.
            if isinstance(value, str) and value[:1] in "{[":
                config[name] = json.loads(value)
        self._plugin.configure(config)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    @_answered
    def Invoke(self, request, context):
        return provider_pb2.InvokeResponse(**{"return": encode(self._plugin.invoke(request.tok, decode(request.args)))})

    @_answered
    def Check(self, request, context):
        token, name = _token(request.urn), request.urn.split("::")[-1]
        old, new = decode(request.olds), decode(request.news)
        inputs, findings = self._plugin.check(token, name, request.randomSeed, old, new)
        for path in findings.deprecated:
            self._warn(request.urn, f"{token}: input `{path}` is deprecated")
        failures = [provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in findings.failures]
        return provider_pb2.CheckResponse(inputs=encode(inputs), failures=failures)

    @_answered
    def Diff(self, request, context):
        state = decode(request.olds)
        old = decode(request.old_inputs) if request.HasField("old_inputs") else state
        ignored = list(request.ignoreChanges)
        found = self._plugin.diff(_token(request.urn), old, decode(request.news), state, ignored)
        kinds = provider_pb2.DiffResponse
        return provider_pb2.DiffResponse(
            changes=kinds.DIFF_SOME if found.changed else kinds.DIFF_NONE,
            diffs=found.changed,
            replaces=found.replaces,
            deleteBeforeReplace=found.delete_first,
        )

    @_answered
    def Create(self, request, context):
        token, inputs = _token(request.urn), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(id="", properties=encode(self._plugin.preview(token, inputs)))
        identity, state = self._plugin.create(token, inputs)
        return provider_pb2.CreateResponse(id=identity, properties=encode(state))

    @_answered
    def Update(self, request, context):
        token, state, inputs = _token(request.urn), decode(request.olds), decode(request.news)
        if request.preview or has_unknown(inputs):
            return provider_pb2.UpdateResponse(properties=encode({**state, **inputs}))
        return provider_pb2.UpdateResponse(properties=encode(self._plugin.update(token, request.id, state, inputs)))

    @_answered
    def Delete(self, request, context):
        self._plugin.delete(_token(request.urn), request.id, decode(request.properties))
        return empty_pb2.Empty()

    @_answered
    def Read(self, request, context):
        token = _token(request.urn)
        found = self._plugin.read(token, request.id, decode(request.properties), decode(request.inputs))
        if found is None:
            return provider_pb2.ReadResponse(id="")
        state, inputs = found
        return provider_pb2.ReadResponse(id=request.id, properties=encode(state), inputs=encode(inputs))

    def Attach(self, request, context):
        channel = grpc.insecure_channel(request.address, options=MESSAGE_LIMIT)
        self._engine = engine_pb2_grpc.EngineStub(channel)
        return empty_pb2.Empty()

    def Cancel(self, request, context):
        return empty_pb2.Empty()


def serve(arguments: list[str]) -> None:
    """Serve until the engine ends the process; the port is all that is printed."""
    addresses = [argument for argument in arguments if not argument.startswith("-")]
    server = grpc.server(ThreadPoolExecutor(WORKERS), options=MESSAGE_LIMIT)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Service(addresses[-1] if addresses else None), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    # Before the port is written: an engine that is killed right after it has read the port is gone by then.
    engine = os.getppid()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not over.wait(ORPHAN_CHECK):
        if os.getppid() != engine:
            # Its engine was killed. A call that has begun is finished, as one that has reached AWS is.
            server.stop(grace=GRACE).wait()
            os._exit(0)
    server.stop(grace=None)
    os._exit(0)

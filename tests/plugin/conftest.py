"""A plugin of `pulumi-component` as a process, an engine's log and a resource monitor that answer it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, resource_pb2, resource_pb2_grpc
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from harness.artefacts import tools

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
BYTES = "803fd3297a5875dc03ca845dda5d2a98"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# The engine's own limit is 400 MiB, far beyond what Python's peers take.
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def wait_for(condition, seconds: float = 20) -> None:
    """Wait until something is so; a failure where it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Gives back what it is given, with an id; keeps every request."""

    def __init__(self) -> None:
        self.registrations: list = []
        self.outputs: list = []
        self.packages: list = []
        self.invocations: list = []
        self.results: dict[str, dict] = {}
        self.refuse: dict[str, str] = {}
        # What is answered beside that, by the names of resources and the tokens of functions.
        self.also: dict[str, dict] = {}
        self.hooks: dict[str, object] = {}
        # What the engine can do: as a list of its own, or by name for one that has no list.
        self.features: list[int] | None = list(resource_pb2.ResourceMonitorFeature.values())
        self.named: set[str] = set()
        self.asked: list[str] = []
        self.holds_components = True
        self.hold = threading.Event()
        self.hold.set()

    def RegisterResource(self, request, context):
        self.registrations.append(request)
        if request.custom or self.holds_components:
            self.hold.wait(timeout=30)
        if request.name in self.refuse:
            context.abort(grpc.StatusCode.UNKNOWN, self.refuse[request.name])
        parents = request.parent.split("::")[2] + "$" if request.parent else ""
        urn = f"urn:pulumi:stack::project::{parents}{request.type}::{request.name}"
        custom = {"id": f"{request.name}-id", "object": request.object} if request.custom else {}
        return resource_pb2.RegisterResourceResponse(urn=urn, **custom | self.also.get(request.name, {}))

    def RegisterResourceHook(self, request, context):
        self.hooks[request.name] = request.callback
        return empty_pb2.Empty()

    def RegisterErrorHook(self, request, context):
        return self.RegisterResourceHook(request, context)

    def ReadResource(self, request, context):
        urn = f"urn:pulumi:stack::project::{request.type}::{request.name}"
        return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=request.properties)

    def GetDeploymentInfo(self, request, context):
        self.asked.append("GetDeploymentInfo")
        if self.features is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "an older engine")
        return resource_pb2.DeploymentInfo(
            organization="org", supportedFeatures=self.features, configSecretKeys=["suite-tests:word"]
        )

    def SupportsFeature(self, request, context):
        self.asked.append(request.id)
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in self.named)

    def RegisterPackage(self, request, context):
        self.packages.append(request)
        return resource_pb2.RegisterPackageResponse(ref=f"{request.parameterization.name}-ref")

    def Invoke(self, request, context):
        self.invocations.append(request)
        return provider_pb2.InvokeResponse(**{"return": self.results.get(request.tok)} | self.also.get(request.tok, {}))

    def RegisterResourceOutputs(self, request, context):
        self.outputs.append(request)
        return empty_pb2.Empty()

    def registered(self, name: str):
        """The request of a resource."""
        return next(request for request in self.registrations if request.name == name)


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.logged: list = []

    def Log(self, request, context):
        self.logged.append(request)
        return empty_pb2.Empty()


@pytest.fixture(scope="session")
def binary():
    """The example plugin of the crate."""
    return tools.cargo_binary("store", "the example plugin", kind="example")


@pytest.fixture(scope="session")
def suite_binary():
    """The plugin of the engine suite, which looks after its engine every half second."""
    return tools.cargo_binary("pulumi-resource-suite", "the plugin of the suite")


@pytest.fixture
def served():
    """Monitor and engine on one loopback port: `monitor`, `engine`, `address`."""
    server = grpc.server(ThreadPoolExecutor(16), options=UNLIMITED)
    monitor, engine = Monitor(), Engine()
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield monitor, engine, f"127.0.0.1:{port}"
    monitor.hold.set()
    server.stop(None)


def construct(address: str, kind: str = "shop:index:Store", **inputs) -> provider_pb2.ConstructRequest:
    """A request for a store, or for another component."""
    given = struct_pb2.Struct()
    json_format.ParseDict(inputs, given)
    return provider_pb2.ConstructRequest(
        project="project",
        stack="stack",
        monitorEndpoint=address,
        type=kind,
        name="store",
        inputs=given,
        accepts_output_values=True,
    )


class Plugin:
    """A plugin that serves."""

    def __init__(self, binary, *arguments: str) -> None:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([binary, *arguments], env=os.environ | {"RUST_BACKTRACE": "0"}, **pipes)
        self.port = self.process.stdout.readline()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port.strip()}", options=UNLIMITED)
        self.stub = ResourceProviderStub(self.channel)

    def end(self, number: int) -> float:
        """Send a signal; seconds until the process has ended."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=10)
        return time.monotonic() - began


@pytest.fixture
def plugin(binary, served):
    """The plugin, started as the engine starts it."""
    plugin = Plugin(binary, served[2])
    yield plugin
    plugin.process.kill()
    plugin.process.wait()


@pytest.fixture
def stub(plugin, served):
    """The plugin after its handshake."""
    plugin.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=served[2]))
    return plugin.stub


@pytest.fixture
def suite(suite_binary, served):
    """The plugin of the engine suite after its handshake."""
    plugin = Plugin(suite_binary, served[2])
    plugin.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=served[2]))
    yield plugin.stub
    plugin.process.kill()
    plugin.process.wait()

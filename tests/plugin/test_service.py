"""The service of a plugin over a real socket, as the engine calls it."""

from __future__ import annotations

import json
import threading
import time

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import errors_pb2, plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from .conftest import OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWN, Plugin, construct, wait_for


def test_a_handshake_accepts_secrets_resources_and_outputs(plugin, served):
    answer = plugin.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=served[2]))
    assert (answer.accept_secrets, answer.accept_resources, answer.accept_outputs) == (True, True, True)
    assert answer.accepts_byte_string


def test_info_schema_and_configuration(stub):
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == "0.1.0"
    schema = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert (schema["version"], schema["resources"]["shop:index:Store"]["isComponent"]) == ("0.1.0", True)
    with pytest.raises(grpc.RpcError, match="unsupported schema version 15"):
        stub.GetSchema(provider_pb2.GetSchemaRequest(version=15))
    news = struct_pb2.Struct()
    news["version"] = "0.1.0"
    assert stub.CheckConfig(provider_pb2.CheckRequest(news=news)).inputs == news
    answer = stub.DiffConfig(provider_pb2.DiffRequest())
    assert (answer.changes, list(answer.replaces)) == (provider_pb2.DiffResponse.DIFF_NONE, [])
    accepted = stub.Configure(provider_pb2.ConfigureRequest())
    assert accepted.acceptSecrets and accepted.acceptResources and accepted.acceptOutputs
    assert accepted.supportsPreview and not accepted.supports_autonaming_configuration


def test_a_component_is_constructed(stub, served):
    monitor, _, address = served
    size = {SIGNATURE: OUTPUT, "value": "large", "secret": True, "dependencies": ["urn:of:size"]}
    answer = stub.Construct(construct(address, size=size))
    assert answer.urn == "urn:pulumi:stack::project::shop:index:Store::store"
    assert answer.state["size"][SIGNATURE] == SECRET
    assert answer.state["size"]["value"] == "large"
    assert list(answer.stateDependencies["size"].urns) == ["urn:of:size"]
    assert [urn.split("::")[-1] for urn in answer.stateDependencies["lastId"].urns] == ["store-last"]
    first = monitor.registered("store-first")
    assert (first.custom, first.version, first.supportsPartialValues, first.supportsResultReporting) == (
        True,
        "1.2.3",
        True,
        True,
    )
    assert first.acceptSecrets and first.acceptResources
    assert first.object["size"][SIGNATURE] == SECRET
    assert list(first.propertyDependencies["size"].urns) == ["urn:of:size"]
    store = monitor.registered("store")
    assert (store.custom, store.remote, store.aliasSpecs) == (False, False, True)
    assert store.object["size"][SIGNATURE] == SECRET, "the inputs are recorded, flattened"
    assert [request.urn.split("::")[-1] for request in monitor.outputs] == ["store-shelf", "store"]


def test_options_cross_with_three_states(stub, served):
    monitor, _, address = served
    request = construct(address)
    request.protect = False
    request.aliases.add(spec={"noParent": True, "name": "old"})
    request.customTimeouts.SetInParent()
    request.providers["cloud"] = "urn:p::id"
    stub.Construct(request)
    store = monitor.registered("store")
    assert store.HasField("protect") and not store.protect
    assert not store.HasField("retainOnDelete")
    assert not store.deleteBeforeReplaceDefined
    assert list(store.aliases) == list(request.aliases)
    assert not store.HasField("customTimeouts"), "nothing set is nothing said"
    assert store.providers["cloud"] == "urn:p::id"
    assert monitor.registered("store-first").provider == "urn:p::id"


def test_wrong_inputs_come_as_a_list_of_properties(stub, served):
    monitor, _, address = served
    with pytest.raises(grpc.RpcError) as failed:
        stub.Construct(construct(address, count=101, sise="x", mood="sad"))
    assert failed.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    details = dict(failed.value.trailing_metadata())["grpc-status-details-bin"]
    listed = errors_pb2.InputPropertiesError()
    assert status_pb2.Status.FromString(details).details[0].Unpack(listed)
    assert [error.property_path for error in listed.errors] == ["count", "mood", "sise"]
    assert listed.errors[2].reason == "unknown property `sise`; nearest: `size`"
    assert not monitor.registrations


def test_a_refused_resource_is_told_in_one_message(stub, served):
    monitor, _, address = served
    monitor.refuse["store-last"] = "no room"
    with pytest.raises(grpc.RpcError) as failed:
        stub.Construct(construct(address))
    assert failed.value.details() == "registering cloud:index:Thing `store-last`: no room"
    assert [request.urn.split("::")[-1] for request in monitor.outputs] == ["store-shelf"]


def test_a_panic_is_told_and_the_process_goes_on(stub, served):
    with pytest.raises(grpc.RpcError) as failed:
        stub.Construct(construct(served[2], mood="panics"))
    assert failed.value.code() == grpc.StatusCode.INTERNAL
    assert "out of stock" in failed.value.details()
    assert stub.Construct(construct(served[2])).urn


def test_an_unknown_component_names_the_known_ones(stub, served):
    request = construct(served[2])
    request.type = "shop:index:Shop"
    with pytest.raises(
        grpc.RpcError, match="no component `shop:index:Shop`; nearest: `shop:index:Store`; it has shop:index:Store"
    ):
        stub.Construct(request)


def test_cancel_answers_at_once_and_ends_what_runs_until_the_next_engine_comes(stub, served):
    monitor, _, address = served
    monitor.hold.clear()
    running = stub.Construct.future(construct(address))
    wait_for(lambda: monitor.registrations)
    began = time.monotonic()
    stub.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.RpcError) as failed:
        running.result(timeout=10)
    assert time.monotonic() - began < 2
    assert failed.value.code() == grpc.StatusCode.CANCELLED
    monitor.hold.set()
    stub.Attach(plugin_pb2.PluginAttach(address=address))
    assert stub.Construct(construct(address)).urn


def test_two_components_at_once_do_not_wait_for_one_another(stub, served):
    monitor, _, address = served
    monitor.hold.clear()
    slow = stub.Construct.future(construct(address))
    wait_for(lambda: monitor.registrations)
    assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=5).version == "0.1.0"
    other = construct(address)
    other.name = "other"
    second = stub.Construct.future(other)
    wait_for(lambda: len(monitor.registrations) > 1)
    threading.Timer(0.1, monitor.hold.set).start()
    assert slow.result(timeout=10).urn != second.result(timeout=10).urn


def test_a_large_message_comes_through(plugin, served):
    # The engine's limit is 400 MiB.
    size = 399 << 20
    channel = grpc.insecure_channel(
        f"127.0.0.1:{plugin.port.strip()}", options=[("grpc.max_send_message_length", 400 << 20)]
    )

    given = struct_pb2.Struct()
    given["blob"] = "x" * size
    answer = ResourceProviderStub(channel).CheckConfig.with_call(provider_pb2.CheckRequest(olds=given), timeout=120)[0]
    assert answer is not None


# Everything else that a provider may serve means something for components.
MEANINGLESS = (
    "Parameterize",
    "Check",
    "Diff",
    "Create",
    "Read",
    "Update",
    "Delete",
    "List",
    "GetMapping",
    "GetMappings",
)


@pytest.mark.parametrize("method", MEANINGLESS)
def test_what_has_no_meaning_for_components_says_so(stub, method):
    request = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"].methods_by_name[method].input_type.name
    with pytest.raises(grpc.RpcError) as failed:
        # The answer of `List` is a stream, whose first item is asked for.
        answer = getattr(stub, method)(getattr(provider_pb2, request)())
        next(iter(answer))
    assert failed.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_an_engine_that_lists_what_it_can_do_is_asked_once_and_only_when_it_matters(stub, served):
    monitor, _, address = served
    stub.Construct(construct(address))
    assert monitor.asked == [], "nothing in it needs to be known"
    request = construct(address)
    request.name, request.deletedWith = "other", "urn:with"
    stub.Construct(request)
    assert monitor.asked == ["GetDeploymentInfo"]
    assert monitor.registered("other").deletedWith == "urn:with"


# By these names an engine is asked that cannot list its features.
NAMED = [
    "aliasSpecs",
    "deletedWith",
    "errorHooks",
    "invokeTransforms",
    "outputValues",
    "parameterization",
    "replaceWith",
    "replacementTrigger",
    "resourceHooks",
    "resourceReferences",
    "secrets",
    "sendsOptionsToHooks",
    "transforms",
]


def test_an_engine_that_lists_nothing_is_asked_by_name(stub, served):
    monitor, _, address = served
    monitor.features, monitor.named = None, {"deletedWith"}
    request = construct(address)
    request.deletedWith = "urn:with"
    stub.Construct(request)
    assert monitor.asked[0] == "GetDeploymentInfo" and sorted(monitor.asked[1:]) == NAMED


def test_an_engine_that_is_too_old_for_an_option_is_named_with_the_option(stub, served):
    monitor, _, address = served
    monitor.features = None
    request = construct(address)
    request.deletedWith = "urn:with"
    with pytest.raises(grpc.RpcError, match="this version of Pulumi has no option `deletedWith`; update it"):
        stub.Construct(request)


def test_every_option_of_the_users_crosses(stub, served):
    monitor, _, address = served
    request = construct(address)
    request.parent = "urn:pulumi:stack::project::pulumi:pulumi:Stack::project-stack"
    request.dependencies.append("urn:before")
    request.retainOnDelete = True
    request.deleteBeforeReplace = True
    request.deletedWith = "urn:with"
    request.replace_with.append("urn:replace")
    request.ignoreChanges.append("size")
    request.replaceOnChanges.append("count")
    request.additionalSecretOutputs.append("size")
    request.customTimeouts.create = "5m"
    request.resource_hooks.after_create.append("hook")
    request.stack_trace_handle = "handle"
    request.replacement_trigger.string_value = "now"
    stub.Construct(request)
    store = monitor.registered("store")
    assert store.parent == request.parent
    assert set(store.dependencies) == {"urn:before", "urn:replace"}
    assert store.retainOnDelete and store.deleteBeforeReplace and store.deleteBeforeReplaceDefined
    assert (store.deletedWith, list(store.replace_with)) == ("urn:with", ["urn:replace"])
    assert (list(store.ignoreChanges), list(store.replaceOnChanges)) == (["size"], ["count"])
    assert (list(store.additionalSecretOutputs), store.customTimeouts.create) == (["size"], "5m0s")
    assert (list(store.hooks.after_create), store.replacement_trigger.string_value) == (["hook"], "now")
    child = monitor.registered("store-first")
    assert (store.parentStackTraceHandle, child.parentStackTraceHandle) == ("handle", "handle")
    assert not child.deletedWith and not child.customTimeouts.create, "inheritance is the engine's"


def test_dependencies_beside_a_value_and_in_it_are_told_apart(stub, served):
    monitor, _, address = served
    request = construct(address, size={SIGNATURE: OUTPUT, "value": "x", "dependencies": ["urn:in"]})
    request.inputDependencies["size"].urns.extend(["urn:in", "urn:beside"])
    stub.Construct(request)
    assert list(monitor.registered("store-first").propertyDependencies["size"].urns) == ["urn:in"]
    other = construct(address, size="plain")
    other.name = "other"
    other.inputDependencies["size"].urns.append("urn:beside")
    stub.Construct(other)
    assert list(monitor.registered("other-first").propertyDependencies["size"].urns) == ["urn:beside"]


def test_two_engines_at_once_are_told_apart(plugin, served):
    monitor, _, address = served
    first, second = (
        ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{plugin.port.strip()}", options=[("grpc.n", number)]))
        for number in (1, 2)
    )
    monitor.hold.clear()
    running = []
    for number, engine in enumerate((first, second)):
        engine.Attach(plugin_pb2.PluginAttach(address=address))
        request = construct(address)
        request.name = f"store{number}"
        running.append(engine.Construct.future(request))
    wait_for(lambda: len(monitor.registrations) > 1)
    first.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.RpcError) as failed:
        running[0].result(timeout=10)
    assert failed.value.code() == grpc.StatusCode.CANCELLED
    monitor.hold.set()
    assert running[1].result(timeout=20).urn, "the other engine's goes on"


def test_two_providers_in_one_process_keep_their_own_configuration(suite_binary, served):
    plugin = Plugin(suite_binary, served[2])
    try:
        greetings = {}
        stubs = {}
        for number, greeting in enumerate(("hello", "bonjour")):
            channel = grpc.insecure_channel(f"127.0.0.1:{plugin.port.strip()}", options=[("grpc.n", number)])
            stubs[greeting] = ResourceProviderStub(channel)
            stubs[greeting].Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=served[2]))
            configured = provider_pb2.ConfigureRequest()
            configured.args["greeting"] = greeting
            stubs[greeting].Configure(configured)
        for greeting, stub in stubs.items():
            request = provider_pb2.ConstructRequest(type="suite:index:Shop", name=greeting, monitorEndpoint=served[2])
            greetings[greeting] = stub.Construct(request).state["greeting"]
        assert greetings == {"hello": "hello", "bonjour": "bonjour"}
    finally:
        plugin.process.kill()


@pytest.mark.parametrize(("value", "failing"), [(UNKNOWN, []), (7, ["greeting"])])
def test_configuration_that_is_not_known_yet_is_not_wrong(suite_binary, served, value, failing):
    plugin = Plugin(suite_binary, served[2])
    try:
        request = provider_pb2.CheckRequest()
        request.news.update({"greeting": value, "hours": [UNKNOWN]})
        answer = plugin.stub.CheckConfig(request)
        assert [failure.property for failure in answer.failures] == failing
        assert answer.inputs == request.news
    finally:
        plugin.process.kill()


def test_a_parameterized_package_is_registered_and_named_by_its_reference_alone(suite, served):
    monitor, _, address = served
    monitor.results["garden:index:weather"] = {"word": "fine"}
    request = provider_pb2.ConstructRequest(type="suite:index:Foreign", name="foreign", monitorEndpoint=address)
    request.stack_trace_handle = "handle"
    answer = suite.Construct(request)
    assert (answer.state["bedId"], answer.state["weather"]) == ("foreign-bed-id", "fine")
    (package,) = monitor.packages
    assert (package.name, package.version) == ("cloud", "1.0.0")
    parameterization = package.parameterization
    assert (parameterization.name, parameterization.version, parameterization.value) == ("garden", "2.0.0", b"roses")
    for named in (monitor.registered("foreign-bed"), monitor.invocations[0]):
        assert (named.packageRef, named.version, named.pluginDownloadURL) == ("garden-ref", "", "")
        assert named.parentStackTraceHandle == "handle"
    assert monitor.invocations[0].acceptResources and monitor.invocations[0].accepts_byte_string
    assert monitor.invocations[0].parent.endswith("suite:index:Foreign::foreign")
    registered = len(monitor.packages)
    request.name = "again"
    suite.Construct(request)
    assert len(monitor.packages) == registered, "what is known of a deployment is not asked again"


def test_an_engine_without_parameterized_packages_is_named_with_them(suite, served):
    monitor, _, address = served
    monitor.features = None
    request = provider_pb2.ConstructRequest(type="suite:index:Foreign", name="foreign", monitorEndpoint=address)
    with pytest.raises(grpc.RpcError, match="this version of Pulumi has no parameterized packages; update it"):
        suite.Construct(request)


def test_a_method_answers_with_what_each_part_came_from_and_no_more(suite, served):
    monitor, _, address = served
    urn = "urn:pulumi:stack::project::suite:index:Shop::shop"
    monitor.results["pulumi:pulumi:getResource"] = {"urn": urn, "state": {"greeting": "hello"}}
    request = provider_pb2.CallRequest(tok="suite:index:Shop/greet", monitorEndpoint=address)
    request.stack_trace_handle = "handle"
    name = {SIGNATURE: OUTPUT, "value": "Ann", "dependencies": ["urn:of:ann"]}
    given = {"__self__": {SIGNATURE: RESOURCE, "urn": urn}, "name": name}
    json_format.ParseDict(given, request.args)
    answer = suite.Call(request)
    assert json_format.MessageToDict(getattr(answer, "return")) == {"words": "hello, Ann"}
    assert {name: list(found.urns) for name, found in answer.returnDependencies.items()} == {
        "words": ["urn:of:ann", urn]
    }
    (asked,) = monitor.invocations
    child = monitor.registered("shop-greeted")
    assert (asked.parentStackTraceHandle, child.parentStackTraceHandle, child.parent) == ("handle", "handle", urn)


def test_a_construction_that_the_engine_drops_leaves_the_process_whole(stub, served):
    monitor, _, address = served
    monitor.hold.clear()
    dropped = stub.Construct.future(construct(address))
    wait_for(lambda: monitor.registrations)
    dropped.cancel()
    monitor.hold.set()
    other = construct(address)
    other.name = "other"
    assert stub.Construct(other).urn.endswith("::other")
    finished = [request.urn.split("::")[-1] for request in monitor.outputs]
    assert "store" not in finished and finished[-1] == "other"

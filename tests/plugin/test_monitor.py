"""What a plugin asks of an engine beside registrations, of older engines, and what it makes of their answers."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, engine_pb2, provider_pb2, resource_pb2

from .conftest import BYTES, OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWN, UNLIMITED, construct

THING = "urn:pulumi:stack::project::cloud:index:Thing::thing"
# Beyond the 4 MiB that gRPC takes where nothing else is said.
LARGE = "x" * (20 << 20)


def test_large_values_pass_in_both_directions(stub, served):
    monitor, _, address = served
    answer = stub.Construct(construct(address, size=LARGE))
    # Into the component, to the engine, back with a child's outputs, and out.
    assert monitor.registered("store-first").object["size"] == answer.state["size"] == LARGE


def callback(monitor, moment: str) -> tuple:
    """A closure of the plugin's as the engine reaches it."""
    (found,) = (found for name, found in monitor.hooks.items() if f": {moment} (" in name)
    return callback_pb2_grpc.CallbacksStub(grpc.insecure_channel(found.target, options=UNLIMITED)), found


def test_a_hook_is_served_with_large_values_after_its_component_is_finished(suite, served):
    monitor, engine, address = served
    assert suite.Construct(construct(address, kind="suite:index:Hooked", size="small")).urn
    hooks = monitor.registered("store-child").hooks
    assert list(hooks.after_delete) == ["store-child: afterDelete (suite:index:Hooked$cloud:index:Thing)"]
    stub, found = callback(monitor, "afterDelete")
    event = resource_pb2.ResourceHookRequest(name="store-child")
    event.old_inputs["size"] = LARGE
    request = callback_pb2.CallbackInvokeRequest(token=found.token, request=event.SerializeToString())
    answer = resource_pb2.ResourceHookResponse.FromString(stub.Invoke(request).response)
    assert answer.error == ""
    (said,) = (entry.message for entry in engine.logged if "afterDelete of store-child" in entry.message)
    assert len(said) > len(LARGE)


def test_each_closure_has_a_token_and_no_other_one_is_taken(suite, served):
    monitor, _, address = served
    suite.Construct(construct(address, kind="suite:index:Hooked", size="small"))
    assert len({found.token for found in monitor.hooks.values()}) == len(monitor.hooks) == 8
    stub, _ = callback(monitor, "afterDelete")
    with pytest.raises(grpc.RpcError) as failed:
        stub.Invoke(callback_pb2.CallbackInvokeRequest(token="of another plugin"))
    assert failed.value.code() == grpc.StatusCode.INVALID_ARGUMENT


# SKIP is 2, which only some versions of the messages name.
@pytest.mark.parametrize("result", [resource_pb2.FAIL, 2])
def test_a_child_that_the_engine_did_not_complete_fails_the_component(stub, served, result):
    monitor, _, address = served
    monitor.also["store-last"] = {"result": result}
    with pytest.raises(grpc.RpcError) as failed:
        stub.Construct(construct(address))
    assert failed.value.details() == "registering cloud:index:Thing `store-last`: the engine did not complete it"
    assert not any(request.urn.endswith("::store") for request in monitor.outputs), "it is not finished"


def test_what_is_left_out_of_a_run_is_unknown_even_in_an_update(stub, served):
    monitor, _, address = served
    monitor.also["store-last"] = {"unknown": True}
    assert stub.Construct(construct(address)).state["lastId"] == UNKNOWN


REFERENCE = {SIGNATURE: RESOURCE, "urn": THING, "id": "thing-id"}


@pytest.mark.parametrize(("knows", "sent"), [(True, REFERENCE), (False, "thing-id")])
def test_an_engine_without_references_gets_ids(suite, served, knows, sent):
    monitor, _, address = served
    monitor.features, monitor.named = None, {"resourceReferences"} if knows else set()
    monitor.results["pulumi:pulumi:getResource"] = {"urn": THING, "state": {"size": "large"}}
    suite.Construct(construct(address, kind="suite:index:Holder", thing=REFERENCE))
    registered = json_format.MessageToDict(monitor.registered("store").object)["thing"]
    assert registered == sent


@pytest.mark.parametrize("knows", [True, False])
def test_a_component_of_another_package_gets_output_values_where_the_engine_has_them(suite, served, knows):
    monitor, _, address = served
    monitor.features, monitor.named = None, {"outputValues"} if knows else set()
    size = {SIGNATURE: OUTPUT, "value": "large", "secret": True, "dependencies": ["urn:of:size"]}
    request = construct(address, kind="suite:index:Outer", size=size)
    request.dryRun = True
    suite.Construct(request)
    inner = monitor.registered("store-inner")
    assert inner.remote and list(inner.propertyDependencies["size"].urns) == ["urn:of:size"]
    wrapped = {SIGNATURE: SECRET, "value": "large"}
    assert json_format.MessageToDict(inner.object)["size"] == (size if knows else wrapped)


def test_bytes_that_are_no_text_come_back_as_they_are(suite, served):
    monitor, _, address = served
    value = {SIGNATURE: BYTES, "value": "/wD+"}
    answer = suite.Construct(construct(address, kind="suite:index:Echo", value=value))
    assert json_format.MessageToDict(answer.state)["value"] == value
    registered = monitor.registered("store")
    assert registered.accepts_byte_string
    assert json_format.MessageToDict(registered.object)["value"] == value


def test_an_engine_that_knows_no_bytes_is_named_with_them(suite, served):
    monitor, _, address = served
    monitor.features = None
    value = {SIGNATURE: BYTES, "value": "/wD+"}
    with pytest.raises(grpc.RpcError, match="this version of Pulumi has no strings that are not UTF-8; update it"):
        suite.Construct(construct(address, kind="suite:index:Echo", value=value))


def test_a_function_that_refuses_is_told_with_what_it_refused(suite, served):
    monitor, _, address = served
    failures = [provider_pb2.CheckFailure(property="place", reason="no such place")]
    monitor.also["garden:index:weather"] = {"failures": failures}
    with pytest.raises(grpc.RpcError) as failed:
        suite.Construct(construct(address, kind="suite:index:Foreign"))
    assert failed.value.details() == "calling garden:index:weather: place: no such place"


def test_a_method_learns_from_the_engine_what_its_request_leaves_out(suite, served):
    _, engine, address = served
    urn = "urn:pulumi:stack::project::suite:index:Speaking::speaking"
    request = provider_pb2.CallRequest(tok="suite:index:Speaking/tell", monitorEndpoint=address)
    request.project, request.stack = "project", "stack"
    request.config["suite-tests:word"] = "hush"
    json_format.ParseDict({"__self__": {SIGNATURE: RESOURCE, "urn": urn}}, request.args)
    answer = json_format.MessageToDict(getattr(suite.Call(request), "return"))
    assert answer["place"] == "org/project/stack"
    assert answer["word"] == {SIGNATURE: SECRET, "value": "hush"}
    (said,) = (entry for entry in engine.logged if entry.message == "told by a method")
    assert (said.severity, said.urn) == (engine_pb2.DEBUG, urn)


def test_what_is_said_is_there_before_the_answer(suite, served):
    _, engine, address = served
    suite.Construct(construct(address, kind="suite:index:Speaking"))
    # No waiting: the answer comes last.
    said = [entry.message for entry in engine.logged if "said as" in entry.message]
    assert said == [f"said as number {number}" for number in range(1, 21)] + ["said as a warning"]


def test_a_cancelled_run_is_told_by_its_status_alone(stub, served):
    monitor, engine, address = served
    monitor.refuse["store-last"] = "resource monitor shut down"
    with pytest.raises(grpc.RpcError) as failed:
        stub.Construct(construct(address))
    assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.CANCELLED, "the run was cancelled")
    assert engine.logged == []

"""Every field of a request to construct a component: what becomes of it, one test a field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2, resource_pb2

from .conftest import OUTPUT, SECRET, SIGNATURE, UNKNOWN, construct, wait_for

Request = provider_pb2.ConstructRequest
PARENT = "urn:pulumi:stack::project::pulumi:pulumi:Stack::project-stack"


@dataclass
class Made:
    """What was asked of the engine, and what was answered."""

    answer: provider_pb2.ConstructResponse
    registrations: dict

    @property
    def store(self) -> resource_pb2.RegisterResourceRequest:
        """The component's own registration."""
        return self.registrations["store"]

    @property
    def child(self) -> resource_pb2.RegisterResourceRequest:
        """The first child's."""
        return self.registrations["store-first"]


@dataclass
class Field:
    """How a field is set, and what must be so then and was not before."""

    set: Callable[[Request], object]
    holds: Callable[[Made], bool]


FIELDS = {
    "type": Field(lambda request: None, lambda made: made.store.type == "shop:index:Store"),
    "name": Field(
        lambda request: setattr(request, "name", "store.of-Mine_1"),
        lambda made: {"store.of-Mine_1", "store.of-Mine_1-first"} <= set(made.registrations),
    ),
    "parent": Field(lambda request: setattr(request, "parent", PARENT), lambda made: made.store.parent == PARENT),
    "inputs": Field(
        lambda request: request.inputs.update({"size": "large"}),
        lambda made: made.store.object["size"] == made.child.object["size"] == made.answer.state["size"] == "large",
    ),
    "inputDependencies": Field(
        lambda request: (
            request.inputs.update({"size": "large"}),
            request.inputDependencies["size"].urns.append("urn:beside"),
        ),
        lambda made: (
            list(made.store.propertyDependencies["size"].urns) == ["urn:beside"]
            and list(made.child.propertyDependencies["size"].urns) == ["urn:beside"]
            and list(made.store.dependencies) == ["urn:beside"]
            and list(made.answer.stateDependencies["size"].urns) == ["urn:beside"]
        ),
    ),
    "providers": Field(
        lambda request: request.providers.update({"cloud": "urn:p::id", "other": "urn:o::id"}),
        lambda made: (
            dict(made.store.providers) == {"cloud": "urn:p::id", "other": "urn:o::id"}
            and made.child.provider == "urn:p::id"
        ),
    ),
    "dependencies": Field(
        lambda request: request.dependencies.append("urn:before"),
        lambda made: list(made.store.dependencies) == ["urn:before"] and not made.child.dependencies,
    ),
    "additionalSecretOutputs": Field(
        lambda request: request.additionalSecretOutputs.append("lastId"),
        lambda made: (
            list(made.store.additionalSecretOutputs) == ["lastId"]
            and made.answer.state["lastId"][SIGNATURE] == SECRET
            and not made.child.additionalSecretOutputs
        ),
    ),
    "customTimeouts": Field(
        lambda request: setattr(request.customTimeouts, "update", "5m"),
        lambda made: made.store.customTimeouts.update == "5m0s" and not made.child.HasField("customTimeouts"),
    ),
    "deletedWith": Field(
        lambda request: setattr(request, "deletedWith", "urn:with"),
        lambda made: made.store.deletedWith == "urn:with" and not made.child.deletedWith,
    ),
    "ignoreChanges": Field(
        lambda request: request.ignoreChanges.append("size"),
        lambda made: list(made.store.ignoreChanges) == ["size"] and not made.child.ignoreChanges,
    ),
    "replaceOnChanges": Field(
        lambda request: request.replaceOnChanges.append("size"),
        lambda made: list(made.store.replaceOnChanges) == ["size"] and not made.child.replaceOnChanges,
    ),
    "replace_with": Field(
        lambda request: request.replace_with.append("urn:other"),
        lambda made: (
            list(made.store.replace_with) == list(made.store.dependencies) == ["urn:other"]
            and not made.child.replace_with
        ),
    ),
    "replacement_trigger": Field(
        lambda request: json_format.ParseDict({"a": [1, None]}, request.replacement_trigger),
        lambda made: (
            json_format.MessageToDict(made.store.replacement_trigger) == {"a": [1, None]}
            and not made.child.HasField("replacement_trigger")
        ),
    ),
    "resource_hooks": Field(
        lambda request: request.resource_hooks.before_delete.append("hook"),
        lambda made: list(made.store.hooks.before_delete) == ["hook"] and not made.child.HasField("hooks"),
    ),
    "stack_trace_handle": Field(
        lambda request: setattr(request, "stack_trace_handle", "handle"),
        lambda made: {each.parentStackTraceHandle for each in made.registrations.values()} == {"handle"},
    ),
    "aliases": Field(
        lambda request: (
            request.aliases.add(urn="urn:old"),
            request.aliases.add(spec={"name": "old", "type": "a:b:C", "project": "p", "noParent": True}),
            request.aliases.add(spec={"parentUrn": "urn:parent"}),
        ),
        lambda made: (
            [alias.urn for alias in made.store.aliases] == ["urn:old", "", ""]
            and json_format.MessageToDict(made.store.aliases[1].spec)
            == {"name": "old", "type": "a:b:C", "project": "p", "noParent": True}
            and made.store.aliases[2].spec.parentUrn == "urn:parent"
            and made.store.aliasSpecs
            and not made.child.aliases
        ),
    ),
    # Where output values are not taken, the dependencies stand beside the values; they always do.
    "accepts_output_values": Field(
        lambda request: (
            setattr(request, "accepts_output_values", False),
            request.inputs.update({"size": {SIGNATURE: OUTPUT, "value": "large", "dependencies": ["urn:in"]}}),
        ),
        lambda made: (
            made.answer.state["size"] == "large" and list(made.answer.stateDependencies["size"].urns) == ["urn:in"]
        ),
    ),
    # Without an answer from this address there is no child.
    "monitorEndpoint": Field(lambda request: None, lambda made: made.answer.urn.endswith("::store")),
}
# Left out, false and true.
THREE_STATES = {
    "protect": lambda store: store.protect if store.HasField("protect") else None,
    "retainOnDelete": lambda store: store.retainOnDelete if store.HasField("retainOnDelete") else None,
    "deleteBeforeReplace": lambda store: store.deleteBeforeReplace if store.deleteBeforeReplaceDefined else None,
}
# What the component itself reads of the run.
CONTEXT = {
    "project": ({"project": "mine"}, "place", "organization/mine/stack"),
    "stack": ({"stack": "mine"}, "place", "organization/project/mine"),
    "organization": ({"organization": "mine"}, "place", "mine/project/stack"),
    "config": ({"config": {"suite-tests:word": "open"}}, "word", "open"),
    "configSecretKeys": (
        {"config": {"suite-tests:word": "hush"}, "configSecretKeys": ["suite-tests:word"]},
        "word",
        {SIGNATURE: SECRET, "value": "hush"},
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_arrives_where_it_belongs(stub, served, name):
    monitor, _, address = served
    request = construct(address)
    FIELDS[name].set(request)
    answer = stub.Construct(request)
    made = Made(answer, {each.name: each for each in monitor.registrations})
    assert FIELDS[name].holds(made), made.registrations


@pytest.mark.parametrize("given", [None, False, True])
@pytest.mark.parametrize("name", THREE_STATES)
def test_a_flag_keeps_three_states_and_is_the_engines_to_inherit(stub, served, name, given):
    monitor, _, address = served
    request = construct(address)
    if given is not None:
        setattr(request, name, given)
    stub.Construct(request)
    assert THREE_STATES[name](monitor.registered("store")) is given
    assert THREE_STATES[name](monitor.registered("store-first")) is None


@pytest.mark.parametrize("name", CONTEXT)
def test_a_component_reads_the_run(suite, served, name):
    given, output, expected = CONTEXT[name]
    request = construct(served[2], kind="suite:index:Speaking")
    assert json_format.MessageToDict(suite.Construct(request).state)["place"] == "organization/project/stack"
    request.MergeFrom(Request(**given))
    assert json_format.MessageToDict(suite.Construct(request).state)[output] == expected


def test_a_preview_registers_the_same_and_knows_less(stub, served):
    monitor, _, address = served
    stub.Construct(construct(address))
    updated = sorted(each.name for each in monitor.registrations)
    monitor.registrations.clear()
    monitor.also = {"store-last": {"id": ""}}
    request = construct(address)
    request.dryRun = True
    state = stub.Construct(request).state
    assert sorted(each.name for each in monitor.registrations) == updated
    assert state["lastId"] == UNKNOWN


def test_how_much_the_engine_does_at_once_is_the_engines_business(stub, served):
    monitor, _, address = served
    monitor.holds_components = False
    monitor.hold.clear()
    request = construct(address, count=8)
    request.parallel = 1
    running = stub.Construct.future(request)
    # The first child and eight that wait for nothing; none of them is answered.
    wait_for(lambda: sum(each.custom for each in monitor.registrations) == 9)
    assert not running.done()
    monitor.hold.set()
    assert running.result(timeout=20).urn


def test_every_field_has_its_test():
    tested = {*FIELDS, *THREE_STATES, *CONTEXT, "dryRun", "parallel"}
    assert tested == {field.name for field in Request.DESCRIPTOR.fields}


# What a registration could say and never does.
NOT_OURS = {
    "aliasURNs": "the form before alias specs",
    "pluginChecksums": "the engine checks what it downloads against the package's own",
    "sourcePosition": "the position of a statement in a program",
    "stackTrace": "the handle of the user's own stands for it",
    "snippetId": "of a program's editor",
    "state_migrations": "in no engine that is tested",
}
# Of a package that Pulumi's own registry does not have; src/wire/registration.rs tests it.
ELSEWHERE = {"pluginDownloadURL"}


def test_every_field_of_a_registration_is_used_or_left_out_for_a_reason(suite, served):
    monitor, _, address = served
    for kind in ("Family", "Foreign", "Hooked", "Mapped", "Moving", "Options", "Outer", "Transformed"):
        inputs = {"Foreign": {}, "Mapped": {}, "Moving": {"release": 2}}.get(kind, {"size": "small"})
        inputs |= {"trigger": "now"} if kind == "Options" else {}
        request = construct(address, kind=f"suite:index:{kind}", **inputs)
        request.name, request.parent, request.dryRun = kind, PARENT, True
        for name in ("providers", "dependencies", "stack_trace_handle"):
            FIELDS[name].set(request)
        suite.Construct(request)
    said = {field.name for each in monitor.registrations for field, _ in each.ListFields()}
    every = {field.name for field in resource_pb2.RegisterResourceRequest.DESCRIPTOR.fields}
    assert every - said == {*NOT_OURS, *ELSEWHERE}

"""What every construction of this suite must have done, read from the engine's log of calls.

A component is registered once, as the user asked for it and before its children; its outputs are recorded once, when
its children are done, and are what it answers; one that fails records none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from components.planted import OUTPUT, SECRET, SIGNATURE

REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# What a user says of a component, by the names of the request to construct it and of the one to register it.
HANDED_ON = {
    "type": "type",
    "name": "name",
    "parent": "parent",
    # Left out, false and true are three states.
    "protect": "protect",
    "retainOnDelete": "retainOnDelete",
    "deleteBeforeReplace": "deleteBeforeReplace",
    "providers": "providers",
    "aliases": "aliases",
    "additionalSecretOutputs": "additionalSecretOutputs",
    "deletedWith": "deletedWith",
    "replaceWith": "replaceWith",
    "ignoreChanges": "ignoreChanges",
    "replaceOnChanges": "replaceOnChanges",
    "replacementTrigger": "replacementTrigger",
    "resourceHooks": "hooks",
    "stackTraceHandle": "parentStackTraceHandle",
}
# Of every child, so that the engine keeps marks, tells what failed, and takes the version it was made for.
OF_CHILDREN = {
    "custom": True,
    "version": "1.0.0",
    "acceptSecrets": True,
    "acceptResources": True,
    "supportsPartialValues": True,
    "supportsResultReporting": True,
}
# Of every function that a component asks of the cloud.
OF_INVOKES = {"version": "1.0.0", "acceptResources": True, "acceptsByteString": True}


@dataclass
class Call:
    """A call, with its place among the beginnings and ends of all calls."""

    at: int
    method: str
    ended: bool
    plugin: str
    request: dict
    response: dict
    failed: bool


def read(lines: list[dict]) -> list[Call]:
    """The calls of a log."""
    return [
        Call(
            at,
            line["method"].split(".")[-1],
            line["progress"] == "response_completed",
            line["metadata"].get("name", ""),
            line["request"] if isinstance(line["request"], dict) else {},
            line.get("response") or {},
            bool(line.get("errors")),
        )
        for at, line in enumerate(lines)
    ]


def problems(lines: list[dict]) -> list[str]:
    """What is not as it must be."""
    calls = read(lines)
    registrations = [call for call in calls if call.method == "ResourceMonitor/RegisterResource"]
    recordings = [call for call in calls if call.method == "ResourceMonitor/RegisterResourceOutputs" and not call.ended]
    constructs = [call for call in calls if call.method == "ResourceProvider/Construct" and call.plugin == "suite"]
    begun = [call for call in constructs if not call.ended]
    found = []
    for end in (call for call in constructs if call.ended):
        begin = next(call for call in begun if call.request == end.request)
        begun.remove(begin)
        during = [call for call in registrations if begin.at < call.at < end.at]
        recorded = [call for call in recordings if begin.at < call.at < end.at]
        found += [f"{end.request['name']}: {said}" for said in _of_construction(end, during, recorded)]
    for child in (call for call in registrations if _is_child(call)):
        found += [f"{child.request['name']}: {said}" for said in _of_child(child.request)]
    # No program of this suite asks the cloud itself.
    asked = (call for call in calls if call.method == "ResourceMonitor/Invoke" and not call.ended)
    for invoke in (call.request for call in asked if call.request["tok"].startswith("cloud:")):
        found += [f"{invoke['tok']}: {said}" for said in _missing(invoke, OF_INVOKES)]
        if "parent" not in invoke:
            found.append(f"{invoke['tok']}: it says nothing of the component that asks")
    return found


def _of_construction(end: Call, registrations: list[Call], recordings: list[Call]) -> Iterator[str]:
    asked = end.request
    same = {name: asked.get(name, "") for name in ("type", "name", "parent")}
    own = [
        call
        for call in registrations
        if same == {name: call.request.get(name, "") for name in same} and not call.request.get("remote")
    ]
    registered = [call for call in own if not call.ended]
    answered = [call for call in own if call.ended and not call.failed]
    if end.failed:
        urns = [call.response["urn"] for call in answered]
        if any(call.request["urn"] in urns for call in recordings):
            yield "it failed and has outputs all the same"
        return
    if len(registered) != 1:
        yield f"it is registered {len(registered)} times"
        return
    yield from _handed_on(asked, registered[0].request)
    urn, state = end.response["urn"], end.response.get("state", {})
    recorded = [call for call in recordings if call.request["urn"] == urn]
    if [call.request.get("outputs", {}) for call in recorded] != [state]:
        yield f"it answers {state} and recorded {[call.request.get('outputs') for call in recorded]}"
        return
    dependencies = {name: of.get("urns", []) for name, of in end.response.get("stateDependencies", {}).items()}
    if set(dependencies) != set(state):
        yield f"dependencies of {sorted(dependencies)}, outputs {sorted(state)}"
    if any(urn in of for of in dependencies.values()):
        yield "an output depends on the component itself"
    for child in (call for call in registrations if call.request.get("parent") == urn):
        if not answered[0].at < child.at < recorded[0].at:
            yield f"{child.request['name']} is registered before its parent, or done after the outputs were recorded"


def _seconds(timeouts: dict | None) -> dict[str, float]:
    """Timeouts in seconds; Go writes `1h30m0s`."""
    units = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    return {
        name: sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)([a-zµ]+)", text))
        for name, text in (timeouts or {}).items()
    }


def _handed_on(asked: dict, registered: dict) -> Iterator[str]:
    for given, sent in HANDED_ON.items():
        if asked.get(given) != registered.get(sent):
            yield f"{given} {asked.get(given)!r} is sent as {registered.get(sent)!r}"
    if ("deleteBeforeReplace" in asked) != registered.get("deleteBeforeReplaceDefined", False):
        yield "deleteBeforeReplace loses one of its three states"
    # It is there and empty where the user said nothing; `1h` and `1h0m0s` are the same to the engine.
    if _seconds(asked.get("customTimeouts")) != _seconds(registered.get("customTimeouts")):
        yield f"customTimeouts {asked.get('customTimeouts')} are sent as {registered.get('customTimeouts')}"
    inputs = {name: flattened(value) for name, value in asked.get("inputs", {}).items()}
    if inputs != registered.get("object", {}):
        yield f"inputs {inputs} are recorded as {registered.get('object')}"
    came_from = {name: set(of.get("urns", [])) for name, of in asked.get("inputDependencies", {}).items()}
    for name, value in asked.get("inputs", {}).items():
        # A remote request leaves out what a reference names; the component itself does come from it.
        came_from.setdefault(name, set()).update(references(value))
    sent_as = {name: set(of.get("urns", [])) for name, of in registered.get("propertyDependencies", {}).items()}
    if came_from != sent_as:
        yield f"inputs came from {came_from}, and are said to come from {sent_as}"
    everything = set(asked.get("dependencies", [])).union(asked.get("replaceWith", []), *came_from.values())
    if everything != set(registered.get("dependencies", [])):
        yield f"it depends on {everything}, and is said to depend on {registered.get('dependencies')}"


def flattened(value):
    """An input as it is recorded: no output values, and each secret in one mark."""
    if isinstance(value, list):
        return [flattened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) not in (OUTPUT, SECRET):
        members = {name: flattened(member) for name, member in value.items()}
        if value.get(SIGNATURE) == REFERENCE:
            # The engine reads name and type from the URN, and takes an empty id for an unknown one.
            members = {name: member for name, member in members.items() if name not in ("name", "type")}
            members |= {"id": UNKNOWN} if members.get("id") == "" else {}
        return members
    plain = flattened(value["value"]) if "value" in value else UNKNOWN
    marked = value[SIGNATURE] == SECRET or value.get("secret", False)
    if marked and isinstance(plain, dict) and plain.get(SIGNATURE) == SECRET:
        return plain
    return {SIGNATURE: SECRET, "value": plain} if marked else plain


def references(value) -> Iterator[str]:
    """The resources that a value refers to."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and value.get(SIGNATURE) == REFERENCE:
        yield value["urn"]
    for member in members:
        yield from references(member)


def _is_child(call: Call) -> bool:
    return call.request.get("type", "").startswith("cloud:") and "pulumi:Stack" not in call.request.get("parent", "")


def _missing(request: dict, members: dict) -> Iterator[str]:
    for name, wanted in members.items():
        if request.get(name) != wanted:
            yield f"{name} is {request.get(name)!r} and not {wanted!r}"


def _of_child(request: dict) -> Iterator[str]:
    yield from _missing(request, OF_CHILDREN)
    # The engine takes a missing entry for all dependencies there are.
    if set(request.get("propertyDependencies", {})) != set(request.get("object", {})):
        yield "an input says nothing of where it came from"
    known = set(request.get("dependencies", []))
    for name, of in request.get("propertyDependencies", {}).items():
        if not known.issuperset(of.get("urns", [])):
            yield f"{name} came from what the child does not depend on"

"""The check that every construction of this suite goes through finds what is not as it must be."""

from __future__ import annotations

import copy

import pytest

from components import conforming, planted

DESCRIPTION = {
    "resources": [
        {"name": "base", "type": "cloud:index:Thing", "props": {"size": "base"}},
        {
            "name": "family",
            "type": "suite:index:Family",
            "props": {"size": "large"},
            "options": {"protect": False, "dependsOn": ["base"], "ignoreChanges": ["size"]},
        },
        # It asks the cloud a question.
        {"name": "asking", "type": "suite:index:Asking", "props": {"size": "small"}},
    ]
}


@pytest.fixture(scope="module")
def calls(program) -> list[dict]:
    """The calls of a run that was as it must be."""
    described = program("yaml", DESCRIPTION)
    described.up()
    return planted.calls(described.log)


def without(request: dict, member: str) -> None:
    """Leaves a member of a request out."""
    del request[member]


WRONG = {
    "protect is lost": (lambda own: without(own, "protect"), "protect False is sent as None"),
    "a dependency is lost": (lambda own: without(own, "dependencies"), "it depends on"),
    "an option is lost": (lambda own: without(own, "ignoreChanges"), "ignoreChanges ['size'] is sent as None"),
    "an input is lost": (lambda own: without(own["object"], "size"), "are recorded as {}"),
    "an input says nothing of where it came from": (lambda own: without(own, "propertyDependencies"), "came from"),
    "another name": (lambda own: own.update(name="other"), "it is registered 0 times"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_it_finds_what_is_wrong_with_the_components_registration(calls, wrong):
    spoil, told = WRONG[wrong]
    changed = copy.deepcopy(calls)
    registering = [call["request"] for call in changed if call["method"].endswith("/RegisterResource")]
    for request in registering:
        if request["name"] == "family" and not request.get("remote"):
            spoil(request)
    assert told in "\n".join(conforming.problems(changed))


@pytest.mark.parametrize("component", ["family", "asking"])
def test_it_looks_at_every_component_of_a_run(calls, component):
    changed = copy.deepcopy(calls)
    for call in changed:
        if call["method"].endswith("/RegisterResource") and not call["request"].get("remote"):
            request = call["request"]
            if request["name"] == component:
                without(request["object"], "size")
    assert f"{component}: inputs {{'size': " in "\n".join(conforming.problems(changed))


@pytest.mark.parametrize("member", [name for name in conforming.OF_CHILDREN if name != "custom"])
def test_it_finds_what_is_missing_from_a_child(calls, member):
    changed = copy.deepcopy(calls)
    for call in changed:
        if call["method"].endswith("/RegisterResource") and call["request"]["name"] == "family-last":
            without(call["request"], member)
    assert f"family-last: {member} is None" in "\n".join(conforming.problems(changed))


@pytest.mark.parametrize("member", [*conforming.OF_INVOKES, "parent"])
def test_it_finds_what_is_missing_from_a_question(calls, member):
    changed = copy.deepcopy(calls)
    asked = [call["request"] for call in changed if call["method"].endswith("ResourceMonitor/Invoke")]
    assert asked
    for request in asked:
        without(request, member)
    assert "cloud:index:getRegion: " in "\n".join(conforming.problems(changed))


def test_it_finds_outputs_that_are_recorded_too_soon_or_not_at_all(calls):
    begins = "request_started"
    recorded = [
        call
        for call in calls
        if call["method"].endswith("Outputs") and call["request"]["urn"].endswith("Family::family")
    ]
    assert len(recorded) == 2, "beginning and end"
    rest = [call for call in calls if call not in recorded]
    assert "recorded []" in "\n".join(conforming.problems(rest))
    early = next(
        at
        for at, call in enumerate(rest)
        if call["progress"] == begins and call["request"].get("name") == "family-last"
    )
    moved = [*rest[:early], *recorded, *rest[early:]]
    assert "done after the outputs were recorded" in "\n".join(conforming.problems(moved))


def test_it_finds_a_component_that_failed_and_has_outputs(calls):
    changed = copy.deepcopy(calls)
    for call in changed:
        if call["method"].endswith("/Construct") and call["progress"] == "response_completed":
            call["errors"] = ["it failed"]
    assert "it failed and has outputs all the same" in "\n".join(conforming.problems(changed))

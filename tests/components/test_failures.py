"""What goes wrong in a component ends the run, soon, with one readable message."""

from __future__ import annotations

import time

import pytest

from components.description import LANGUAGES

# Within this a run that fails must be over: nothing may wait for what never comes.
HANG_GUARD = 60

MESSAGES = {
    # The engine tells it beside the child and ends the run before the component can.
    "child": "no room in the cloud",
    "closure": "the closure gave up",
    # What a message has no room for is left out in its middle.
    "long": "bytes are left out) … ",
    "panic": "internal error: torn (at tests/components/plugin/src/failing.rs:",
    "describing": "nothing fits",
    "describingPanic": "internal error: out of stock (at tests/components/plugin/src/failing.rs:",
    "checkingPanic": "internal error: out of paper (at tests/components/plugin/src/failing.rs:",
    "preparingPanic": "internal error: out of sight (at tests/components/plugin/src/failing.rs:",
    "transformPanic": "internal error: out of shape (at tests/components/plugin/src/failing.rs:",
    "twins": "two children are called `broken-twin` (suite:index:Failing$cloud:index:Thing)",
}

# One of each kind, from every language: what the cloud refuses, a closure that fails, a panic.
EVERYWHERE = ("child", "closure", "panic")


def failing(place: str) -> dict:
    """A program with a component that fails there."""
    return {"resources": [{"name": "broken", "type": "suite:index:Failing", "props": {"place": place}}]}


@pytest.mark.parametrize(
    ("language", "place"),
    [("yaml", place) for place in MESSAGES]
    + [(language, place) for language in LANGUAGES if language != "yaml" for place in EVERYWHERE],
)
def test_one_message_says_what_failed(program, language, place):
    described = program(language, failing(place))
    began = time.monotonic()
    told = described.fails()
    assert time.monotonic() - began < HANG_GUARD
    assert told.count(MESSAGES[place]) == 1, told
    assert "connection" not in told and "EOF" not in told, "nothing of what the engine sees when it ends"
    assert described.state.get("broken", {}).get("outputs") in (None, {}), "a component that failed is not finished"


def test_a_run_that_goes_on_after_an_error_does_what_it_can(program):
    family = {"name": "family", "type": "suite:index:Family", "props": {"size": "large"}}
    (broken,) = failing("child")["resources"]
    described = program("yaml", {"resources": [family, broken | {"options": {"dependsOn": ["family"]}}]})
    began = time.monotonic()
    told = described.fails("--continue-on-error")
    assert time.monotonic() - began < HANG_GUARD
    assert told.count(MESSAGES["child"]) == 1, told
    assert "registering cloud:index:Thing `broken-refused`: the engine did not complete it" in told
    state = described.state
    assert state["family"]["outputs"]["size"] == "large" and "family-last" in state
    assert state.get("broken", {}).get("outputs") in (None, {}) and "broken-needy" not in state


WRONG = {
    "text": {"$secret": ["PLANTED-list"]},
    "colour": "black",
    "color": "yellow",
    "plain": {"$secret": "PLANTED-plain"},
    "block": {"count": 1.5},
    "file": "no file",
}


def test_a_thousand_wrong_inputs_are_told_at_once(program):
    names = [f"member{number}" for number in range(1000)]
    echo = {"name": "echo", "type": "suite:index:Echo", "props": {"map": dict.fromkeys(names, 7)}}
    told = program("python", {"resources": [echo]}).fails()
    assert "1000 inputs are wrong" in told
    assert [name for name in names if f"property map.{name} with value" not in told] == []


@pytest.mark.parametrize("language", ["typescript", "python", "go"])
def test_all_wrong_inputs_are_told_at_once_and_no_secret_with_them(program, language):
    described = program(language, {"resources": [{"name": "echo", "type": "suite:index:Echo", "props": WRONG}]})
    told = described.fails()
    assert "6 inputs are wrong" in told
    for said in (
        "property colour with value",
        "unknown property `colour`; nearest: `color`",
        "expected one of `light-blue`, `black`",
        "property block.count with value '{1.5}'",
        "expected a whole number, got a number with a fraction",
        "plain (secret)",
        "must be a plain value, but it is secret",
        "text (secret)",
        "expected an asset, got a string",
    ):
        assert said in told, told
    assert "echo" not in described.state, "nothing is registered"

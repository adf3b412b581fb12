"""Previews: what is not known yet stays unknown, from input to output, and nothing of it is taken for known."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from components import planted
from components.conforming import UNKNOWN
from components.conftest import Described
from components.description import LANGUAGES
from harness.stack import Changes

ARN = {"$get": ["base", "arn"]}
DESCRIPTION = {
    "resources": [
        {"name": "base", "type": "cloud:index:Thing", "props": {"size": "base"}, "get": ["arn"]},
        {
            "name": "echo",
            "type": "suite:index:Echo",
            "props": {
                "text": ARN,
                "value": {"list": ["known", ARN], "deep": {"known": 1, "later": ARN}},
                "map": {"a": "known", "b": ARN},
                "plain": "known",
                "color": "black",
            },
            "get": ["text"],
        },
        {"name": "hush", "type": "suite:index:Echo", "props": {"text": {"$secret": ARN}}},
        {"name": "chained", "type": "suite:index:Echo", "props": {"text": {"$get": ["echo", "text"]}}},
        {"name": "holder", "type": "suite:index:Holder", "props": {"thing": {"$ref": "base"}}},
        {"name": "options", "type": "suite:index:Options", "props": {"size": ARN, "trigger": ARN}},
        {"name": "outer", "type": "suite:index:Outer", "props": {"size": ARN}},
        {"name": "asking", "type": "suite:index:Asking", "props": {"size": "small"}},
        # While its configuration is unknown, the engine asks a provider nothing and makes up what it would answer.
        {"name": "later", "type": "pulumi:providers:suite", "props": {"greeting": ARN}},
        {"name": "shop", "type": "suite:index:Shop", "options": {"provider": "later"}, "get": ["greeting"]},
    ],
    "outputs": {"greeting": {"$get": ["shop", "greeting"]}},
}


@dataclass
class Previewed:
    """What a preview said, what was answered in it and recorded, and what came of it."""

    preview: Changes
    answered: dict[str, dict]
    registered: dict[str, dict]
    created: Changes
    outputs: dict
    again: Changes


@pytest.fixture(scope="module")
def all_previewed(program, in_every_language) -> dict[str, Previewed]:
    """Previews in each language."""
    return in_every_language(lambda language: looked_at(program(language, DESCRIPTION)))


@pytest.fixture(scope="module", params=LANGUAGES)
def previewed(request, all_previewed) -> Previewed:
    """Previews in one language."""
    return all_previewed[request.param]


def looked_at(described: Described) -> Previewed:
    """A preview of a program that is deployed then, and a preview of what is there."""
    stack = described.stack
    preview = stack.preview()
    calls = [call for call in planted.calls(described.log) if call["progress"] == "response_completed"]
    constructs = [call for call in calls if call["method"].endswith("/Construct")]
    registrations = [call["request"] for call in calls if call["method"].endswith("/RegisterResource")]
    return Previewed(
        preview,
        {call["request"]["name"]: call["response"] for call in constructs},
        {request["name"]: request for request in registrations if not request.get("remote")},
        described.up(),
        stack.outputs(),
        stack.preview(),
    )


def test_a_preview_says_what_a_deployment_does(previewed):
    assert previewed.preview.diagnostics == []
    assert previewed.preview.summary == previewed.created.summary
    assert previewed.again.none, previewed.again.touched


def test_what_is_made_of_an_unknown_is_unknown_and_the_rest_is_known(previewed):
    state = previewed.answered["echo"]["state"]
    assert state["text"] == UNKNOWN and state["joined"] == UNKNOWN
    assert state["value"] == UNKNOWN, "one input is known as a whole or not at all"
    assert (state["plain"], state["color"], state["ownId"]) == ("known", "black", "an id")


def test_what_is_unknown_says_where_it_will_come_from(previewed):
    answer = previewed.answered["echo"]
    (base,) = answer["stateDependencies"]["text"]["urns"]
    assert base.endswith("cloud:index:Thing::base")
    assert previewed.answered["echo"]["stateDependencies"]["plain"] == {}


def test_an_unknown_secret_is_secret(previewed):
    text = previewed.answered["hush"]["state"]["text"]
    assert text == {planted.SIGNATURE: planted.SECRET, "value": UNKNOWN}


def test_an_unknown_output_is_an_unknown_input_of_the_next_component(previewed):
    assert previewed.answered["chained"]["state"]["text"] == UNKNOWN


def test_children_are_registered_with_what_is_not_known(previewed):
    registered = previewed.registered
    assert registered["outer-inner-first"]["object"]["size"] == UNKNOWN
    assert registered["options-triggered"]["replacementTrigger"] == UNKNOWN
    # What the engine can look up of a resource that is not there yet is what it was given.
    assert registered["holder-own"]["object"]["size"] == "base"


def test_nothing_is_asked_about_what_is_not_there_yet(previewed):
    answer = previewed.answered["asking"]
    assert answer["state"]["answer"] == UNKNOWN
    (child,) = answer["stateDependencies"]["answer"]["urns"]
    assert child.endswith("::asking-child")


def test_a_component_waits_for_the_configuration_of_its_provider(previewed):
    assert "shop" not in previewed.answered
    assert previewed.outputs["greeting"] == "arn:default:base"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_must_be_plain_cannot_be_unknown(program, language):
    base, echo = DESCRIPTION["resources"][0], {"name": "echo", "type": "suite:index:Echo", "props": {"plain": ARN}}
    described = program(language, {"resources": [base, echo]})
    told = described.stack.run("preview", check=False)
    assert told.returncode != 0
    assert "must be a plain value, but it is not known before the update" in told.stdout + told.stderr

"""Methods and functions: what they are given, what they give back, and how they refuse."""

from __future__ import annotations

import json
import time

import pytest

from components import planted
from components.description import LANGUAGES
from components.test_failures import HANG_GUARD

SHOP = {"name": "shop", "type": "suite:index:Shop", "get": ["greeting"]}
# YAML calls functions alone.
CALLING = ("typescript", "python", "go")


def calling(method: str, *before: dict, **args) -> dict:
    """A program that calls a method of a shop."""
    call = {"self": "shop", "method": f"suite:index:Shop/{method}", "args": args}
    return {"resources": [*before, SHOP], "calls": {"answered": call}}


@pytest.mark.parametrize("language", CALLING)
def test_a_method_reads_its_component_and_adds_a_child(program, language):
    described = program(language, calling("greet", name={"$secret": "PLANTED-guest"}))
    described.up()
    assert described.stack.outputs()["answered"] == {"words": "hello, PLANTED-guest"}
    child = described.state["shop-greeted"]
    assert child["parent"] == described.state["shop"]["urn"]
    assert child["inputs"]["size"][planted.SIGNATURE] == planted.SECRET, "what a secret goes into is secret"
    assert described.up().none


@pytest.mark.parametrize("language", CALLING)
def test_a_method_is_called_with_what_a_preview_does_not_know(program, language):
    base = {"name": "base", "type": "cloud:index:Thing", "props": {"size": "base"}, "get": ["arn"]}
    described = program(language, calling("greet", base, name={"$get": ["base", "arn"]}))
    previewed = described.stack.preview()
    assert previewed.diagnostics == []
    assert previewed.summary == described.up().summary
    assert described.stack.outputs()["answered"] == {"words": "hello, arn:default:base"}
    answers = [call for call in planted.calls(described.log) if call["method"].endswith("ResourceProvider/Call")]
    dependencies = answers[-1]["response"]["returnDependencies"]["words"]["urns"]
    assert described.state["base"]["urn"] in dependencies


def test_a_component_calls_a_method_of_its_child(program):
    visitor = {
        "name": "visitor",
        "type": "suite:index:Visitor",
        "props": {"name": {"$secret": "PLANTED-visitor"}},
        "get": ["heard"],
    }
    described = program("yaml", {"resources": [visitor]})
    described.up()
    state = described.state
    assert state["visitor-shop"]["parent"] == state["visitor"]["urn"]
    assert state["visitor-shop-greeted"]["parent"] == state["visitor-shop"]["urn"]
    heard = state["visitor"]["outputs"]["heard"]
    assert heard[planted.SIGNATURE] == planted.SECRET, "what a secret goes into is secret"
    answers = [call for call in planted.calls(described.log) if call["method"].endswith("ResourceProvider/Call")]
    assert answers[-1]["request"]["tok"] == "suite:index:Shop/greet"
    assert described.up().none


@pytest.mark.parametrize("language", CALLING)
def test_a_method_refuses_in_the_programs_words(program, language):
    told = program(language, calling("greet", name="")).fails()
    assert "expected somebody" in told and "name" in told


REFUSED = {
    "refused": "the shop stays open",
    "panic": "internal error: the door is stuck",
    "child": "no room in the cloud",
}


@pytest.mark.parametrize(
    ("language", "how"), [("go", how) for how in REFUSED] + [("typescript", "refused"), ("python", "refused")]
)
def test_a_method_that_fails_ends_the_run(program, language, how):
    described = program(language, calling("close", how=how))
    began = time.monotonic()
    told = described.fails()
    assert time.monotonic() - began < HANG_GUARD
    assert REFUSED[how] in told


def asking(*resources: dict, **texts) -> dict:
    """A program that asks a function."""
    invokes = {name: {"function": "suite:index:shout", "args": {"text": text}} for name, text in texts.items()}
    return {"resources": list(resources), "invokes": invokes}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_function_answers_and_what_it_makes_of_a_secret_is_one(program, language):
    base = {"name": "base", "type": "cloud:index:Thing", "props": {"size": "base"}, "get": ["arn"]}
    adding = {"sum": {"function": "suite:index:add", "args": {"numbers": [1, 2, 3.5]}}}
    description = asking(base, open="hey", closed={"$secret": "PLANTED-word"}, later={"$get": ["base", "arn"]})
    description["invokes"] |= adding
    described = program(language, description)
    described.stack.configure("suite:greeting", "good evening")
    # Unknown in a preview, where it is not asked.
    assert described.stack.preview().diagnostics == []
    described.up()
    outputs = described.stack.outputs()
    assert outputs["sum"] == {"total": 6.5}
    assert outputs["open"] == {"text": "hey!", "greeting": "good evening"}
    assert outputs["closed"]["text"] == "PLANTED-word!"
    assert outputs["later"]["text"] == "arn:default:base!"


FUNCTION_REFUSED = {
    "refused": "nobody shouts here",
    "panic": "internal error: out of breath",
}


@pytest.mark.parametrize(
    ("language", "text"), [("yaml", text) for text in FUNCTION_REFUSED] + [(name, "refused") for name in CALLING]
)
def test_a_function_that_fails_says_why(program, language, text):
    assert FUNCTION_REFUSED[text] in program(language, asking(answer=text)).fails()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_function_refuses_in_the_programs_words(program, language):
    adding = {"sum": {"function": "suite:index:add", "args": {"numbers": []}}}
    assert "expected at least one number" in program(language, {"resources": [], "invokes": adding}).fails()


@pytest.mark.parametrize("language", ["python"])
def test_a_function_says_nothing_of_a_secret_that_does_not_fit(program, language):
    told = program(language, asking(answer={"$secret": ["PLANTED-list"]})).fails()
    assert "text" in told and "PLANTED" not in json.dumps(told)

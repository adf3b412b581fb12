"""Methods, functions, hooks and transforms: what the SDKs of some languages have and others do not."""

from __future__ import annotations

import pytest

SHOP = {"name": "shop", "type": "suite:index:Shop", "get": ["greeting"]}


def greeting(name) -> dict:
    """A program that has a shop greet somebody."""
    call = {"self": "shop", "method": "suite:index:Shop/greet", "args": {"name": name}}
    return {"resources": [SHOP], "calls": {"greeted": call}}


@pytest.mark.parametrize("language", ["typescript", "python"])
def test_a_method_reads_its_component_and_adds_a_child(program, language):
    described = program(language, greeting({"$secret": "PLANTED-guest"}))
    described.up()
    assert described.stack.outputs()["greeted"] == {"words": "hello, PLANTED-guest"}
    child = described.state["shop-greeted"]
    assert child["parent"] == described.state["shop"]["urn"]
    assert "PLANTED" not in described.stack.run("stack", "export").stdout, "what a secret goes into is secret"


@pytest.mark.parametrize("language", ["typescript", "python"])
def test_a_method_refuses_in_the_programs_words(program, language):
    told = program(language, greeting("")).fails()
    assert "expected somebody" in told and "name" in told


def adding(numbers: list) -> dict:
    """A program that asks a function."""
    return {"resources": [], "invokes": {"sum": {"function": "suite:index:add", "args": {"numbers": numbers}}}}


@pytest.mark.parametrize("language", ["yaml", "typescript"])
def test_a_function_answers(program, language):
    described = program(language, adding([1, 2, 3.5]))
    described.up()
    assert described.stack.outputs()["sum"] == {"total": 6.5}


def test_a_function_refuses_in_the_programs_words(program):
    assert "expected at least one number" in program("yaml", adding([])).fails()


def test_transforms_and_hooks_of_the_program_reach_the_component(program):
    family = {
        "name": "family",
        "type": "suite:index:Family",
        "props": {"size": "large"},
        "options": {"transformTo": "transformed", "hook": True},
    }
    described = program("python", {"resources": [family]})
    created = described.up()
    assert described.state["family-first"]["inputs"]["size"] == "transformed"
    assert described.state["family-shelf-board"]["inputs"]["size"] == "transformed"
    assert "hooked family" in created.text


@pytest.mark.parametrize("language", ["python"])
def test_a_replacement_trigger_replaces_the_component(program, language):
    def described_with(trigger: str) -> dict:
        options = {"replacementTrigger": trigger}
        shelf = {"name": "shelf", "type": "suite:index:Shelf", "props": {"size": "s"}, "options": options}
        return {"resources": [shelf]}

    described = program(language, described_with("one"))
    described.up()
    described.describe(described_with("two"))
    steps = {urn.split("::", 3)[3]: step for urn, step in described.up().touched.items()}
    assert "replace" in steps["shelf"]

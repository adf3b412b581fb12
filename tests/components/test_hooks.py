"""Hooks and transforms of the program, and triggers of replacement: they reach the component and what is below it."""

from __future__ import annotations

import pytest

from components.description import LANGUAGES
from components.test_options import shelf

# YAML has neither; the pinned language host for Node.js passes on neither.
HOOKING = ("python", "go")


@pytest.mark.parametrize("language", HOOKING)
def test_transforms_reach_every_thing_below_the_component(program, language):
    family = {"name": "family", "type": "suite:index:Family", "props": {"size": "large"}}
    described = program(language, {"resources": [family | {"options": {"transformTo": "transformed"}}]})
    described.up()
    for child in ("family-first", "family-shelf-board", "family-last"):
        assert described.state[child]["inputs"]["size"] == "transformed", child
    assert described.state["family"]["inputs"]["size"] == "large", "the transform is for things"
    assert described.up().none


@pytest.mark.parametrize("language", HOOKING)
def test_hooks_run_at_each_moment_of_the_component(program, language):
    moments = dict.fromkeys(
        ("beforeCreate", "afterCreate", "beforeUpdate", "afterUpdate", "beforeDelete", "afterDelete"), "says"
    )

    def said(text: str) -> list[str]:
        found = {moment: text.find(f"{moment} of hooked") for moment in moments}
        return sorted((moment for moment, at in found.items() if at >= 0), key=found.__getitem__)

    described = program(language, {"resources": [shelf("hooked", hooks=moments)]})
    assert said(described.up().text) == ["beforeCreate", "afterCreate"]
    described.describe({"resources": [shelf("hooked", size="large", hooks=moments)]})
    assert said(described.up().text) == ["beforeUpdate", "afterUpdate"]
    destroyed = described.stack.run("destroy", "--yes", "--skip-preview", "--run-program", "--json")
    assert said(destroyed.stdout) == ["beforeDelete", "afterDelete"]


@pytest.mark.parametrize("language", HOOKING)
def test_a_hook_that_fails_ends_the_run_before_anything_is_there(program, language):
    described = program(language, {"resources": [shelf("hooked", hooks={"beforeCreate": "fails"})]})
    assert "refused beforeCreate of hooked" in described.fails()
    assert "hooked-board" not in described.state


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_replacement_trigger_replaces_the_component(program, language):
    described = program(language, {"resources": [shelf("shelf", replacementTrigger="one")]})
    described.up()
    described.describe({"resources": [shelf("shelf", replacementTrigger="two")]})
    steps = {urn.split("::", 3)[3]: step for urn, step in described.up().touched.items()}
    assert "replace" in steps["shelf"]
    assert described.up().none

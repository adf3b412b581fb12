"""Hooks and transforms that a component's author sets in Rust, run by the engine."""

from __future__ import annotations

import pytest

MOMENTS = ("beforeCreate", "afterCreate", "beforeUpdate", "afterUpdate", "beforeDelete", "afterDelete", "onError")


def hooked(size, **more) -> dict:
    """A program with the component whose child has hooks."""
    return {"resources": [{"name": "hooked", "type": "suite:index:Hooked", "props": {"size": size} | more}]}


def said(text: str) -> list[str]:
    """The moments that hooks told of, in order."""
    found = {moment: text.find(f"{moment} of hooked-child") for moment in MOMENTS}
    return sorted((moment for moment, at in found.items() if at >= 0), key=found.__getitem__)


def test_hooks_run_at_each_moment(program):
    described = program("yaml", hooked("small"))
    previewed = described.stack.run("preview", "--json").stdout
    assert said(previewed) == ["beforeCreate"], "the one that runs in previews"
    created = described.up()
    assert said(created.text) == ["beforeCreate", "afterCreate"]
    assert 'with Some(\\"small\\")' in created.text
    again = described.up()
    assert again.none and said(again.text) == []
    described.describe(hooked("large"))
    assert said(described.up().text) == ["beforeUpdate", "afterUpdate"]
    destroyed = described.stack.run("destroy", "--yes", "--skip-preview", "--run-program", "--json")
    assert said(destroyed.stdout) == ["beforeDelete", "afterDelete"]


def test_a_hook_knows_that_a_value_is_secret(program):
    described = program("yaml", hooked({"$secret": "PLANTED-size"}))
    assert "afterCreate of hooked-child with Some([secret])" in described.up().text


def test_a_destroy_without_the_program_says_what_to_do(program):
    described = program("yaml", hooked("small"))
    described.up()
    refused = described.stack.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert "hooked-child: beforeDelete (suite:index:Hooked$cloud:index:Thing)" in refused.stdout, "which hook"
    assert "--run-program" in refused.stderr, "and what to do"
    assert "hooked-child" in described.state
    described.stack.run("destroy", "--yes", "--skip-preview", "--run-program")


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("fails", "the hook has no wish to create hooked-child"),
        ("panics", "internal error: the hook of hooked-child panicked"),
    ],
)
def test_a_hook_that_fails_ends_the_run_in_its_authors_words(program, mood, words):
    described = program("yaml", hooked("small", mood=mood))
    told = described.fails()
    assert f'before hook "hooked-child: beforeCreate (suite:index:Hooked$cloud:index:Thing)" failed: {words}' in told
    assert "hooked-child" not in described.state


def test_a_hook_may_only_warn(program):
    described = program("yaml", hooked("small", mood="warns"))
    assert "the hook has no wish to create hooked-child" in described.up().text
    assert "hooked-child" in described.state


def test_a_hook_has_a_failed_creation_tried_again(program):
    described = program("yaml", hooked("busy"))
    assert said(described.up().text) == ["beforeCreate", "onError", "afterCreate"]
    assert described.state["hooked-child"]["id"] == "hooked-child-id"


def test_a_hook_gives_a_failed_creation_up(program):
    described = program("yaml", hooked("refused by the cloud"))
    assert "no room in the cloud" in described.fails()
    assert "hooked-child" not in described.state


def transformed(size) -> dict:
    """A program with the component that transforms what is below it."""
    return {"resources": [{"name": "big", "type": "suite:index:Transformed", "props": {"size": size}}]}


def test_transforms_reach_the_child_and_what_is_below_a_component(program):
    described = program("yaml", transformed("small"))
    described.up()
    for name in ("big-child", "big-shelf-board"):
        assert described.state[name]["inputs"]["size"] == "SMALL", name
        assert described.state[name]["retainOnDelete"] is True, name
    assert described.state["big-shelf"]["inputs"]["size"] == "small", "the component is not custom"
    assert described.up().none


def test_a_transform_keeps_secrets_and_what_a_preview_does_not_know(program):
    base = {"name": "base", "type": "cloud:index:Thing", "props": {"size": "small"}}
    described = program("yaml", {"resources": [base, *transformed({"$get": ["base", "token"]})["resources"]]})
    described.stack.run("preview")
    described.up()
    child = described.state["big-child"]
    assert set(child["inputs"]["size"]) == {"4dabf18193072939515e22adb298388d", "ciphertext"}
    assert child["dependencies"] == [described.state["base"]["urn"]]
    assert child["propertyDependencies"]["size"] == [described.state["base"]["urn"]]


def test_a_transform_that_fails_ends_the_run_in_its_authors_words(program):
    described = program("yaml", transformed("enormous"))
    told = described.fails()
    assert "the transform of cloud:index:Thing `big-child` failed: nothing so large fits into big-child" in told
    assert "big-child" not in described.state

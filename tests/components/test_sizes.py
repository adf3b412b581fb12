"""Many children, slow children, and previews that know little."""

from __future__ import annotations


def test_five_hundred_children(program):
    described = program("yaml", {"resources": [{"name": "many", "type": "suite:index:Many", "props": {"count": 500}}]})
    assert described.up().summary == {"create": 502}
    assert described.up().none


def test_a_slow_child_that_nothing_needs_is_waited_for(program):
    described = program("yaml", {"resources": [{"name": "slow", "type": "suite:index:Slow"}]})
    assert described.up().summary == {"create": 3}
    assert described.state["slow-slow"]["id"] == "slow-slow-id"
    assert described.state["slow"]["outputs"] == {"text": "done"}


def test_a_preview_registers_everything_and_knows_what_it_can(program):
    description = {
        "resources": [
            {"name": "first", "type": "suite:index:Family", "props": {"size": "large"}, "get": ["firstId"]},
            # An input that the preview does not know.
            {"name": "second", "type": "suite:index:Family", "props": {"size": {"$get": ["first", "firstId"]}}},
        ]
    }
    described = program("python", description)
    previewed = described.stack.preview()
    assert previewed.diagnostics == []
    assert previewed.summary == described.up().summary

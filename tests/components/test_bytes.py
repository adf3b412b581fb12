"""Strings that are not UTF-8: they pass between component, engine and cloud. No SDK of today takes them."""

from __future__ import annotations

from components.planted import SIGNATURE

BYTES = "803fd3297a5875dc03ca845dda5d2a98"


def raw(out: bool) -> dict:
    """A program with a component whose child is made of bytes."""
    return {"resources": [{"name": "raw", "type": "suite:index:Raw", "props": {"out": out}}]}


def test_bytes_reach_a_child_and_come_back(program):
    described = program("yaml", raw(out=False))
    described.up()
    child = described.state["raw-child"]
    assert child["inputs"]["size"] == child["outputs"]["size"] == {SIGNATURE: BYTES, "value": "/wD+"}
    assert described.state["raw"]["outputs"] == {"count": 3}
    assert described.up().none


def test_the_engine_names_the_bytes_that_a_program_cannot_take(program):
    done = program("yaml", raw(out=True)).stack.run("up", "--yes", "--skip-preview", check=False)
    assert done.returncode != 0
    assert 'the value of property "bytes" is a string that contains non-UTF8 bytes' in done.stdout + done.stderr

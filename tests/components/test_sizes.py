"""Many children, and one that takes its time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture(scope="module")
def slow(program):
    """A run with a slow child, which goes on meanwhile."""
    described = program("yaml", {"resources": [{"name": "slow", "type": "suite:index:Slow"}]})
    with ThreadPoolExecutor() as meanwhile:
        yield described, meanwhile.submit(described.up)


def test_five_hundred_children(program, slow):
    described = program("yaml", {"resources": [{"name": "many", "type": "suite:index:Many", "props": {"count": 500}}]})
    # The engine writes the whole state with every step; at this size that is nearly all of the time.
    described.stack.account |= {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
    assert described.up().summary == {"create": 502}
    assert described.up().none


def test_a_slow_child_that_nothing_needs_is_waited_for(slow):
    described, running = slow
    assert running.result().summary == {"create": 3}
    assert described.state["slow-slow"]["id"] == "slow-slow-id"
    assert described.state["slow"]["outputs"] == {"text": "done"}

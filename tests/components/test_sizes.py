"""Many children, and one that takes its time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from components.description import LANGUAGES


@pytest.fixture(scope="module")
def slow(program):
    """A run with a slow child from each language, which go on meanwhile."""
    programs = [
        program(language, {"resources": [{"name": "slow", "type": "suite:index:Slow"}]}) for language in LANGUAGES
    ]
    with ThreadPoolExecutor(len(programs)) as meanwhile:
        yield {described.language: (described, meanwhile.submit(described.up)) for described in programs}


def test_five_hundred_children(program, slow):
    described = program("yaml", {"resources": [{"name": "many", "type": "suite:index:Many", "props": {"count": 500}}]})
    # The engine writes the whole state with every step; at this size that is nearly all of the time.
    described.stack.account |= {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
    assert described.up().summary == {"create": 502}
    assert described.up().none


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slow_child_that_nothing_needs_is_waited_for(slow, language):
    described, running = slow[language]
    assert running.result().summary == {"create": 3}
    assert described.state["slow-slow"]["id"] == "slow-slow-id"
    assert described.state["slow"]["outputs"] == {"text": "done"}

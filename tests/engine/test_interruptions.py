"""A run that is ended in the middle, by Ctrl-C or by force, is followed by one that ends as if nothing had happened.

`make test` interrupts a few places of each command; `make test-all` every tenth operation (`INTERRUPT_EVERY=10`).
"""

from __future__ import annotations

import itertools
import json
import os
import signal

import pytest

from account.client import prepare_landing_zone
from engine.deployment import Deployment, yaml_program
from engine.interruptions import interrupt, recover, settled
from harness.leftovers import leftovers
from harness.stack import Stack

EVERY = int(os.environ.get("INTERRUPT_EVERY", "0"))
# A default deployment has about ninety resources, an update of all tags touches most of them.
OPERATIONS = {"up": 90, "update": 60, "destroy": 90}
# By force in the middle of an update: the case in which AWS has what no state knows.
SAMPLE = [
    ("up", 45, signal.SIGKILL),
    ("up", 20, signal.SIGINT),
    ("update", 30, signal.SIGKILL),
    ("destroy", 12, signal.SIGINT),
]
INPUTS = {"reports": {"onDestroy": "delete"}}
CHANGED = {**INPUTS, "tags": {"team": "security"}}

_names = itertools.count(1)


def cases() -> list[tuple[str, int, signal.Signals]]:
    """What is interrupted after how many operations, and how."""
    if not EVERY:
        return SAMPLE
    signals = (signal.SIGINT, signal.SIGKILL)
    return [
        (command, after, number)
        for command, count in OPERATIONS.items()
        for after in range(EVERY, count + 1, EVERY)
        for number in signals
    ]


@pytest.fixture
def deployed(engine, account, tmp_path):
    """`deployed(inputs)`: a stack in a prepared account."""
    prepare_landing_zone(account)

    def make(inputs: dict) -> Deployment:
        name = f"interrupted{next(_names)}"
        return Deployment(Stack(engine, yaml_program(tmp_path / name, inputs), name, account.environment), account)

    return make


@pytest.fixture(scope="module")
def undisturbed(engine, new_account, tmp_path_factory) -> set[str]:
    """The logical names of a deployment that nobody interrupts."""
    account = new_account()
    prepare_landing_zone(account)
    program = yaml_program(tmp_path_factory.mktemp("undisturbed") / "program", INPUTS)
    stack = Stack(engine, program, "undisturbed", account.environment)
    stack.up()
    return {urn.split("::")[-1] for urn in settled(Deployment(stack, account))}


@pytest.mark.parametrize(("command", "after", "number"), cases(), ids=lambda value: getattr(value, "name", str(value)))
def test_point_6_a_run_that_was_ended_is_followed_by_one_that_ends_well(deployed, undisturbed, command, after, number):
    deployment = deployed(INPUTS)
    if command != "up":
        deployment.stack.up()
    if command == "update":
        path = deployment.stack.folder / "Pulumi.yaml"
        text = json.loads(path.read_text())
        text["resources"]["compliance"]["properties"] = CHANGED
        path.write_text(json.dumps(text))
    verb = "destroy" if command == "destroy" else "up"
    assert interrupt(deployment.stack, verb, after, number), "it ended before it was interrupted"
    recover(deployment, verb)
    if command == "destroy":
        left = leftovers(deployment.account)
        assert left == {}, left
        return
    assert {urn.split("::")[-1] for urn in settled(deployment)} == undisturbed
    again = deployment.stack.up()
    assert again.none, again.touched
    deployment.stack.destroy()
    # Roles have names that Pulumi makes up: one that was created and not recorded is nobody's any more.
    assert leftovers(deployment.account).keys() <= {"roles"}

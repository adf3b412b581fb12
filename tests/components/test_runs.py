"""What users do with a stack beside deploying it: a part of it, refreshing, ending a run, destroying."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from components import planted
from components.test_failures import HANG_GUARD
from components.test_options import shelf


def family(size: str, **options) -> dict:
    """A component with children that depend on one another."""
    return {"name": "family", "type": "suite:index:Family", "props": {"size": size}, "options": options}


def thing(size: str) -> dict:
    """A resource of the program's own."""
    return {"name": "base", "type": "cloud:index:Thing", "props": {"size": size}}


def test_a_run_of_one_resource_leaves_components_alone(program):
    described = program("yaml", {"resources": [thing("one"), family("one")]})
    described.up()
    before = described.state
    described.describe({"resources": [thing("two"), family("two"), shelf("new")]})
    base = before["base"]["urn"]
    changes = described.stack.up("--target", base)
    assert set(changes.touched) == {base}
    assert described.state["family-first"]["inputs"] == before["family-first"]["inputs"]
    assert described.state["family"]["outputs"]["firstId"] == "family-first-id"
    child = before["family-first"]["urn"]
    assert set(described.stack.up("--target", child).touched) == {child}
    steps = {urn.split("::")[-1] for urn in described.up().touched}
    assert {"family", "new", "new-board"} <= steps and "base" not in steps
    assert described.up().none


def test_a_refresh_finds_nothing_and_everything_goes_in_order(program):
    described = program("yaml", {"resources": [thing("base"), family("large", dependsOn=["base"])]})
    described.up()
    assert described.stack.refresh().none
    assert described.stack.up("--refresh").none
    described.stack.destroy()
    calls = planted.calls(described.log)
    deleted = [
        call["request"]["name"] for call in calls if call["method"].endswith("/Delete") and not call.get("response")
    ]
    begun = list(dict.fromkeys(deleted))
    assert begun == ["family-last", "family-shelf-board", "family-first", "base"]
    assert described.state == {}


def test_a_run_that_the_user_ends_is_over_soon_and_the_next_one_goes_on(program):
    described = program("yaml", {"resources": [family("slow by 3")]})
    stack = described.stack
    command = [
        stack.engine.binaries / "pulumi",
        "up",
        "--yes",
        "--skip-preview",
        "--non-interactive",
        "--stack",
        stack.name,
    ]
    variables = stack.engine.variables() | stack.account | {"PULUMI_SKIP_CHECKPOINTS": "false"}
    run = subprocess.Popen(
        command, cwd=stack.folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    began = time.monotonic()
    while not any(call["method"].endswith("/Create") for call in planted.calls(described.log)):
        assert time.monotonic() - began < HANG_GUARD
        time.sleep(0.1)
    # The engine alone: it ends the plugins.
    os.kill(run.pid, signal.SIGINT)
    told, _ = run.communicate(timeout=HANG_GUARD)
    assert run.returncode != 0
    for noise in ("prematurely", "panic", "EOF", "connection"):
        assert noise not in told, told
    assert "family" not in described.state or not described.state["family"].get("outputs")
    described.up()
    assert described.state["family"]["outputs"]["firstId"] == "family-first-id"


@pytest.mark.parametrize(("options", "refused"), [({}, True), ({"providers": ["north"]}, False)])
def test_a_stack_without_default_providers_says_which_is_missing(program, options, refused):
    north = {"name": "north", "type": "pulumi:providers:cloud", "props": {"region": "north"}}
    described = program("yaml", {"resources": [north, shelf("shelf", **options)]})
    described.stack.configure("pulumi:disable-default-providers", ["cloud"])
    if refused:
        told = described.fails()
        assert "Default provider for 'cloud' disabled" in told and "shelf-board" in told
    else:
        described.up()
        assert described.state["shelf-board"]["outputs"]["arn"] == "arn:north:shelf-board"

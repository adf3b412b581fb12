"""A plugin that was started by hand serves several engines at once, and tells them and their providers apart."""

from __future__ import annotations

import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from components.test_failures import failing


@pytest.fixture(scope="module")
def attached(suite_binary) -> str:
    """What names a plugin that runs already to an engine."""
    plugin = subprocess.Popen([suite_binary], stdout=subprocess.PIPE, text=True)
    yield f"suite:{plugin.stdout.readline().strip()}"
    assert plugin.poll() is None, "it serves until it is ended"
    plugin.send_signal(signal.SIGINT)
    assert plugin.wait(timeout=5) == 0


def shops(greeting: str) -> dict:
    """A program with shops of the stack's configuration and of a provider's, and a component that takes a while."""
    return {
        "resources": [
            {"name": "settings", "type": "pulumi:providers:suite", "props": {"greeting": f"explicit {greeting}"}},
            {"name": "family", "type": "suite:index:Family", "props": {"size": "slow by 2"}, "get": ["firstId"]},
            {"name": "early", "type": "suite:index:Shop", "get": ["greeting"]},
            {"name": "explicit", "type": "suite:index:Shop", "options": {"provider": "settings"}, "get": ["greeting"]},
            # Constructed when every provider of both engines is configured.
            {"name": "late", "type": "suite:index:Shop", "options": {"dependsOn": ["family"]}, "get": ["greeting"]},
            {"name": "speaking", "type": "suite:index:Speaking", "get": ["place"]},
        ],
        "outputs": {name: {"$get": [name, "greeting"]} for name in ("early", "explicit", "late")}
        | {"place": {"$get": ["speaking", "place"]}},
    }


@pytest.fixture(scope="module")
def two(program, attached) -> list:
    """Two stacks that are deployed at once, and what each run said."""
    stacks = []
    for greeting in ("aye", "bonjour"):
        described = program("yaml", shops(greeting))
        described.stack.configure("suite:greeting", greeting)
        described.stack.account["PULUMI_DEBUG_PROVIDERS"] = attached
        stacks.append((greeting, described))
    with ThreadPoolExecutor() as at_once:
        runs = [at_once.submit(described.up) for _, described in stacks]
    return [(greeting, described, run.result()) for (greeting, described), run in zip(stacks, runs, strict=True)]


def test_each_engine_gets_its_own_components(two):
    for _, described, _ in two:
        assert described.stack.outputs()["place"] == f"organization/suite-tests/{described.stack.name}"
        assert described.state["family-last"]["parent"] == described.state["family"]["urn"]


def test_messages_go_to_the_engine_whose_component_says_them(two):
    for _, described, run in two:
        said = run.messages(described.state["speaking"]["urn"])
        assert [line for line in said if "number" in line] == [f"said as number {number}" for number in range(1, 21)]


def test_each_provider_keeps_its_own_configuration(two):
    for greeting, described, _ in two:
        outputs = described.stack.outputs()
        greetings = {name: outputs[name] for name in ("early", "explicit", "late")}
        assert greetings == {"early": greeting, "explicit": f"explicit {greeting}", "late": greeting}


def test_an_engine_that_gives_up_leaves_the_others_alone(program, attached):
    slow = program("yaml", shops("hello"))
    broken = program("yaml", failing("describing"))
    for described in (slow, broken):
        described.stack.account["PULUMI_DEBUG_PROVIDERS"] = attached
    with ThreadPoolExecutor() as at_once:
        running, told = at_once.submit(slow.up), at_once.submit(broken.fails)
    assert "nothing fits" in told.result()
    assert {entry["severity"] for entry in running.result().diagnostics} == {"warning"}
    assert slow.state["family"]["outputs"]["firstId"] == "family-first-id"

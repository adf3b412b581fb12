"""The engine with the suite's plugin and its cloud, and stacks of described programs."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from components import conforming, planted
from components.description import LANGUAGES, write
from harness.artefacts import BUILD, ROOT, tools
from harness.engine import Engine, pinned
from harness.stack import Changes, Stack

_names = itertools.count(1)
# The program in TypeScript is compiled with every run; a description has no types to check.
ENVIRONMENT = {"PULUMI_NODEJS_TRANSPILE_ONLY": "true"}
LAUNCHER = '#!/bin/sh\nPYTHONPATH={tests} exec {python} -m components.cloud "$@"\n'


@pytest.fixture(scope="session")
def suite_binary() -> Path:
    """The suite's plugin."""
    return tools.cargo_binary("pulumi-resource-suite", "the plugin of the suite")


@pytest.fixture(scope="session")
def suite_engine(suite_binary, tmp_path_factory) -> Engine:
    """A Pulumi home with the suite's plugin and the cloud."""
    made = Engine.empty(BUILD / f"components-{os.getpid()}", pinned())
    plugin, cloud = tmp_path_factory.mktemp("suite"), tmp_path_factory.mktemp("cloud")
    shutil.copy2(suite_binary, plugin)
    launcher = cloud / "pulumi-resource-cloud"
    launcher.write_text(LAUNCHER.format(tests=ROOT / "tests", python=sys.executable))
    launcher.chmod(0o755)
    made.run(["plugin", "install", "resource", "suite", "0.1.0", "--file", plugin])
    made.run(["plugin", "install", "resource", "cloud", "1.0.0", "--file", cloud])
    yield made
    programs = BUILD / "programs" / made.folder.name
    shown = planted.kept(made.folder / "backend")
    for folder in (made.folder, programs):
        shutil.rmtree(folder, ignore_errors=True)
    assert shown == [], "what is kept of a stack shows no secret"


class Watched(Stack):
    """A stack whose every run is searched for planted secrets, and for constructions that did not do what they must."""

    read = 0
    language = ""

    def run(self, *arguments, check: bool = True):
        """Run a command of the engine's on this stack."""
        done = super().run(*arguments, check=check)
        assert planted.said(done.stdout + done.stderr, self.language) == []
        log = Path(self.account["PULUMI_DEBUG_GRPC"])
        calls = planted.calls(log, self.read)
        self.read = log.stat().st_size if log.exists() else 0
        assert planted.sent(calls) == set()
        assert "\n".join(conforming.problems(calls)) == ""
        return done


@dataclass
class Described:
    """A stack of a described program, which can be described anew."""

    stack: Stack
    language: str
    # The calls that the engine made and answered, of all runs.
    log: Path

    def describe(self, description: dict) -> None:
        """Change the program."""
        write(self.stack.folder, self.language, description)

    def up(self) -> Changes:
        """Deploy."""
        return self.stack.up()

    @property
    def state(self) -> dict[str, dict]:
        """The recorded resources by logical name; the component's own provider instances are there too."""
        return {urn.split("::", 3)[3]: resource for urn, resource in self.stack.resources().items()}

    def fails(self, *flags: str) -> str:
        """What a deployment says that must fail."""
        done = self.stack.run("up", "--yes", "--skip-preview", "--json", *flags, check=False)
        assert done.returncode != 0, done.stdout
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        told = [event["diagnosticEvent"] for event in told if "diagnosticEvent" in event]
        return "\n".join(entry["message"] for entry in told if entry["severity"] == "error")


@pytest.fixture(scope="session")
def program(suite_engine, tmp_path_factory) -> Callable[[str, dict], Described]:
    """`program(language, description)`: a stack of its own."""

    def make(language: str, description: dict, **config: str) -> Described:
        folder = tmp_path_factory.mktemp(language) / "program"
        write(folder, language, description)
        log = folder.parent / "calls"
        environment = ENVIRONMENT | {"PULUMI_DEBUG_GRPC": str(log)}
        stack = Watched(suite_engine, folder, f"{language}{next(_names)}", environment, **config)
        stack.language = language
        return Described(stack, language, log)

    return make


@pytest.fixture(scope="session")
def in_every_language() -> Callable:
    """`in_every_language(run)`: what `run(language)` gives, by language; two run at once."""

    def every(run: Callable) -> dict:
        with ThreadPoolExecutor(2) as at_once:
            return dict(zip(LANGUAGES, at_once.map(run, LANGUAGES), strict=True))

    return every

"""What the demo and the tests need built, side by side: tools in Go, crates, packages of npm and of Python."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

from . import artefacts
from .artefacts import ToolchainError, cache, tools

Step = Callable[[], object]


def engine() -> None:
    """The pinned engine and its language hosts."""
    tools.engine()


def crates() -> None:
    """The functions and the plugin."""
    artefacts.plugin()


def tests_of_crates() -> None:
    """The functions, the plugin, and every test program."""
    tools.cargo_environment()
    with cache.timed("the tests of the crates"):
        cargo = ["cargo", "test", *tools.WORKSPACE, "--all-targets", "--no-run", "--quiet"]
        cache.run(cargo, **tools.cargo_environment())
    programs()


def programs() -> None:
    """The plugins, and the programs of crates that tests in Python run."""
    artefacts.plugin()
    for name in ("bench-sixty", "pulumi-resource-queues", "pulumi-resource-suite", "xtask"):
        artefacts.program(name)
    for name in ("auditor", "look", "million", "record_children", "runs", "sample", "store"):
        artefacts.program(name, "example")


def deployable() -> None:
    """The functions as they are installed, whose size and whose needs of glibc a test reads."""
    tools.bundle(optimized=True)


def packages() -> None:
    """The SDKs as programs install them."""
    artefacts.node_packages()
    artefacts.python_packages()


FOR_DEMO: tuple[Step, ...] = (engine, crates, packages)
FOR_RUST: tuple[Step, ...] = (tests_of_crates,)
FOR_PYTHON: tuple[Step, ...] = (engine, tools.sdkgen, tools.dotnetgen, programs, packages, deployable)
# `tests_of_crates` builds the programs, too.
FOR_TESTS: tuple[Step, ...] = (engine, tools.sdkgen, tools.dotnetgen, tests_of_crates, packages, deployable)


class Builds:
    """Steps that run side by side."""

    def __init__(self, *steps: Step) -> None:
        self.at_once = ThreadPoolExecutor(len(steps))
        self.running = {step: self.at_once.submit(step) for step in steps}

    def wait(self, *steps: Step) -> None:
        """Wait for these steps, or for all; the first failure is raised when they have ended."""
        waiting = [self.running[step] for step in steps or self.running]
        failures = [error for ended in as_completed(waiting) if (error := ended.exception())]
        if failures:
            raise next((one for one in failures if isinstance(one, ToolchainError)), failures[0])


def build(*steps: Step) -> None:
    """Take all steps side by side, to their end."""
    Builds(*steps).wait()

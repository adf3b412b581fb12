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
    for name in ("bench-sixty", "pulumi-resource-queues", "pulumi-resource-suite"):
        tools.cargo_binary(name, name)
    for name in ("look", "million", "runs", "sample", "store"):
        tools.cargo_binary(name, f"the example `{name}`", kind="example")


def deployable() -> None:
    """The functions as they are installed, whose size and whose needs of glibc a test reads."""
    tools.bundle(optimised=True)


def packages() -> None:
    """The SDKs as programs install them."""
    artefacts.node_packages()
    artefacts.python_packages()


FOR_DEMO: tuple[Step, ...] = (engine, crates, packages)
FOR_RUST: tuple[Step, ...] = (tests_of_crates,)
FOR_PYTHON: tuple[Step, ...] = (engine, tools.sdkgen, tools.dotnetgen, programs, packages)
FOR_TESTS: tuple[Step, ...] = (engine, tools.sdkgen, tools.dotnetgen, tests_of_crates, packages, deployable)


def build(*steps: Step) -> None:
    """Take all steps at once; the first failure is raised when all have ended."""
    failures: list[Exception] = []
    with ThreadPoolExecutor(len(steps)) as at_once:
        for ended in as_completed([at_once.submit(step) for step in steps]):
            if error := ended.exception():
                failures.append(error)
    if failures:
        raise next((one for one in failures if isinstance(one, ToolchainError)), failures[0])

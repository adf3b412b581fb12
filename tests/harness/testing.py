"""`make test`: everything that the tests need is built side by side, then the tests of Rust and those of Python run.

usage: python3 tools/toolchain python -m harness.testing [rust | python [PATH...]]

Progress is shown while they run. At the end come the slowest tests, what failed with the command that repeats it
alone, and one line with the numbers of all runners, also when a build fails or the run is interrupted.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import building, prerequisites
from .artefacts import ROOT, ToolchainError, tools
from .counting import CARGO, PYTEST, RECORD, Interrupted, Outcome, cargo_lines, pytest_records

SLOWEST = 15
# All tests of a file on one worker, in their order: they share a deployment. Groups by mark do nothing with pytest 9.2,
# whose node ids xdist 3.8 cannot change.
DISTRIBUTION = ("--dist", "loadfile", "--no-loadscope-reorder")
# One more than there are cores: some tests wait for a function, a timeout or a plugin that is slow on purpose.
WORKERS = (os.cpu_count() or 1) + 1
# The shell's code for a command that Ctrl-C ended.
INTERRUPTED = 130


def rust() -> Outcome:
    """The tests of the crates, and the programs in the documentation of the published one."""
    workspace = cargo("test", *tools.WORKSPACE, "--all-targets", "--no-fail-fast")
    return workspace + cargo("test", "--package", "pulumi-component", "--doc", "--all-features", "--locked")


def cargo(*arguments: str) -> Outcome:
    """Run tests with cargo."""
    environment = os.environ | tools.cargo_environment()
    run = subprocess.Popen(
        ["cargo", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        outcome = cargo_lines(run.stdout)
    except Interrupted:
        # cargo and the test program that it runs.
        os.killpg(run.pid, signal.SIGTERM)
        run.wait()
        raise
    if run.wait() and not outcome.failed:
        # No test ran.
        outcome += Outcome(failed=1, repeat=[f"{CARGO} {shlex.join(arguments)}"])
    return outcome


def python(*paths: str) -> Outcome:
    """The tests of tools, simulated account and engine."""
    paths = paths or ("tests",)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        command = [sys.executable, "-m", "pytest", *paths, "-q", "-n", str(WORKERS), *DISTRIBUTION]
        run = subprocess.Popen(command, cwd=ROOT, env=os.environ | {RECORD: str(record)})
        interrupted = False
        try:
            ended = run.wait()
        except KeyboardInterrupt as interrupt:
            # The terminal interrupts pytest as well; a signal to this process alone does not.
            if isinstance(interrupt, Terminated):
                run.send_signal(signal.SIGINT)
            # Its fixtures still end what they started.
            ended, interrupted = run.wait(), True
        outcome = pytest_records(record)
    if ended and not outcome.failed:
        outcome += Outcome(failed=1, repeat=[f"{PYTEST} {shlex.join(paths)}"])
    if interrupted:
        raise Interrupted(outcome)
    return outcome


class Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a run as Ctrl-C does."""


def terminate(*_signal) -> None:
    """Raise `Terminated`."""
    raise Terminated


RUNNERS: dict[str, Callable[..., Outcome]] = {"rust": rust, "python": python}
STEPS = {"rust": building.FOR_RUST, "python": building.FOR_PYTHON, "": building.FOR_TESTS}
# The steps that a runner waits for; without an entry, all.
NEEDS = {"rust": building.FOR_RUST}


def main(arguments: list[str]) -> int:
    """Build, run what is asked for or everything, and sum up; 1 if something failed, 2 for an invalid call."""
    chosen, paths = arguments[:1] or list(RUNNERS), arguments[1:]
    if not set(chosen) <= set(RUNNERS) or (paths and chosen != ["python"]):
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, terminate)
    began, outcome, code = time.monotonic(), Outcome(), 0
    try:
        if "python" in chosen and prerequisites.main():
            raise ToolchainError("a program is missing")
        builds = building.Builds(*STEPS[arguments[0] if arguments else ""])
        for name in chosen:
            builds.wait(*NEEDS.get(name, ()))
            outcome += timed(name, *paths)
    except KeyboardInterrupt as interrupt:
        code = INTERRUPTED
        outcome += interrupt.outcome if isinstance(interrupt, Interrupted) else Outcome(failed=1)
        print("\ninterrupted", file=sys.stderr)
    except Exception as error:
        outcome += Outcome(failed=1, repeat=[f"make {'-'.join(['test', *arguments[:1]])}"])
        what = error if isinstance(error, ToolchainError) else f"{type(error).__name__}: {error}"
        print(f"error: {what}", file=sys.stderr)
    summarize(outcome, time.monotonic() - began)
    return code or (1 if outcome.failed else 0)


def timed(name: str, *paths: str) -> Outcome:
    """Run one runner between two lines that say so."""
    print(f"\n== tests in {name.title()}", flush=True)
    started = time.monotonic()
    outcome = RUNNERS[name](*paths)
    print(f"  tests in {name.title()}: {time.monotonic() - started:.0f} s", flush=True)
    return outcome


def summarize(outcome: Outcome, seconds: float) -> None:
    """Print the slowest tests, the commands that repeat what failed, and the numbers."""
    print(f"\n== the slowest {SLOWEST}")
    for took, name in sorted(outcome.durations, reverse=True)[:SLOWEST]:
        print(f"  {took:6.1f} s  {name}")
    if outcome.repeat:
        print("\n== failed; to repeat each alone")
        print("\n".join(f"  {command}" for command in dict.fromkeys(outcome.repeat)))
    print(f"\n== done in {seconds:.0f} s")
    print(f"{outcome.passed} passed, {outcome.failed} failed", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make test`: everything that the tests need is built side by side, then the tests of Rust and those of Python run.

usage: python3 tools/toolchain python -m harness.testing [rust | python [PATH...]]

Progress is shown while they run. At the end stand the slowest tests, what failed with the command that repeats it
alone, and one line with the numbers of all runners.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from . import building, prerequisites
from .artefacts import BUILD, ROOT, ToolchainError, tools

SLOWEST = 15
# All tests of a file on one worker, in their order: they share a deployment. Groups by mark do nothing with pytest 9.2,
# whose node ids xdist 3.8 cannot change.
DISTRIBUTION = ("--dist", "loadfile", "--no-loadscope-reorder")
# One more than there are cores: some tests wait for a function, a timeout or a plugin that is slow on purpose.
WORKERS = (os.cpu_count() or 1) + 1
REPORT = BUILD / "tests.xml"
CARGO = "python3 tools/toolchain cargo"
PYTEST = "python3 tools/toolchain python -m pytest"
# What cargo says of each test program.
PROGRAM = re.compile(r"^\s+(?:Running (?:unittests )?(\S+) \(.*/([^/]+?)-[0-9a-f]{16}\)|Doc-tests (\S+))")
RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; .* finished in ([\d.]+)s")
RERUN = re.compile(r"^\s*(?:error: \d+ targets? failed:|error: .*to rerun pass `(.+)`|`(-.+)`)$")


@dataclass
class Outcome:
    """What a runner counted."""

    passed: int = 0
    failed: int = 0
    # Seconds and name.
    durations: list[tuple[float, str]] = field(default_factory=list)
    # Commands that repeat what failed.
    repeat: list[str] = field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.durations + other.durations,
            self.repeat + other.repeat,
        )


def rust() -> Outcome:
    """The tests of the crates, and the programs in the documentation of the published one."""
    workspace = cargo("test", *tools.WORKSPACE, "--all-targets", "--no-fail-fast")
    return workspace + cargo("test", "--package", "pulumi-component", "--doc", "--all-features", "--locked")


def cargo(*arguments: str) -> Outcome:
    """Run tests of cargo's."""
    environment = os.environ | tools.cargo_environment()
    run = subprocess.Popen(
        ["cargo", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    outcome = heard(run.stdout)
    if run.wait() and not outcome.failed:
        # It did not come to tests.
        outcome += Outcome(failed=1, repeat=[f"{CARGO} {' '.join(arguments)}"])
    return outcome


def heard(lines: Iterable[str]) -> Outcome:
    """What cargo says, counted; a line is printed for each test program, and everything that a failed one says."""
    outcome, name, said = Outcome(), "", []
    for line in lines:
        if program := PROGRAM.match(line):
            source, binary, documented = program.groups()
            name, said = f"doc-tests of {documented}" if documented else f"{binary} ({source})", []
        elif result := RESULT.match(line):
            passed, failed, seconds = int(result[1]), int(result[2]), float(result[3])
            outcome += Outcome(passed, failed, [(seconds, name)] if passed + failed else [])
            if failed:
                print("".join(said), end="")
            if passed + failed:
                print(f"  {name}: {passed} passed, {failed} failed in {seconds:.1f} s", flush=True)
        elif rerun := RERUN.match(line):
            if targets := rerun[1] or rerun[2]:
                outcome.repeat.append(f"{CARGO} test {targets}")
        else:
            said.append(line)
    # Of programs that did not compile, the compiler's words.
    print("".join(line for line in said if not line.startswith(("running ", "test ", "\n"))), end="", flush=True)
    return outcome


def python(*paths: str) -> Outcome:
    """The tests of tools, simulated account and engine."""
    REPORT.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", *(paths or ("tests",)), "-q"]
    command += ["-n", str(WORKERS), *DISTRIBUTION]
    command += [f"--junitxml={REPORT}", "-o", "junit_family=xunit1"]
    ended = subprocess.run(command, cwd=ROOT).returncode
    outcome = read(REPORT) if REPORT.exists() else Outcome()
    if ended and not outcome.failed:
        outcome += Outcome(failed=1, repeat=[" ".join([PYTEST, *(paths or ("tests",))])])
    return outcome


def read(report: Path) -> Outcome:
    """What pytest wrote down."""
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase"):
        bad = case.find("failure") is not None or case.find("error") is not None
        name = f"{case.get('file')}::{case.get('name')}"
        outcome.durations.append((float(case.get("time", 0)), name))
        outcome.passed, outcome.failed = outcome.passed + (not bad), outcome.failed + bad
        if bad:
            outcome.repeat.append(f"{PYTEST} '{name}'")
    return outcome


RUNNERS: dict[str, Callable[..., Outcome]] = {"rust": rust, "python": python}
STEPS = {"rust": building.FOR_RUST, "python": building.FOR_PYTHON, "": building.FOR_TESTS}


def main(arguments: list[str]) -> int:
    """Build, run what is asked for or everything, and sum up; 1 where something failed, 2 for a wrong call."""
    began = time.monotonic()
    chosen, paths = arguments[:1] or list(RUNNERS), arguments[1:]
    if not set(chosen) <= set(RUNNERS) or (paths and chosen != ["python"]):
        print(__doc__, file=sys.stderr)
        return 2
    if prerequisites.main():
        return 1
    try:
        building.build(*STEPS[chosen[0] if arguments else ""])
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    outcome = Outcome()
    for name in chosen:
        print(f"\n== tests in {name.title()}", flush=True)
        started = time.monotonic()
        outcome += RUNNERS[name](*paths)
        print(f"  tests in {name.title()}: {time.monotonic() - started:.0f} s", flush=True)
    print(f"\n== the slowest {SLOWEST}")
    for seconds, name in sorted(outcome.durations, reverse=True)[:SLOWEST]:
        print(f"  {seconds:6.1f} s  {name}")
    if outcome.repeat:
        print("\n== failed; each alone again with")
        print("\n".join(f"  {command}" for command in outcome.repeat))
    print(f"\n== done in {time.monotonic() - began:.0f} s")
    print(f"{outcome.passed} passed, {outcome.failed} failed", flush=True)
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

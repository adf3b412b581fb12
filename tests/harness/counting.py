"""Counts what cargo and pytest report, and names the command that repeats each failure alone."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

CARGO = "python3 tools/toolchain cargo"
PYTEST = "python3 tools/toolchain python -m pytest"
# Names the file into which `tests/conftest.py` writes a line for each report of pytest.
RECORD = "AWS_COMPLIANCE_TEST_RECORD"
# What cargo prints before each test program, and what the program prints.
PROGRAM = re.compile(r"^\s+(?:Running (?:unittests )?(\S+) \(.*/([^/]+?)-[0-9a-f]{16}\)|Doc-tests (\S+))")
FAILED_TEST = re.compile(r"^test (.+?)(?: - should panic)? \.\.\. FAILED$")
RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; .* finished in ([\d.]+)s")
# What cargo prints after a program failed, and for each failed program again at the end.
RERUN = re.compile(r"^\s*(?:error: .*to rerun pass `(.+)`|error: \d+ targets? failed:|`-.+`)$")


@dataclass
class Outcome:
    """What a runner counted."""

    passed: int = 0
    failed: int = 0
    # Seconds and name.
    durations: list[tuple[float, str]] = field(default_factory=list)
    # Commands that repeat the failures.
    repeat: list[str] = field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.durations + other.durations,
            self.repeat + other.repeat,
        )


class Interrupted(KeyboardInterrupt):
    """A run that was ended from outside, with what it counted before."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


@dataclass
class Program:
    """A test program of cargo, while its lines are read."""

    name: str = ""
    said: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    ended: bool = False

    def repeat(self, target: str) -> list[str]:
        """The commands that repeat its failures; the whole program if it did not name a test."""
        command = f"{CARGO} test {target}"
        return [f"{command} -- --exact {shlex.quote(name)}" for name in self.failed] or [command]


def cargo_lines(output: Iterable[str]) -> Outcome:
    """Count what `cargo test` prints; a line is printed for each test program, and the whole output of a failed one.

    An ignored test counts as failed: this project has none.
    """
    outcome, program, lines = Outcome(), Program(), iter(output)
    while True:
        try:
            line = next(lines, None)
        except KeyboardInterrupt:
            # The program that runs now has no result.
            raise Interrupted(outcome + Outcome(failed=1)) from None
        if line is None:
            break
        if found := PROGRAM.match(line):
            source, binary, documented = found.groups()
            program = Program(f"doc-tests of {documented}" if documented else f"{binary} ({source})")
        elif found := RESULT.match(line):
            passed, failed, ignored = map(int, found.groups()[:3])
            seconds = float(found[4])
            program.ended = True
            outcome += Outcome(passed, failed + ignored, [(seconds, program.name)] if passed + failed else [])
            if failed:
                print("".join(program.said), end="")
            if passed + failed + ignored:
                skipped = f", {ignored} ignored (count as failed)" if ignored else ""
                print(f"  {program.name}: {passed} passed, {failed} failed{skipped} in {seconds:.1f} s", flush=True)
        elif found := RERUN.match(line):
            if not found[1]:
                continue
            if not program.ended:
                # It was killed or aborted before it could count.
                print("".join(program.said), end="")
                print(f"  {program.name}: ended without a result", flush=True)
                outcome.failed += 1
            outcome.repeat += program.repeat(found[1])
            program = Program()
        else:
            program.said.append(line)
            if found := FAILED_TEST.match(line):
                program.failed.append(found[1])
    if not program.ended:
        # Of programs that did not compile, the compiler's output.
        print("".join(line for line in program.said if not line.startswith(("running ", "test ", "\n"))), end="")
    return outcome


def pytest_records(record: Path) -> Outcome:
    """Count what pytest reported so far.

    A test passes if each of its phases did. One without an end was interrupted, and counts as failed; so does a skipped
    one: this project has none.
    """
    phases: dict[str, dict[str, str]] = {}
    seconds: dict[str, float] = {}
    for line in record.read_text().splitlines() if record.exists() else ():
        report = json.loads(line)
        name = report["nodeid"]
        phases.setdefault(name, {})[report["when"]] = report["outcome"]
        seconds[name] = seconds.get(name, 0) + report["duration"]
    outcome = Outcome()
    for name, outcomes in phases.items():
        good = set(outcomes.values()) == {"passed"} and "teardown" in outcomes
        outcome += Outcome(int(good), int(not good), [(seconds[name], name)])
        if not good:
            outcome.repeat.append(f"{PYTEST} {shlex.quote(name)}")
    return outcome

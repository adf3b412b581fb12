"""Runs the driver against each peer, round by round, and reduces what it prints to medians."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.artefacts import ToolchainError

from . import peers

CHILDREN = 60
LATER = 5
ROUNDS = 5
DELAYS_MS = (0, 20)
# Component, three layers of children, outputs.
CHAIN = 5
MANY = (1700, 6800)
MANY_ROUNDS = 3
FLOOR_RUNS = 20


@dataclass
class Small:
    """The component with its usual number of children, at one delay; ms and MiB."""

    to_port: float
    first: float
    start_and_first: float
    later: float
    peak: float


@dataclass
class Many:
    """The component with many children in one Construct, the calls taking no time."""

    seconds: float
    busy: float
    peak: float


@dataclass
class Measured:
    """A peer's medians."""

    small: dict[int, Small] = field(default_factory=dict)
    many: dict[int, Many] = field(default_factory=dict)
    # Calls of one Construct that are neither a registration nor its end.
    further_calls: int = 0


def drive(*arguments, command: Iterable = ()) -> dict:
    """Run the driver; its own words say what went wrong."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    line = [peers.driver(), *arguments, *(["--", *command] if command else [])]
    with tempfile.TemporaryDirectory() as folder:
        outcome = subprocess.run(list(map(str, line)), cwd=folder, env=environment, capture_output=True, text=True)
    if outcome.returncode:
        raise ToolchainError(f"the bench's driver failed: {outcome.stderr.strip()}")
    return json.loads(outcome.stdout)


def run(command: list, delay_ms: int, counts: Iterable[int]) -> dict:
    """One process of a peer, with one Construct for each count."""
    listed = ",".join(map(str, counts))
    return drive("run", "--delay", f"{delay_ms}ms", "--counts", listed, command=command)


def small_of(results: list[dict]) -> Small:
    """Medians of several processes."""
    first = [result["constructs"][0] for result in results]
    later = [construct["ms"] for result in results for construct in result["constructs"][1:]]
    return Small(
        to_port=statistics.median(result["toPortMs"] for result in results),
        first=statistics.median(construct["ms"] for construct in first),
        start_and_first=statistics.median(construct["sinceStartMs"] for construct in first),
        later=statistics.median(later),
        peak=statistics.median(result["constructs"][-1]["peakKib"] for result in results) / 1024,
    )


def many_of(results: list[dict]) -> Many:
    """Medians of several processes, whose first Construct only warmed them."""
    pairs = [result["constructs"] for result in results]
    return Many(
        seconds=statistics.median(last["ms"] for _, last in pairs) / 1000,
        busy=statistics.median(last["busyMs"] - first["busyMs"] for first, last in pairs) / 1000,
        peak=statistics.median(last["peakKib"] for _, last in pairs) / 1024,
    )


def further_calls(result: dict) -> int:
    """What an SDK asks of the monitor beside registering, in one Construct."""
    registering = ("RegisterResource", "RegisterResourceOutputs")
    further = sum(calls for name, calls in result["calls"].items() if name not in registering)
    return further // len(result["constructs"])


def every_peer() -> dict[str, Measured]:
    """Measure all peers, in turn within each round, so that a busy moment of the machine meets all alike."""
    commands = {peer.language: peer.command(True) for peer in peers.ALL}
    small: dict[tuple[str, int], list[dict]] = {}
    # The first round only fills caches: pages of binaries, Python's compiled modules.
    for number in range(ROUNDS + 1):
        say(f"round {number} of {ROUNDS}: {CHILDREN} children")
        for language, command in commands.items():
            for delay in DELAYS_MS:
                result = run(command, delay, [CHILDREN] * (1 + LATER))
                if number:
                    small.setdefault((language, delay), []).append(result)
    many: dict[tuple[str, int], list[dict]] = {}
    for number in range(MANY_ROUNDS):
        say(f"round {number + 1} of {MANY_ROUNDS}: {' and '.join(f'{count:,}' for count in MANY)} children")
        for language, command in commands.items():
            for count in MANY:
                many.setdefault((language, count), []).append(run(command, 0, [CHILDREN, count]))
    return {
        language: Measured(
            small={delay: small_of(small[language, delay]) for delay in DELAYS_MS},
            many={count: many_of(many[language, count]) for count in MANY},
            further_calls=further_calls(small[language, 0][0]),
        )
        for language in commands
    }


def floor() -> float:
    """Milliseconds until a program that does nothing has printed a line: a shell."""
    shell = ["sh", "-c", "echo 1; exec sleep 5"]
    return statistics.median(drive("start", command=shell)["toPortMs"] for _ in range(FLOOR_RUNS))


def ceiling() -> dict[int, float]:
    """Seconds in which the fake monitor answers so many registrations of a client that does nothing else."""
    listed = ",".join(map(str, MANY))
    rounds = [drive("ceiling", "--counts", listed)["constructs"] for _ in range(MANY_ROUNDS)]
    return {count: statistics.median(r[i]["ms"] for r in rounds) / 1000 for i, count in enumerate(MANY)}


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def versions() -> dict[str, str]:
    """The toolchains of the peers."""

    def first_line(*command: str) -> str:
        return subprocess.check_output(command, text=True).split("\n")[0].strip()

    return {
        "Rust": first_line("rustc", "--version").split()[1],
        "Go": peers.go_version(),
        "Node.js": first_line("node", "--version").removeprefix("v"),
        "Python": sys.version.split()[0],
    }

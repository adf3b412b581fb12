"""The product's own plugin: how long it starts, what it holds then, how long its default component takes."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from harness import artefacts
from harness.artefacts import PLUGIN, ROOT, tools

RUNS = 20
# What the product asks of itself.
START_MS, MEMORY_MIB, CHAIN_RATIO = 6.0, 14.0, 1.1
# What the catalogue may cost: judging all rules and three frameworks; what it adds where it is used.
JUDGED_MS, READ_MS, HELD_MIB = 5.0, 2.0, 4.0


@dataclass
class Row:
    """Something measured beside its limit."""

    what: str
    measured: str
    limit: str
    ratio: float


def start(command: list) -> tuple[float, float]:
    """Milliseconds until the port is told, and MiB of memory then."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.readline()
    took = (time.perf_counter() - began) * 1000
    memory = 0.0
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            memory = int(line.split()[1]) / 1024
    process.send_signal(signal.SIGINT)
    process.wait(timeout=10)
    return took, memory


def measure(command: list) -> tuple[float, float]:
    """Medians over the runs, the first left out."""
    results = [start(command) for _ in range(RUNS + 1)][1:]
    return statistics.median(r[0] for r in results), statistics.median(r[1] for r in results)


def construct() -> dict:
    """The construction of the default component with 20 ms a call."""
    example = ["cargo", "run", "--release", "--quiet", "--locked", "--package", "aws-compliance"]
    environment = os.environ | tools.cargo_environment(optimized=True)
    return json.loads(subprocess.check_output([*example, "--example", "construct_time"], cwd=ROOT, env=environment))


def catalogue() -> dict[str, float]:
    """What the catalogue costs, medians of several processes: each reads it for the first time."""
    example = ["cargo", "run", "--release", "--quiet", "--locked", "--package", "aws-compliance-catalog"]
    command = [*example, "--example", "judge"]
    environment = os.environ | tools.cargo_environment(optimized=True)
    results = [json.loads(subprocess.check_output(command, cwd=ROOT, env=environment)) for _ in range(RUNS + 1)][1:]
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def catalogue_rows() -> list[Row]:
    """The catalogue beside its limits."""
    cost = catalogue()
    held = cost["heldKib"] / 1024
    return [
        Row(
            f"judging {cost['rules']:.0f} rules in {cost['regions']:.0f} regions and three frameworks",
            f"{cost['judgedMs']:.1f} ms",
            f"{JUDGED_MS:.0f} ms",
            cost["judgedMs"] / JUDGED_MS,
        ),
        Row(
            "reading the catalogue, where it is used",
            f"{cost['readMs']:.1f} ms",
            f"{READ_MS:.0f} ms",
            cost["readMs"] / READ_MS,
        ),
        Row(
            "memory of the catalogue and three frameworks, where they are used",
            f"{held:.1f} MiB",
            f"{HELD_MIB:.0f} MiB",
            held / HELD_MIB,
        ),
    ]


def rows(floor: float) -> list[Row]:
    """Everything measured of the product; `floor` is how long a shell takes that prints a line, in ms."""
    took, memory = measure([artefacts.plugin(optimized=True) / PLUGIN])
    built = construct()
    ratio = built["seconds"] / built["limitSeconds"]
    chain = f"{built['limitSeconds'] * CHAIN_RATIO * 1000:.0f} ms"
    return [
        Row("start to port", f"{took:.1f} ms", f"{START_MS:.0f} ms", took / START_MS),
        Row("start to port, beside a shell that prints a line", f"{took:.1f} ms", f"{floor:.1f} ms", took / floor),
        Row("memory at the port", f"{memory:.1f} MiB", f"{MEMORY_MIB:.0f} MiB", memory / MEMORY_MIB),
        Row(
            f"default component, {built['calls']} calls of 20 ms, {built['chain']} one after the other",
            f"{built['seconds'] * 1000:.0f} ms",
            chain,
            ratio / CHAIN_RATIO,
        ),
        Row("the same beside its longest chain alone", f"{ratio:.2f}", f"{CHAIN_RATIO}", ratio / CHAIN_RATIO),
        *catalogue_rows(),
    ]

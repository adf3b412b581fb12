"""Speed and memory beside their limits: `make bench`. Numbers of one machine; no test asserts them.

Peers, measured in the same run, are the components' hosts of the languages that Pulumi has hosts for: how long an
empty provider of Python's own takes until it tells its port.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import artefacts
from .artefacts import PLUGIN, ROOT, tools

RUNS = 20
# What the issue asks for.
START_MS, MEMORY_MIB, CHAIN_RATIO = 6.0, 14.0, 1.1

PYTHON_PROVIDER = """
import sys
from pulumi.provider.experimental import component_provider_host
import pulumi
class Nothing(pulumi.ComponentResource):
    def __init__(self, name: str, args: dict, opts=None):
        super().__init__("x:index:Nothing", name, {}, opts)
component_provider_host(name="x", components=[Nothing])
"""


def start(command: list, cwd: Path = ROOT) -> tuple[float, float]:
    """Milliseconds until the port is told, and MiB of memory then."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.readline()
    took = (time.perf_counter() - began) * 1000
    memory = 0.0
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            memory = int(line.split()[1]) / 1024
    process.send_signal(signal.SIGINT)
    process.wait(timeout=10)
    return took, memory


def measure(command: list, runs: int = RUNS, cwd: Path = ROOT) -> tuple[float, float]:
    """Medians over runs, the first left out."""
    results = [start(command, cwd) for _ in range(runs + 1)][1:]
    return statistics.median(r[0] for r in results), statistics.median(r[1] for r in results)


def construct() -> dict:
    """The construction of the default component with 20 ms a call."""
    example = ["cargo", "run", "--release", "--quiet", "--locked", "--package", "aws-compliance"]
    environment = os.environ | tools.cargo_environment()
    return json.loads(subprocess.check_output([*example, "--example", "construct_time"], cwd=ROOT, env=environment))


def row(what: str, measured: str, limit: str, ratio: float) -> None:
    """One line of the table."""
    print(f"{what:44} {measured:>12} {limit:>14} {ratio:8.2f}")


def main() -> int:
    """Measure and print."""
    took, memory = measure([artefacts.plugin() / PLUGIN])
    floor, _ = measure(["sh", "-c", "echo 1; exec sleep 5"])
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "__main__.py"
        program.write_text(PYTHON_PROVIDER)
        peer, peer_memory = measure([tools.python(), program, "127.0.0.1:1"], runs=3, cwd=Path(folder))
    built = construct()
    print(f"{'':44} {'measured':>12} {'limit':>14} {'ratio':>8}")
    row("start to port", f"{took:.1f} ms", f"{START_MS:.0f} ms", took / START_MS)
    row("  beside a shell that prints a line", f"{took:.1f} ms", f"{floor:.1f} ms", took / floor)
    row("  beside Pulumi's component host for Python", f"{took:.1f} ms", f"{peer:.0f} ms", took / peer)
    row("memory at the port", f"{memory:.1f} MiB", f"{MEMORY_MIB:.0f} MiB", memory / MEMORY_MIB)
    row("  beside the same host", f"{memory:.1f} MiB", f"{peer_memory:.0f} MiB", memory / peer_memory)
    ratio = built["seconds"] / built["limitSeconds"]
    limit = f"{built['limitSeconds'] * CHAIN_RATIO * 1000:.0f} ms"
    what = f"construct, {built['calls']} calls of 20 ms, chain of {built['chain']}"
    row(what, f"{built['seconds'] * 1000:.0f} ms", limit, ratio / CHAIN_RATIO)
    row("  beside the longest chain alone", f"{ratio:.2f}", f"{CHAIN_RATIO}", ratio / CHAIN_RATIO)
    return 0


if __name__ == "__main__":
    sys.exit(main())

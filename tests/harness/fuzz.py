"""Search for inputs that break `pulumi-component`, by libFuzzer: `python -m harness.fuzz [RUNS | corpus]`.

RUNS is the number of inputs for each target, a million where it is not given. `corpus` writes the committed corpus anew
from what the searches have found. provider/pulumi-component/fuzz/README.md says more.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .artefacts import BUILD, ROOT, ToolchainError, cache, tools

CRATE = ROOT / "provider/pulumi-component/fuzz"
# Longest input in bytes. What `inputs` makes of its bytes is longer than they are.
TARGETS = {"wire": 8192, "inputs": 1024}
FILES_OF_A_TARGET = 150
# What cargo-fuzz sets too, without the address sanitizer, which needs a nightly compiler.
COVERAGE = " ".join(
    [
        "-Cpasses=sancov-module",
        "-Cllvm-args=-sanitizer-coverage-level=4",
        "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
        "-Cllvm-args=-sanitizer-coverage-pc-table",
        "-Cllvm-args=-sanitizer-coverage-trace-compares",
    ]
)


def build() -> Path:
    """The folder of the targets, with coverage counters in every crate."""
    cache.require("c++", "to build libFuzzer")
    version = subprocess.run(["rustc", "-vV"], stdout=subprocess.PIPE, text=True, check=True).stdout
    host = next(line.removeprefix("host: ") for line in version.splitlines() if line.startswith("host: "))
    target = tools.cargo_target() / "fuzz"
    # With a target named, the counters stay out of build scripts and macros, which have no libFuzzer to count for.
    cargo = ["cargo", "build", "--quiet", "--release", "--target", host]
    cache.run(cargo, cwd=CRATE, CARGO_TARGET_DIR=str(target), RUSTFLAGS=COVERAGE)
    return target / host / "release"


def search(runs: int) -> None:
    """Run each target on what its corpus becomes; an input that breaks it is kept in build/fuzz."""
    binaries = build()
    for target, length in TARGETS.items():
        found = found_by(target)
        found.mkdir(parents=True, exist_ok=True)
        print(f"fuzz: {target}, {runs} inputs", flush=True)
        limits = [f"-runs={runs}", f"-max_len={length}", "-timeout=10", "-print_final_stats=1"]
        places = [f"-artifact_prefix={found.parent}/{target}-", f"-dict={CRATE / 'dictionary.txt'}"]
        folders = [found, CRATE / "corpus" / target]
        command = [binaries / target, *limits, *places, *folders]
        log = found.parent / f"{target}.log"
        with log.open("w") as output:
            failed = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ).returncode
        lines = log.read_text(errors="replace").splitlines()
        print("\n".join(lines[-60:] if failed else [line for line in lines if line.startswith("stat::")]), flush=True)
        if failed:
            raise ToolchainError(f"`{target}` is broken; {log} says by what, and the input lies beside it")


def corpus() -> None:
    """Write the committed corpus: the fewest inputs that reach all code that was reached."""
    binaries = build()
    for target, length in TARGETS.items():
        committed, fewest = CRATE / "corpus" / target, BUILD / "fuzz/fewest"
        shutil.rmtree(fewest, ignore_errors=True)
        fewest.mkdir(parents=True)
        merge = ["-set_cover_merge=1", "-use_counters=0", f"-max_len={min(length, 1024)}"]
        cache.run([binaries / target, *merge, fewest, committed, found_by(target)])
        shutil.rmtree(committed)
        committed.mkdir()
        # The longest reach the most, and every test run reads them all.
        longest = sorted(fewest.iterdir(), key=lambda file: file.stat().st_size, reverse=True)
        for file in longest[:FILES_OF_A_TARGET]:
            shutil.copy(file, committed)
        print(f"{target}: {len(list(committed.iterdir()))} inputs")


def found_by(target: str) -> Path:
    """Where a target keeps what it finds from one search to the next."""
    return BUILD / "fuzz" / target


def main(arguments: list[str]) -> int:
    """Search, or write the corpus."""
    try:
        match arguments:
            case ["corpus"]:
                corpus()
            case [] | [""]:
                search(1_000_000)
            case [runs] if runs.isdigit():
                search(int(runs))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

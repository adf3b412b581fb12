"""Format and style of what is written by hand; what is generated must compile.

Every check runs, whatever the one before it found; the names of those that failed stand at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import artefacts
from .artefacts import BUILD, ROOT, ToolchainError, tools


def rust_format() -> None:
    """rustfmt, over generated files too."""
    run("cargo", "fmt", "--all", "--check")


def clippy() -> None:
    """Clippy over everything, warnings refused."""
    run("cargo", "clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings")


def ruff() -> None:
    """Ruff over hand-written Python."""
    ruff = str(tools.python().parent / "ruff")
    run(ruff, "check", "--quiet", ".")
    run(ruff, "format", "--check", "--quiet", ".")


def eslint() -> None:
    """ESLint over hand-written TypeScript and JavaScript."""
    modules = tools.node_modules()
    run(
        str(modules / ".bin/eslint"),
        "--max-warnings",
        "0",
        "--no-error-on-unmatched-pattern",
        ".",
        NODE_MODULES=str(modules),
    )


def examples() -> None:
    """The TypeScript examples compile against the packed SDK."""
    modules = artefacts.node_packages()
    for config in sorted((ROOT / "examples").glob("**/tsconfig.json")):
        if "node_modules" in config.parts:
            continue
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            for source in [*config.parent.glob("*.ts"), config]:
                (Path(folder) / source.name).write_bytes(source.read_bytes())
            (Path(folder) / "node_modules").symlink_to(modules)
            run(str(modules / ".bin/tsc"), "--project", folder)


def generated_python() -> None:
    """The generated Python compiles."""
    run(str(tools.python()), "-m", "compileall", "-q", "-f", "sdk/python", PYTHONPYCACHEPREFIX=str(BUILD / "pycache"))


def generated_go() -> None:
    """The generated Go builds, and `go vet` finds nothing; so do the Go example and the bench."""
    for folder in ("sdk", "examples/go", "tests/bench"):
        run("go", "build", "-o", os.devnull, "./...", cwd=ROOT / folder)
        run("go", "vet", "./...", cwd=ROOT / folder)


CHECKS = (rust_format, clippy, ruff, eslint, examples, generated_python, generated_go)


def run(*command: str, cwd: Path = ROOT, **environment: str) -> None:
    """Run a check; its own words reach the terminal."""
    variables = os.environ | tools.cargo_environment() | environment
    if subprocess.run(command, cwd=cwd, env=variables).returncode:
        raise ToolchainError(" ".join(command))


def main() -> int:
    """Run all checks; 1 where one of them failed."""
    BUILD.mkdir(exist_ok=True)
    failed = []
    for check in CHECKS:
        print(f"lint: {check.__name__.replace('_', ' ')}", flush=True)
        try:
            check()
        except ToolchainError as error:
            failed.append(f"  {check.__name__.replace('_', ' ')}: {error}")
    if failed:
        print("lint: failed\n" + "\n".join(failed), file=sys.stderr)
        return 1
    print("lint: nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Format and style of what is written by hand; what is generated must compile.

Every check runs, whatever the one before it found; the names of those that failed stand at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import arns, artefacts
from .artefacts import BUILD, ROOT, ToolchainError, tools


def rust_format() -> None:
    """rustfmt, over generated files too."""
    run("cargo", "fmt", "--all", "--check")
    # No member of the workspace.
    run("cargo", "fmt", "--manifest-path", "provider/pulumi-component/fuzz/Cargo.toml", "--check")


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


def prose() -> None:
    """The words of documents, and of inputs and outputs by their reference pages (`tools/prose/words.yml`)."""
    modules = tools.node_modules()
    pages = ["README.md", "SECURITY.md", "CONTRIBUTING.md", *map(str, sorted((ROOT / "docs").glob("*.md")))]
    pages += map(str, sorted((ROOT / "docs/runbooks").glob("*.md")))
    run(str(modules / ".bin/textlint"), "--config", "tools/prose/textlint.json", *pages)


def examples() -> None:
    """The TypeScript examples compile against their packed SDK."""
    own = ROOT / "examples/component-in-rust"
    for config in sorted((ROOT / "examples").glob("**/tsconfig.json")):
        if "node_modules" in config.parts or "sdk" in config.parts:
            continue
        modules = artefacts.node_packages(own / "sdk" if own in config.parents else artefacts.SDK)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            for source in [*config.parent.glob("*.ts"), config]:
                (Path(folder) / source.name).write_bytes(source.read_bytes())
            (Path(folder) / "node_modules").symlink_to(modules)
            run(str(modules / ".bin/tsc"), "--project", folder)


def generated_python() -> None:
    """The generated Python compiles."""
    for folder in ("sdk/python", "examples/component-in-rust/sdk/python"):
        run(str(tools.python()), "-m", "compileall", "-q", "-f", folder, PYTHONPYCACHEPREFIX=str(BUILD / "pycache"))


def generated_go() -> None:
    """The generated Go builds, and `go vet` finds nothing; so do the examples, the bench and the programs of tests."""
    own = "examples/component-in-rust"
    for folder in ("sdk", "examples/go", f"{own}/sdk", f"{own}/go", "tests/bench", "tests/components/programs/go"):
        run("go", "build", "-o", os.devnull, "./...", cwd=ROOT / folder)
        run("go", "vet", "./...", cwd=ROOT / folder)


PUBLISHED = ("property-path", "pulumi-component-derive", "pulumi-component-bindgen", "pulumi-component")


def rust_docs() -> None:
    """Every public item of the published crates is documented, and every link in the documentation leads somewhere."""
    packages = [argument for name in PUBLISHED for argument in ("--package", name)]
    for features in ((), ("--all-features",)):
        run("cargo", "doc", "--no-deps", "--locked", "--quiet", *packages, *features, RUSTDOCFLAGS="-D warnings")


def rust_packages() -> None:
    """The published crates are packed as they would be uploaded, and build from what is in the packages.

    cargo takes a package of a version that it has unpacked or built before for unchanged: both are removed first, in a
    target folder of their own, so that the workspace's builds stay.
    """
    target = tools.cargo_target() / "packages"
    sources = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo") / "registry/src"
    for name in PUBLISHED:
        # Registries in a folder have no host in their names.
        for stale in (*sources.glob(f"-*/{name}-[0-9]*"), *target.glob(f"*/.fingerprint/{name}-*")):
            shutil.rmtree(stale, ignore_errors=True)
    packages = [argument for name in PUBLISHED for argument in ("--package", name)]
    run("cargo", "publish", "--dry-run", "--allow-dirty", "--quiet", *packages, CARGO_TARGET_DIR=str(target))


def workflows() -> None:
    """actionlint over workflows, and ShellCheck over them and over shell scripts."""
    shellcheck = str(tools.python().parent / "shellcheck")
    files = [".github/workflows/*.yml", "examples/pipeline/github/*.yml"]
    found = [str(path) for pattern in files for path in sorted(ROOT.glob(pattern))]
    run(str(tools.actionlint()), "-shellcheck", shellcheck, "-pyflakes", "", *found)
    run(shellcheck, ".ci/run", *map(str, sorted(ROOT.glob("examples/pipeline/scripts/*.sh"))))


def hand_made_arns() -> None:
    """No code takes an ARN apart, or puts one together, beside the parsers."""
    if found := arns.found():
        print("\n".join(found), file=sys.stderr)
        raise ToolchainError(f"{len(found)} places")


CHECKS = (
    rust_format,
    clippy,
    hand_made_arns,
    rust_docs,
    rust_packages,
    ruff,
    eslint,
    prose,
    workflows,
    examples,
    generated_python,
    generated_go,
)


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

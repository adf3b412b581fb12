"""The tools of the project, each as a function that builds it on first use and gives its place."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from cache import ROOT, ToolchainError, artefact, cache_root, digest, locked, require, run, timed

ENGINE = ROOT / "tools/engine"
PULUMI_VERSION = "3.259.0"
GO_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
LANGUAGE_HOSTS = "github.com/pulumi/pulumi/sdk/v3"
# What the functions that are installed are built for, as functions/pack.py says, and the plugin of a release.
PACKAGE_TARGET = "x86_64-unknown-linux-gnu"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint"
CYCLONEDX_VERSION = "0.5.9"
MDBOOK_VERSION = "0.5.4"
# What cargo builds for the demo and the tests: one choice of crates and features, the tests' own.
WORKSPACE = ("--locked", "--workspace", "--features", "pulumi-component/testing")


def python() -> Path:
    """The interpreter of the virtual environment with everything in tools/python/requirements.txt."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the user may run an older one
        raise ToolchainError(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    requirements = ROOT / "tools/python/requirements.txt"

    def build(folder: Path) -> None:
        run([sys.executable, "-m", "venv", folder])
        run([folder / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements])

    key = digest([requirements], sys.version, str(cache_root()))
    return artefact("python", key, "the Python tools", build) / "bin/python"


def node_modules() -> Path:
    """The npm packages of tools/node, from its lock."""
    sources = [ROOT / "tools/node/package.json", ROOT / "tools/node/package-lock.json"]

    def build(folder: Path) -> None:
        npm = require("npm", "for the TypeScript SDK and its tests")
        for source in sources:
            shutil.copy(source, folder)
        # Install scripts of @pulumi packages fetch plugins, which the tests bring themselves.
        run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)

    return artefact("node", digest(sources), "the npm packages", build) / "node_modules"


def _go_build(module: str, package: str, target: Path, *ldflags: str) -> None:
    go = require("go", "to build the Pulumi engine")
    flags = " ".join(("-s -w", *ldflags))
    run([go, "build", "-trimpath", "-ldflags", flags, "-o", target, package], cwd=ENGINE / module)


def _go_sources(module: str) -> list[Path]:
    return [path for path in (ENGINE / module).rglob("*") if path.name in ("go.mod", "go.sum") or path.suffix == ".go"]


def pulumi() -> Path:
    """The folder of the pinned `pulumi`."""

    def build(folder: Path) -> None:
        package = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
        _go_build("pulumi", package, folder / "pulumi", f"-X {GO_VERSION_VARIABLE}=v{PULUMI_VERSION}")

    return artefact("pulumi", _engine_key("pulumi"), f"pulumi {PULUMI_VERSION}", build)


def _engine_key(module: str) -> str:
    modules = [ENGINE / module / "go.mod", ENGINE / module / "go.sum"]
    return digest(modules, PULUMI_VERSION)


def yaml_host() -> Path:
    """The folder of the pinned language host for YAML."""

    def build(folder: Path) -> None:
        package = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
        _go_build("yaml", package, folder / "pulumi-language-yaml", f"-X {GO_VERSION_VARIABLE}=v1.32.0")

    return artefact("yaml", _engine_key("yaml"), "Pulumi's language host for YAML", build)


def language_hosts() -> Path:
    """The folder of the pinned language hosts for Node.js, Python and Go."""

    def build(folder: Path) -> None:
        for host in ("nodejs/cmd/pulumi-language-nodejs", "python/cmd/pulumi-language-python", "go/pulumi-language-go"):
            _go_build("hosts", f"{LANGUAGE_HOSTS}/{host}", folder / Path(host).name)
        go = require("go", "to build the Pulumi engine")
        list_module = [go, "list", "-m", "-f", "{{.Dir}}", LANGUAGE_HOSTS]
        module = subprocess.run(list_module, cwd=ENGINE / "hosts", stdout=subprocess.PIPE, text=True, check=True).stdout
        script = folder / "pulumi-language-python-exec"
        shutil.copy(Path(module.strip()) / "python/cmd/pulumi-language-python-exec", script)
        script.chmod(0o755)

    return artefact("hosts", _engine_key("hosts"), "Pulumi's language hosts", build)


def engine() -> Path:
    """One folder with the pinned engine and its language hosts, because the engine warns of hosts found elsewhere."""
    parts = [pulumi(), yaml_host(), language_hosts()]

    def build(folder: Path) -> None:
        for part in parts:
            for binary in part.glob("pulumi*"):
                os.link(binary, folder / binary.name)

    return artefact("engine", digest([], *(part.name for part in parts)), "", build)


def sdkgen() -> Path:
    """The generator of the SDKs."""

    def build(folder: Path) -> None:
        _go_build("pulumi", "./sdkgen", folder / "sdkgen")

    key = digest(_go_sources("pulumi"))
    return artefact("sdkgen", key, "the SDK generator", build) / "sdkgen"


def dotnetgen() -> Path:
    """The generator of the .NET SDK."""

    def build(folder: Path) -> None:
        _go_build("dotnet", ".", folder / "dotnetgen")

    return artefact("dotnetgen", digest(_go_sources("dotnet")), "the generator of the .NET SDK", build) / "dotnetgen"


def actionlint() -> Path:
    """The linter of workflows."""
    module = ENGINE / "actionlint"

    def build(folder: Path) -> None:
        _go_build("actionlint", ACTIONLINT, folder / "actionlint")

    key = digest([module / "go.mod", module / "go.sum"])
    return artefact("actionlint", key, "the linter of workflows", build) / "actionlint"


def cyclonedx() -> Path:
    """The folder of `cargo-cyclonedx`, which lists what a release is built from."""

    def build(folder: Path) -> None:
        cargo = require("cargo", "to build cargo-cyclonedx")
        install = [cargo, "install", "--quiet", "--locked", f"cargo-cyclonedx@{CYCLONEDX_VERSION}", "--root", folder]
        # Not the shared target folder: it would be owned by no clone.
        run(install, CARGO_TARGET_DIR=str(folder / "target"))
        shutil.rmtree(folder / "target")

    return artefact("cyclonedx", digest([], CYCLONEDX_VERSION), "cargo-cyclonedx", build) / "bin"


def mdbook() -> Path:
    """The program that makes a site of the documents."""

    def build(folder: Path) -> None:
        cargo = require("cargo", "to build mdBook")
        features = ["--no-default-features", "--features", "search"]
        install = [cargo, "install", "--quiet", "--locked", f"mdbook@{MDBOOK_VERSION}", *features, "--root", folder]
        run(install, CARGO_TARGET_DIR=str(folder / "target"))
        shutil.rmtree(folder / "target")

    return artefact("mdbook", digest([], MDBOOK_VERSION), "mdBook", build) / "bin" / "mdbook"


@functools.cache
def cargo_target() -> Path:
    """Cargo's target folder, which every clone shares, without what another clone built of the workspace itself.

    Cargo names the crates of a workspace by their places in it, and compares times to see whether they changed: it
    would take those of another clone for this one's. What they depend on is the same and stays.
    """
    target = Path(os.environ.get("CARGO_TARGET_DIR") or cache_root() / "target")
    owner = target / "clone"
    with locked("cargo-target"):
        if target.exists() and not (owner.exists() and owner.read_text() == str(ROOT)):
            for options in ((), ("--release",), ("--release", "--target", PACKAGE_TARGET)):
                run(["cargo", "clean", "--quiet", "--workspace", *options], CARGO_TARGET_DIR=str(target))
        target.mkdir(parents=True, exist_ok=True)
        owner.write_text(str(ROOT))
    return target


@functools.cache
def bundle(optimized: bool = False, architecture: str = "x86_64") -> Path:
    """The packed Lambda functions, which the plugin embeds; packed again where their sources changed.

    `optimized` is what is installed. The demo and the tests run functions that are built for this machine, with the
    crates that the tests are built with.
    """
    target = cargo_target()
    zipped = target / (f"functions/{architecture}.zip" if optimized else "functions/native.zip")
    pack = [sys.executable, ROOT / "functions/pack.py", "--out", zipped]
    if optimized:
        require("cargo", "to build the Lambda functions")
        what, pack = "the Lambda functions, optimized", [*pack, "--python-bin", python().parent, "--target-dir", target]
        pack += ["--architecture", architecture]
        with locked(zipped.stem), timed(what):
            run(pack, CARGO_TARGET_DIR=str(target))
    else:
        binary = cargo_binary("bootstrap", "the Lambda functions")
        with locked(zipped.stem):
            run([*pack, "--binary", binary])
    return zipped


def cargo_binary(name: str, what: str, kind: str = "bin", **environment: str) -> Path:
    """A program of the workspace as the tests run it: unoptimized, with the crates that the tests are built with.

    Everything is selected, so that no crate is built a second time with other features.
    """
    cargo, target = require("cargo", f"to build {what}"), cargo_target()
    binary = target / "debug" / ("examples" if kind == "example" else "") / name
    with timed(what):
        command = [cargo, "build", "--quiet", *WORKSPACE, f"--{kind}", name]
        run(command, **{"CARGO_TARGET_DIR": str(target)} | environment)
    return binary


def cargo_environment(optimized: bool = False) -> dict[str, str]:
    """What cargo needs to know: the shared target folder and the bundle to embed."""
    return {"CARGO_TARGET_DIR": str(cargo_target()), "AWS_COMPLIANCE_BUNDLE": str(bundle(optimized))}


def python_environment() -> dict[str, str]:
    """Where the project's own Python packages are.

    They are compiled once: each engine test starts a plugin and each session an account, which would compile again.
    """
    path = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "tests/sandbox")))
    return {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": ""}

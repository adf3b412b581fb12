"""What is built from this clone: the plugin, the npm tarball, the wheel."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import archives

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
PLUGIN = "pulumi-resource-aws-compliance"

sys.path[:0] = [str(ROOT / "tools/toolchain"), str(ROOT / "tests/sandbox")]
import cache  # noqa: E402

import tools  # noqa: E402

ToolchainError = cache.ToolchainError


@functools.cache
def schema() -> dict:
    """The package schema, which also holds name and version."""
    return json.loads((ROOT / "schema.json").read_text())


@functools.cache
def plugin(optimized: bool = False) -> Path:
    """The folder of the plugin, built where it is not up to date; `optimized` as it is installed."""
    environment = tools.cargo_environment(optimized)
    if optimized:
        built = tools.cargo_target() / "release" / PLUGIN
        # Crates of another clone's are there, and this clone's take minutes all the same.
        with cache.timed("the plugin, optimized"):
            cache.run(["cargo", "build", "--release", "--locked", "--package", "aws-compliance"], **environment)
    else:
        built = tools.cargo_binary(PLUGIN, "the plugin", **environment)
    folder = BUILD / ("plugin-optimized" if optimized else "plugin")
    folder.mkdir(parents=True, exist_ok=True)
    _replace(built, folder / PLUGIN)
    return folder


def program(name: str, kind: str = "bin") -> Path:
    """A program or an example of the workspace, built as the tests run it."""
    what = f"the example `{name}`" if kind == "example" else f"`{name}`"
    return tools.cargo_binary(name, what, kind, **tools.cargo_environment())


def _replace(source: Path, target: Path) -> None:
    """Copy a file without changing one that runs, or that another process copies.

    The partial copy is made outside of the target's folder, which another process may install at the same time.
    """
    partial = BUILD / f".{target.name}.{os.getpid()}"
    shutil.copy2(source, partial)
    os.replace(partial, target)


SDK = ROOT / "sdk"


def _sdk_files(source: Path) -> list[Path]:
    return [path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def npm_tarball(sdk: Path = SDK) -> Path:
    """The npm package, compiled and packed from `sdk/nodejs`."""
    npm = cache.require("npm", "for the TypeScript SDK")
    modules = tools.node_modules()

    def build(folder: Path) -> None:
        source = folder / "source"
        shutil.copytree(sdk / "nodejs", source)
        (source / "node_modules").symlink_to(modules)
        cache.run([modules / ".bin/tsc"], cwd=source)
        # The package is what tsc made, with the facts that the plugin is found by.
        for name in ("package.json", "README.md"):
            shutil.copy(source / name, source / "bin")
        cache.run([npm, "pack", "--silent", "--pack-destination", folder], cwd=source / "bin")

    key = cache.digest(_sdk_files(sdk / "nodejs"), modules.parent.name)
    return next(cache.artefact("npm", key, "", build, BUILD).glob("*.tgz"))


def wheel(sdk: Path = SDK) -> Path:
    """The wheel, built from `sdk/python`."""

    def build(folder: Path) -> None:
        source = folder / "source"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(sdk / "python", source, ignore=ignored)
        # The generator names a README beside pyproject.toml and writes it into the package.
        shutil.copy(next(source.glob("*/README.md")), source)
        pip = [tools.python(), "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        cache.run([*pip, "--wheel-dir", folder, source], SOURCE_DATE_EPOCH=str(archives.EPOCH))

    return next(cache.artefact("wheel", cache.digest(_sdk_files(sdk / "python")), "", build, BUILD).glob("*.whl"))


def python_packages(sdk: Path = SDK) -> Path:
    """A folder for PYTHONPATH with the wheel installed."""
    package = wheel(sdk)

    def build(folder: Path) -> None:
        pip = [tools.python(), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--upgrade", "--target"]
        cache.run([*pip, folder, package])

    return cache.artefact("python", package.parent.name, "", build, BUILD)


def node_packages(sdk: Path = SDK) -> Path:
    """A `node_modules` with the tarball installed beside the pinned packages."""
    tarball, modules = npm_tarball(sdk), tools.node_modules()
    name = json.loads((sdk / "nodejs/package.json").read_text())["name"]

    def build(folder: Path) -> None:
        installed = folder / "node_modules"
        installed.mkdir()
        for package in modules.iterdir():
            (installed / package.name).symlink_to(package)
        subprocess.run(["tar", "-xzf", tarball, "-C", installed], check=True)
        (installed / "package").rename(installed / name)

    return cache.artefact("node", tarball.parent.name, "", build, BUILD) / "node_modules"

"""What is built from this clone: the plugin, the npm tarball, the wheel."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@functools.cache
def plugin() -> Path:
    """The folder of the plugin, built where it is not up to date."""
    target = tools.cargo_target()
    environment = tools.cargo_environment()
    if not (target / "release" / PLUGIN).exists():
        _say("building the plugin, about 3 minutes")
    cargo = cache.require("cargo", "to build the plugin")
    build = [cargo, "build", "--release", "--locked", "--package", "aws-compliance"]
    cache.run(build, **environment)
    folder = BUILD / "plugin"
    folder.mkdir(parents=True, exist_ok=True)
    _replace(target / "release" / PLUGIN, folder / PLUGIN)
    return folder


def _replace(source: Path, target: Path) -> None:
    """Copy a file without changing one that runs."""
    partial = target.with_suffix(".partial")
    shutil.copy2(source, partial)
    os.replace(partial, target)


@functools.cache
def npm_tarball() -> Path:
    """The npm package, compiled and packed from `sdk/nodejs`."""
    npm = cache.require("npm", "for the TypeScript SDK")
    modules = tools.node_modules()
    folder = BUILD / "npm"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "sdk/nodejs", folder / "source")
    (folder / "source/node_modules").symlink_to(modules)
    cache.run([modules / ".bin/tsc"], cwd=folder / "source")
    # The package is what tsc made, with the facts that the plugin is found by.
    packed = folder / "source/bin"
    for name in ("package.json", "README.md"):
        shutil.copy(folder / "source" / name, packed)
    cache.run([npm, "pack", "--silent", "--pack-destination", folder], cwd=packed)
    return next(folder.glob("*.tgz"))


@functools.cache
def wheel() -> Path:
    """The wheel, built from `sdk/python`."""
    folder = BUILD / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "python"
        shutil.copytree(ROOT / "sdk/python", source)
        # The generator names a README beside pyproject.toml and writes it into the package.
        shutil.copy(source / "pulumi_aws_compliance/README.md", source)
        pip = [tools.python(), "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        cache.run([*pip, "--wheel-dir", folder, source])
    return next(folder.glob("*.whl"))


@functools.cache
def python_packages() -> Path:
    """A folder for PYTHONPATH with the wheel installed."""
    folder = BUILD / "python"
    shutil.rmtree(folder, ignore_errors=True)
    pip = [tools.python(), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder]
    cache.run([*pip, wheel()])
    return folder


@functools.cache
def node_packages() -> Path:
    """A `node_modules` with the tarball installed beside the pinned packages."""
    folder = BUILD / "programs/node_modules"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for package in tools.node_modules().iterdir():
        (folder / package.name).symlink_to(package)
    subprocess.run(["tar", "-xzf", npm_tarball(), "-C", folder], check=True)
    (folder / "package").rename(folder / schema()["language"]["nodejs"]["packageName"])
    return folder

"""The component Sixty in four languages, each built where it is not up to date."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from harness.artefacts import BUILD, ROOT, cache, schema, tools

BENCH = ROOT / "tests/bench"
PEERS = BENCH / "peers"


@dataclass(frozen=True)
class Peer:
    """A language: how its plugin is started, without the engine's address, and on which library it stands."""

    language: str
    # Of an optimized build or not, which only compiled peers tell apart.
    command: Callable[[bool], list]
    library: Callable[[], str]


def go_version() -> str:
    """The version of the Go toolchain."""
    go = cache.require("go", "to build the driver of the bench")
    return subprocess.check_output([go, "env", "GOVERSION"], cwd=BENCH, text=True).strip().removeprefix("go")


def go_binaries() -> Path:
    """The folder of `driver`, which plays the engine, and of `sixty`, the Go peer."""

    def build(folder: Path) -> None:
        go = cache.require("go", "to build the driver of the bench")
        # The peer has a module of its own: `infer` asks for other versions than the driver.
        for name, module, package in (("driver", BENCH, "./driver"), ("sixty", PEERS / "go", ".")):
            cache.run([go, "build", "-trimpath", "-ldflags", "-s -w", "-o", folder / name, package], cwd=module)

    sources = sorted(path for pattern in ("go.mod", "go.sum", "*.go") for path in BENCH.rglob(pattern))
    key = cache.digest(sources, go_version())
    return cache.artefact("bench-go", key, "the bench's driver and Go peer", build)


def driver() -> Path:
    """The program that plays the engine and measures."""
    return go_binaries() / "driver"


def rust(optimized: bool) -> list:
    """A build of our own, copied so that another clone's build cannot change it meanwhile."""
    if not optimized:
        return [tools.cargo_binary("bench-sixty", "the Rust peer of the bench")]
    cargo = cache.require("cargo", "to build the Rust peer")
    target = tools.cargo_target()
    build = [cargo, "build", "--release", "--locked", "--package", "bench-sixty"]
    cache.run(build, CARGO_TARGET_DIR=str(target))
    copy = BUILD / "bench/sixty"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.unlink(missing_ok=True)
    shutil.copy2(target / "release/bench-sixty", copy)
    return [copy]


def typescript(_optimized: bool) -> list:
    """Compiled ahead, which the engine's language host does anew at each start."""
    modules = tools.node_modules()
    sources = [PEERS / "typescript" / name for name in ("index.ts", "package.json", "tsconfig.json")]

    def build(folder: Path) -> None:
        for source in sources:
            shutil.copy(source, folder)
        (folder / "node_modules").symlink_to(modules)
        cache.run([modules / ".bin/tsc"], cwd=folder)

    node = cache.require("node", "to run the TypeScript peer")
    return [node, cache.artefact("bench-node", cache.digest(sources, modules.parent.name), "", build) / "bin/index.js"]


def go_library() -> str:
    """What the Go peer stands on, by its go.mod."""
    module = (PEERS / "go/go.mod").read_text()
    infer, sdk = (re.search(rf"pulumi/{name} v(\S+)", module)[1] for name in ("pulumi-go-provider", "pulumi/sdk/v3"))
    return f"`infer` of `pulumi-go-provider` {infer} on `pulumi/sdk/v3` {sdk}"


def node_sdk() -> str:
    """The version of Pulumi's Node.js SDK that npm installed."""
    return json.loads((tools.node_modules() / "@pulumi/pulumi/package.json").read_text())["version"]


ALL = (
    Peer("Rust", rust, lambda: f"crate `pulumi-component` {schema()['version']}"),
    Peer("Go", lambda _optimized: [go_binaries() / "sixty"], go_library),
    Peer("TypeScript", typescript, lambda: f"`@pulumi/pulumi` {node_sdk()}, component provider host"),
    Peer(
        "Python",
        lambda _optimized: [tools.python(), PEERS / "python/main.py"],
        lambda: f"`pulumi` {metadata.version('pulumi')}, component provider host",
    ),
)

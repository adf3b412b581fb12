"""Write generated files anew: `python -m harness.generate STEP...`; `make` has a target for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import artefacts, python_types
from .artefacts import ROOT, ToolchainError, cache, tools


def protocol() -> None:
    """The gRPC messages, from the descriptors in the PyPI package `pulumi`."""
    with tempfile.TemporaryDirectory() as folder:
        descriptors = Path(folder) / "pulumi.binpb"
        descriptors.write_bytes(output([tools.python(), ROOT / "tools/xtask/descriptors.py"]))
        xtask("protocol", descriptors)


def aws_types_text() -> bytes:
    """What `aws-types.json` holds."""
    selection = ROOT / "provider/aws-resources/selection.toml"
    return output(["node", ROOT / "tools/extract/extract.mjs", tools.node_modules(), selection])


def aws_types() -> None:
    """The extract of the npm package `@pulumi/aws`."""
    (ROOT / "provider/aws-resources/aws-types.json").write_bytes(aws_types_text())


def resources() -> None:
    """The typed AWS resources, from `aws-types.json`."""
    xtask("resources")


def api() -> None:
    """What `pulumi-component` exports."""
    xtask("api")


# The folder of each package, with `schema.json` and `sdk/`, and the plugin that prints the schema.
PACKAGES = {ROOT: artefacts.PLUGIN, ROOT / "examples/component-in-rust": "pulumi-resource-queues"}


def schema_text(package: str = artefacts.PLUGIN) -> bytes:
    """What `schema.json` holds."""
    return output([artefacts.program(package), "schema"])


def schema() -> None:
    """The package schemas, from the Rust structs."""
    for folder, package in PACKAGES.items():
        (folder / "schema.json").write_bytes(schema_text(package))


def sdk_of(package: Path, folder: Path) -> None:
    """The SDKs of a package, written to a folder."""
    cache.run([tools.sdkgen(), package / "schema.json", folder])
    schema = json.loads((package / "schema.json").read_text())
    for module in filter(Path.is_dir, (folder / "python").iterdir()):
        python_types.widen(module, schema)
    if package == ROOT:
        cache.run([tools.dotnetgen(), package / "schema.json", ROOT / "docs/logo.png", folder])


def sdk() -> None:
    """The SDKs, from each `schema.json`."""
    for package in PACKAGES:
        sdk_of(package, package / "sdk")


STEPS = {"protocol": protocol, "aws-types": aws_types, "resources": resources, "api": api, "schema": schema, "sdk": sdk}


def xtask(*arguments) -> None:
    """Run a generator that is written in Rust."""
    cache.run([artefacts.program("xtask"), *arguments])


def output(command: list, **environment: str) -> bytes:
    """What a command prints; its errors go where ours go."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | environment)
    if done.returncode:
        raise ToolchainError(f"`{' '.join(map(str, command))}` failed with {done.returncode}")
    return done.stdout


def main(names: list[str]) -> int:
    """Run steps in the order given."""
    unknown = [name for name in names if name not in STEPS]
    if unknown or not names:
        print(f"usage: python -m harness.generate {{{','.join(STEPS)}}}...", file=sys.stderr)
        return 2
    try:
        for name in names:
            STEPS[name]()
            print(f"{name}: written")
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

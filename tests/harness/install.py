"""Install the plugin into the user's Pulumi home, and write the packages of the SDKs to `dist/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import artefacts
from . import engine as engines
from .artefacts import PLUGIN, ROOT, ToolchainError, schema


def install_command(plugin: Path) -> Path:
    """Put the plugin beside Pulumi's own programs as the command `aws-compliance`, where a shell finds it."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    command = home / "bin/aws-compliance"
    command.parent.mkdir(parents=True, exist_ok=True)
    partial = command.with_suffix(f".{os.getpid()}")
    shutil.copy2(plugin / PLUGIN, partial)
    os.replace(partial, command)
    return command


def on_path(command: Path) -> str:
    """What to do where the shell does not find the command."""
    found = shutil.which(command.name)
    if found and Path(found).samefile(command):
        return ""
    return f' (not on PATH yet: export PATH="{command.parent}:$PATH")'


def main() -> int:
    """Install; 1 where something is missing."""
    try:
        version = schema()["version"]
        # The user's own engine, of whatever version, knows the user's own home.
        pulumi = shutil.which("pulumi") or engines.pinned() / "pulumi"
        plugin = artefacts.plugin(optimized=True)
        command = [pulumi, "plugin", "install", "resource", "aws-compliance", version, "--file", plugin, "--reinstall"]
        if subprocess.run(command).returncode:
            return 1
        command = install_command(plugin)
        dist = ROOT / "dist"
        shutil.rmtree(dist, ignore_errors=True)
        dist.mkdir()
        packages = [Path(shutil.copy(package, dist)) for package in (artefacts.npm_tarball(), artefacts.wheel())]
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Installed {PLUGIN} {version}, and the command {command}{on_path(command)}. Packages for programs:")
    for package in packages:
        print(f"  {package.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

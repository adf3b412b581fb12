"""Write the folder that `pulumi plugin install resource aws VERSION --file FOLDER` takes."""

from __future__ import annotations

import sys
from pathlib import Path

SANDBOX = Path(__file__).resolve().parents[1]

LAUNCHER = """#!/bin/sh
# Starts the stand-in for the aws plugin, which serves the account named by AWS_ENDPOINT_URL.
# Programs of users write no bytecode beside their sources; the plugin would be compiled at each start.
PYTHONDONTWRITEBYTECODE= PYTHONPATH={sandbox} exec {python} -m aws_plugin "$@"
"""


def write(folder: Path, python: str = sys.executable) -> Path:
    """Write the executable `pulumi-resource-aws`; older language hosts run no plugin from source."""
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / "pulumi-resource-aws"
    launcher.write_text(LAUNCHER.format(sandbox=SANDBOX, python=python))
    launcher.chmod(0o755)
    return folder

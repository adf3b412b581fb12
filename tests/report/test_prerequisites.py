"""What the tests need of the machine is told at their start, with the command that brings it."""

from __future__ import annotations

import os
import subprocess
import sys

from harness.artefacts import ROOT


def told(path: str):
    """The check on a machine with this PATH."""
    command = [sys.executable, "-m", "harness.prerequisites"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True)


def test_without_a_browser_the_command_that_installs_it_is_told(tmp_path):
    done = told(str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "`chromium` is not on PATH" in done.stderr
    assert "apt-get install -y chromium" in done.stderr


def test_with_a_browser_nothing_is_said(tmp_path):
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    done = told(str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

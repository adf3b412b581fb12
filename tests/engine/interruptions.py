"""Runs of the engine that end in the middle, and what a user does then."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from engine.deployment import Deployment
from harness.stack import Stack

# Seconds that a run which was told to end may take.
ENDS_WITHIN = 180
# A state that is written step by step is what remains of a run that is killed.
STEP_BY_STEP = {"PULUMI_SKIP_CHECKPOINTS": "false", "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "false"}


def interrupt(stack: Stack, command: str, after: int, number: signal.Signals) -> bool:
    """Run a command and end it after so many operations have begun; whether it ended before its own end."""
    variables = stack.engine.variables() | stack.account | STEP_BY_STEP
    arguments = [command, "--yes", "--skip-preview", "--json", "--stack", stack.name, "--non-interactive"]
    run = subprocess.Popen(
        [stack.engine.binaries / "pulumi", *arguments],
        cwd=stack.folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    begun, sent, heard, plugins = 0, False, False, set()
    for line in run.stdout:
        heard |= "cancelling" in line
        begun += '"resourcePreEvent"' in line and '"op":"same"' not in line
        if begun >= after and not sent:
            plugins = descendants(run.pid)
            # The engine alone: it ends the plugins, and those that are left end by themselves.
            os.kill(run.pid, number)
            sent = True
    run.wait(timeout=ENDS_WITHIN)
    run.stdout.close()
    # What a plugin is doing when its engine is killed, it does to the end.
    wait_for_end(plugins)
    # A destroy that was cancelled calls itself a success, with everything that it did not come to.
    return sent and (heard or run.returncode != 0)


def recover(deployment: Deployment, command: str) -> None:
    """What Pulumi's documentation says to do: release the lock, forget what was under way, and run again.

    What was created and not recorded carries this deployment's tag, and is imported.
    """
    stack = deployment.stack
    restore_state(stack)
    stack.run("cancel", "--yes", check=False)
    stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    stack.run(command, "--yes", "--skip-preview")


def restore_state(stack: Stack) -> None:
    """Half a state remains in a folder where the engine was killed as it wrote, with the one before beside it."""
    (state,) = Path(stack.engine.backend).glob(f".pulumi/stacks/*/{stack.name}.json")
    if not is_whole(state):
        shutil.copy2(f"{state}.bak", state)
    # The folder keeps media types beside its files, and takes a file without one.
    for types in (Path(f"{state}.attrs"), Path(f"{state}.bak.attrs")):
        if not is_whole(types):
            types.unlink(missing_ok=True)


def is_whole(path: Path) -> bool:
    """Whether a file holds JSON, of which nothing is missing."""
    try:
        json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return False
    return True


def settled(deployment: Deployment) -> dict[str, str]:
    """The recorded resources, by URN, with their ids where AWS does not choose them."""
    resources = deployment.stack.resources().values()
    chosen = (
        "aws:kms/",
        "aws:lambda/permission",
        "aws:iam/",
        "aws:lambda/eventSourceMapping",
        "aws:sns/topicSubscription",
    )
    return {
        entry["urn"]: "" if entry["type"].startswith(chosen) else entry.get("id", "")
        for entry in resources
        if not entry["type"].startswith("pulumi:")
    }


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and those that they have.

    By the parent that each process names: the kernel's list of a process's children may lack some while others end.
    """
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new}
        found |= new
    return found


def wait_for_end(processes: set[int]) -> None:
    """Wait until those of them that call AWS have ended; the others end within minutes, and do nothing."""
    processes = {pid for pid in processes if "aws_plugin" in command_line(pid)}
    until = time.monotonic() + ENDS_WITHIN
    while left := {pid for pid in processes if is_running(pid)}:
        assert time.monotonic() < until, f"these did not end: {left}"
        time.sleep(0.05)


def command_line(pid: int) -> str:
    """The command line of a process; empty where it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def is_running(pid: int) -> bool:
    """Whether a process is there and does something."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"

"""Runs of the engine that end in the middle, and what a user does then."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from engine.deployment import Deployment
from harness.stack import Stack

# Seconds that a run which was told to end may take.
ENDS_WITHIN = 180
# A state that is written step by step is what remains of a run that is killed.
STEP_BY_STEP = {"PULUMI_SKIP_CHECKPOINTS": "false"}


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
    begun, sent, heard = 0, False, False
    for line in run.stdout:
        heard |= "cancelling" in line
        begun += '"resourcePreEvent"' in line and '"op":"same"' not in line
        if begun >= after and not sent:
            # The engine alone: it ends the plugins, and those that are left end by themselves.
            os.kill(run.pid, number)
            sent = True
    run.wait(timeout=ENDS_WITHIN)
    run.stdout.close()
    # A destroy that was cancelled calls itself a success, with everything that it did not come to.
    return sent and (heard or run.returncode != 0)


def recover(deployment: Deployment, command: str) -> None:
    """What Pulumi's documentation says to do: release the lock, forget what was under way, and run again.

    What was created and not recorded carries this deployment's tag, and is imported.
    """
    stack = deployment.stack
    stack.run("cancel", "--yes", check=False)
    stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    stack.run(command, "--yes", "--skip-preview")


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


def wait_for_plugins() -> None:
    """A plugin whose engine was killed ends when it sees that."""
    time.sleep(1)

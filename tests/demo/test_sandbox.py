"""`make sandbox` as a user follows it: every printed line is pasted into a shell as it stands."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from account.client import Account
from harness import sandbox
from harness.artefacts import ROOT

ACCOUNT = "777788889999"


class Printed:
    """What a run of it prints, by heading."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.endpoint = json.loads(process.stdout.readline())["endpoint"]
        self.blocks: dict[str, list[str]] = {}
        for line in process.stdout:
            if line.strip() == sandbox.END:
                break
            if line.startswith("== "):
                commands = self.blocks.setdefault(line[3:].strip(), [])
            elif line.startswith("  "):
                commands.append(line.strip())

    def paste(self, *headings: str) -> str:
        """Run the commands below headings in one shell of a user who has other settings."""
        lines = [line for heading in headings for line in self.blocks[heading]]
        environment = os.environ | {"AWS_PROFILE": "of-the-user", "AWS_SESSION_TOKEN": "of-the-user"}
        done = subprocess.run(["sh", "-ec", "\n".join(lines)], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def printed() -> Iterator[Printed]:
    """A sandbox with a prepared account."""
    command = [sys.executable, "-m", "harness.sandbox", "--landing-zone", ACCOUNT]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    yield Printed(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    process.stdout.close()


def test_journey_8_the_landing_zone_has_a_recorder_that_records(printed):
    account = Account(printed.endpoint, ACCOUNT, "eu-west-1")
    (status,) = account.client("config").describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"]


@pytest.mark.parametrize("language", ["yaml", "typescript", "python"])
def test_journey_8_the_printed_commands_deploy_and_destroy_a_program(printed, language):
    shown = printed.paste("Pulumi: paste this first", f"Then a program in {language}")
    assert f"compliance-reports-{ACCOUNT}-eu-west-1" in shown
    assert re.search(r"- \d+ deleted", shown)


def test_journey_8_there_are_commands_for_each_language_and_for_the_aws_cli(printed):
    assert {f"Then a program in {language}" for language in sandbox.LANGUAGES} <= printed.blocks.keys()
    assert printed.blocks["The AWS CLI and SDKs"][-1] == "aws sts get-caller-identity"


def test_journey_8_an_account_that_is_none_is_refused_with_an_example():
    command = [sys.executable, "-m", "harness.sandbox", "--landing-zone", "1111"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "twelve digits, got '1111'; for example 111122223333" in done.stderr


def test_an_account_that_cannot_be_shown_is_ended(monkeypatch):
    started, start = [], subprocess.Popen
    monkeypatch.setattr(
        sandbox.subprocess, "Popen", lambda *a, **more: started.append(start(*a, **more)) or started[-1]
    )

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(sandbox, "show", fail)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(OSError, match="no space left"):
            sandbox.main([])
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    (process,) = started
    assert process.poll() is not None
    process.stdout.close()

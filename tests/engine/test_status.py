"""`getAccountStatus` on the real engine, and `doctor` on the command line: the same look, the same words."""

from __future__ import annotations

import json
import subprocess

import pytest

from account.client import prepare_landing_zone
from harness import artefacts
from harness.engine import Stack


@pytest.fixture
def doctor(tmp_path):
    """`doctor(account, *arguments)`: what the command prints; the user's own AWS settings do not reach it."""

    def run(account, *arguments: str) -> subprocess.CompletedProcess:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
        command = [artefacts.plugin() / "pulumi-resource-aws-compliance", "doctor", *arguments]
        given = environment | (account.environment if account else {})
        return subprocess.run(command, env=given, capture_output=True, text=True)

    return run


def test_a_program_asks_what_there_is(engine, account, tmp_path):
    prepare_landing_zone(account)
    call = {
        "fn::invoke": {"function": "aws-compliance:index:getAccountStatus", "arguments": {"recorderMode": "create"}}
    }
    text = {"name": "status", "runtime": "yaml", "variables": {"status": call}, "outputs": {"status": "${status}"}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps(text))
    stack = Stack(engine, tmp_path, "status", account.environment)
    stack.up()
    status = stack.outputs()["status"]
    assert (status["looked"], status["account"], status["region"]) == (True, account.account_id, account.region)
    assert status["recorder"]["recording"] is True
    assert status["recorderAction"] == "refuse"
    assert ["set it to `reuse`" in line for line in status["wouldRefuse"]] == [True]
    assert set(status["wouldCreate"]) >= {"ebs-volumes-encrypted", "compliance-aggregator"}


def test_doctor_says_what_is_there_and_ends_well(doctor, account):
    prepare_landing_zone(account)
    done = doctor(account)
    assert done.returncode == 0, done.stderr
    assert account.account_id in done.stdout
    assert "recording" in done.stdout
    assert "a deployment creates, among others: ec2-approved-instance-types" in done.stdout
    data = json.loads(doctor(account, "--json").stdout)
    assert (data["recorderAction"], data["wouldRefuse"]) == ("reuse", [])


def test_doctor_ends_with_1_where_something_would_be_refused(doctor, account):
    done = doctor(account)
    assert done.returncode == 1
    assert "has no configuration recorder" in done.stdout
    assert doctor(account, "--recorder-mode", "create").returncode == 0


def test_doctor_says_first_that_there_are_no_credentials(doctor):
    done = doctor(None, "--region", "eu-west-1")
    assert done.returncode == 1
    assert "AWS_ACCESS_KEY_ID" in done.stdout.splitlines()[-1]
    assert json.loads(doctor(None, "--region", "eu-west-1", "--json").stdout)["looked"] is False


@pytest.mark.parametrize("wrong", [["--recorder-mode", "mine"], ["--regio", "eu-west-1"]])
def test_doctor_tells_wrong_arguments(doctor, wrong):
    done = doctor(None, *wrong)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error:" in done.stderr


def test_the_plugins_help_knows_doctor():
    done = subprocess.run(
        [artefacts.plugin() / "pulumi-resource-aws-compliance", "--help"], capture_output=True, text=True
    )
    assert "pulumi-resource-aws-compliance doctor" in done.stdout

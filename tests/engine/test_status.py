"""`getAccountStatus` on the real engine, and `doctor` on the command line: the same look, the same words."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from account.client import Account, prepare_landing_zone
from engine.deployment import PROGRAMS, yaml_program
from harness import artefacts
from harness.engine import EngineError
from harness.stack import Stack


@pytest.fixture
def doctor(tmp_path):
    """`doctor(account, *arguments)`: what the command prints; the user's own AWS settings do not reach it."""

    def run(account, *arguments: str) -> subprocess.CompletedProcess:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
        command = [artefacts.plugin() / "pulumi-resource-aws-compliance", "doctor", *arguments]
        given = environment | (account.environment if account else {})
        return subprocess.run(command, env=given, capture_output=True, text=True)

    return run


PROGRAM = {"recorderMode": "create", "owner": "audit/prod/compliance"}
LANGUAGES = ("yaml", "typescript", "python", "go")


def yaml_call(folder: Path) -> Path:
    """A YAML program that asks for the status; JSON is YAML."""
    call = {"fn::invoke": {"function": "aws-compliance:index:getAccountStatus", "arguments": PROGRAM}}
    text = {"name": "status", "runtime": "yaml", "variables": {"status": call}, "outputs": {"status": "${status}"}}
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text(json.dumps(text))
    return folder


def ask(engine, account, language: str, folder: Path) -> dict:
    """What a program in this language is answered; what is absent is left out."""
    program = yaml_call(folder) if language == "yaml" else PROGRAMS / f"status-{language}"
    stack = Stack(engine, program, f"status-{language}-{account.account_id}", account.environment)
    stack.up()
    return {name: value for name, value in stack.outputs()["status"].items() if value is not None}


@pytest.fixture(scope="module")
def looked_at(new_account):
    """An account with a recorder, somebody else's rule of our name, and an aggregator."""
    account = new_account()
    prepare_landing_zone(account)
    config = account.client("config")
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    config.put_config_rule(ConfigRule={"ConfigRuleName": "ebs-volumes-encrypted", "Source": source})
    sources = [{"AccountIds": [account.account_id], "AwsRegions": [account.region]}]
    config.put_configuration_aggregator(ConfigurationAggregatorName="everyone", AccountAggregationSources=sources)
    return account


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_told_the_same_as_doctor(engine, looked_at, doctor, tmp_path, language):
    status = ask(engine, looked_at, language, tmp_path)
    arguments = ("--recorder-mode", "create", "--owner", PROGRAM["owner"], "--json")
    assert status == json.loads(doctor(looked_at, *arguments).stdout)
    assert (status["looked"], status["account"], status["region"]) == (True, looked_at.account_id, looked_at.region)
    assert status["caller"].endswith(":root")
    assert (status["recorder"]["name"], status["recorder"]["recording"]) == ("default", True)
    assert status["recorder"]["roleArn"].endswith(":role/landing-zone-config")
    assert (status["recorderAction"], status["aggregators"]) == ("refuse", ["everyone"])
    assert (status["rulesUsed"], status["rulesAllowed"], len(status["namesakes"])) == (1, 1000, 1)
    told = [line.split(":")[0] for line in status["wouldRefuse"]]
    assert sorted(told) == ["recorder.mode", "rules.baseline"]
    assert set(status["wouldCreate"]) >= {"s3-bucket-encryption-enabled", "compliance-aggregator"}
    assert "ebs-volumes-encrypted" not in status["wouldCreate"]
    assert "skipped" not in status


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_told_of_an_empty_account(engine, account, doctor, tmp_path, language):
    status = ask(engine, account, language, tmp_path)
    assert (status["looked"], status["recorderAction"], status["wouldRefuse"]) == (True, "create", [])
    assert ("recorder" in status, status["serviceLinkedRoleExists"]) == (False, False)
    assert status["wouldCreate"][0] == "compliance-recorder"


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


def session(account: Account, *denied: str) -> Account:
    """The account, seen by a session that may do everything but these."""
    prepare_landing_zone(account)
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    iam, document = account.client("iam"), json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="people", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    statements += [{"Effect": "Deny", "Action": list(denied), "Resource": "*"}] if denied else []
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="people", PolicyName="allowed", PolicyDocument=policy)
    return account.as_role(role)


def test_point_6_a_deployment_says_of_an_expired_session_what_doctor_says(engine, doctor, account, tmp_path):
    seen = session(account)
    stack = Stack(engine, yaml_program(tmp_path, {}), f"expired-{account.account_id}", seen.environment)
    assert stack.preview().diagnostics == []
    seen.expire()
    done = doctor(seen)
    assert done.returncode == 1
    (said,) = re.findall("the account was not inspected: (.*)", done.stdout)
    assert said == "the AWS credentials have expired; sign in again"
    for step in (stack.preview, stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        assert said in str(caught.value)
    # The engine keeps the stack and the providers.
    assert [one["urn"] for one in stack.resources().values() if one["type"].startswith("aws")] == []


def test_point_6_a_deployment_says_of_a_denied_call_what_doctor_says(engine, doctor, account, tmp_path):
    # The scan makes the first call, the `aws` provider the second.
    calls = ("config:DescribeConfigRules", "dynamodb:ListTables")
    seen = session(account, *calls)
    stack = Stack(engine, yaml_program(tmp_path, {}), f"denied-{account.account_id}", seen.environment)
    warned = [entry["message"] for entry in stack.preview().diagnostics if entry["severity"] == "warning"]
    for call in calls:
        (line,) = [line for line in warned if call in line]
        assert f"`{call}` is not allowed to these credentials" in line
    assert f"`{calls[0]}` is not allowed to these credentials" in doctor(seen).stdout


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
    assert "doctor" in done.stdout

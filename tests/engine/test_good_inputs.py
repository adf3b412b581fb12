"""The good programs at the edge of what is taken deploy: `pulumi up` on the real engine takes every one of them.

They are those of `provider/aws-compliance/tests/inputs/good.json`, where each runs alone under a mock of the engine.
Here those that do not contradict one another share a program, so that few runs hold all of them.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from account.client import Account, prepare_landing_zone
from engine.children import COMPONENTS, type_of
from engine.deployment import yaml_program
from harness.artefacts import ROOT
from harness.stack import Stack
from look.test_keys import make_key

DATA = ROOT / "provider/aws-compliance/tests/inputs/good.json"
GOOD: list[dict] = json.loads(DATA.read_text())
# Whose members are independent of one another. All other inputs are taken as a whole.
INDEPENDENT = ("functions", "reports")
_names = itertools.count(1)


def leaves(inputs: dict) -> set[tuple[str, ...]]:
    """What a program decides."""
    found = set()
    for name, value in inputs.items():
        found |= {(name, member) for member in value} if name in INDEPENDENT else {(name,)}
        if name == "notifications" and "routes" in value:
            # A route may name rules, which others take away or bring.
            found |= {("rules",), ("frameworks",)}
    return found


def combined() -> list[dict]:
    """As few programs as a look from the first to the last gives, with everything of all of them."""
    programs: list[dict] = []
    for inputs in GOOD:
        fits = (program for program in programs if not leaves(program) & leaves(inputs))
        program = next(fits, None)
        if program is None:
            programs.append(program := {})
        for name, value in inputs.items():
            program[name] = {**program.get(name, {}), **value} if name in INDEPENDENT else value
    return programs


PROGRAMS = combined()
# AWS Config knows no such rule: `unchecked` lets a newer one through, here nobody has it.
NOT_IN_THE_ACCOUNT = {"identifier": "NEWER", "unchecked": True}


def with_a_key(account: Account, inputs: dict) -> dict:
    """The inputs with a key that is there and admits everyone, where they name one."""
    if "kmsKeyArn" not in inputs:
        return inputs
    services = ("logs.eu-west-1", "events", "cloudwatch", "sns", "config", "budgets")
    principals = [f"{service}.amazonaws.com" for service in services]
    admitted = {"Effect": "Allow", "Principal": {"Service": principals}, "Action": "kms:*", "Resource": "*"}
    return {**inputs, "kmsKeyArn": make_key(account, admitted)}


def with_a_role(account: Account, inputs: dict) -> dict:
    """The inputs with a role that is there and may be taken, where they name one for the account scan."""
    if "roleArn" not in inputs.get("lookup", {}):
        return inputs
    iam, principal = account.client("iam"), {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName="scan", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(RoleName="scan", PolicyName="scan", PolicyDocument=document(anything))
    return {**inputs, "lookup": {**inputs["lookup"], "roleArn": arn}}


def document(*statements: dict) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def profile_of(folder: Path, account: Account, inputs: dict) -> dict[str, str]:
    """The environment of a machine that has the profile which a program names."""
    if "profile" not in inputs.get("lookup", {}):
        return {}
    file = folder / "credentials"
    keys = f"aws_access_key_id = {account.account_id}\naws_secret_access_key = test\n"
    file.write_text(f"[{inputs['lookup']['profile']}]\n{keys}")
    return {"AWS_SHARED_CREDENTIALS_FILE": str(file)}


def test_every_good_program_is_in_one_that_is_deployed():
    assert len(GOOD) >= 40
    for inputs in GOOD:
        assert any(contains(program, inputs) for program in PROGRAMS), inputs


def contains(program: dict, inputs: dict) -> bool:
    """Whether a program decides all of this in the same way."""
    if not isinstance(inputs, dict) or not isinstance(program, dict):
        return program == inputs
    return all(name in program and contains(program[name], value) for name, value in inputs.items())


@pytest.mark.parametrize("inputs", PROGRAMS, ids=[f"program-{at}" for at in range(len(PROGRAMS))])
def test_good_programs_deploy(engine, account, tmp_path, inputs):
    if inputs.get("recorder", {}).get("mode") != "create":
        prepare_landing_zone(account)
    # For `exports.securityHub`.
    account.client("securityhub").enable_security_hub()
    rules = inputs.get("rules", {})
    if NOT_IN_THE_ACCOUNT in rules.get("managed", []):
        inputs = {**inputs, "rules": {"managed": [one for one in rules["managed"] if one != NOT_IN_THE_ACCOUNT]}}
    if any("function" in one for one in rules.get("custom", [])):
        # Functions that nobody has here: `test_own_rules.py` deploys such a rule with its function.
        inputs = {**inputs, "rules": {"custom": [one for one in rules["custom"] if "function" not in one]}}
    program = yaml_program(tmp_path, with_a_role(account, with_a_key(account, inputs)))
    stack = Stack(engine, program, f"good{next(_names)}", account.environment | profile_of(tmp_path, account, inputs))
    stack.up()
    there = {type_of(urn) for urn in stack.resources()}
    expected = set(COMPONENTS)
    if "kmsKeyArn" in inputs:
        expected.remove("aws-compliance:index:Encryption")
    if inputs.get("dashboard") == {"enabled": False}:
        expected.remove("aws-compliance:index:Dashboard")
    if inputs.get("alarms") == {"enabled": False}:
        expected.remove("aws-compliance:index:Alarms")
    if inputs.get("history") == {"enabled": False}:
        expected.remove("aws-compliance:index:History")
    if "cost" in inputs:
        expected.add("aws-compliance:index:Budget")
    assert expected <= there

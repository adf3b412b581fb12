"""Bad values of the right type, from every language: all of them told in one message, with nothing registered.

The programs are those of `provider/aws-compliance/tests/inputs`, where each runs alone under a mock of the engine.
"""

from __future__ import annotations

import json

import pytest

from engine.children import type_of
from engine.deployment import PROGRAMS, yaml_program
from engine.test_inputs import registered
from harness.artefacts import ROOT
from harness.engine import EngineError
from harness.stack import Stack

DATA = ROOT / "provider/aws-compliance/tests/inputs"
PATHS = [
    "namePrefix",
    "kmsKeyArn",
    'tags["aws:x"]',
    "reports.retentionDays",
    "reports.bucketName",
    "notifications.emails.security",
    "functions.logRetentionDays",
    "functions.memoryMib",
    "functions.timeoutSeconds",
    "functions.reservedConcurrency",
    "functions.schedule",
    "aggregation.accounts[0]",
    "aggregation.regions[0]",
    "lookup.roleArn",
    "lookup.profile",
    "recorder.dailyTypes[0]",
]
RULES = [
    "rules.managed[0].identifier",
    "rules.managed[0].parameters.maxAge",
    "rules.managed[0].scope.resourceTypes[0]",
    "rules.managed[0].scope.tagValue",
]


def merged() -> tuple[dict, list[tuple[str, str]]]:
    """Twenty of the bad programs as one, and what it is told."""
    bad = [one for one in json.loads((DATA / "bad.json").read_text()) if len(one["told"]) == 1]
    inputs: dict = {}
    told: list[tuple[str, str]] = []
    for path in PATHS:
        found = next(one for one in bad if one["told"][0][0] == path and well_typed(one))
        merge(inputs, found["inputs"])
        told.append(tuple(found["told"][0]))
    rules = [next(one for one in bad if one["told"][0][0] == path) for path in RULES]
    inputs["rules"] = {"managed": [one["inputs"]["rules"]["managed"][0] for one in rules]}
    for index, rule in enumerate(inputs["rules"]["managed"]):
        rule["name"] = f"rule-{index}"
    told += [(one["told"][0][0].replace("[0]", f"[{at}]", 1), one["told"][0][1]) for at, one in enumerate(rules)]
    return inputs, told


def well_typed(one: dict) -> bool:
    """Whether the languages' own types let it through: it is the value that is wrong, and not its shape."""
    return not any(word in one["told"][0][1] for word in ("a list", "the list", "an object", "quotes", "whole number"))


def merge(into: dict, more: dict) -> None:
    """Add one program's inputs to another's."""
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


@pytest.mark.parametrize("language", ["yaml", "typescript", "python"])
def test_twenty_bad_inputs_are_twenty_lines_and_nothing_is_registered(deploy, tmp_path, language):
    inputs, told = merged()
    assert len(told) == 20
    match language:
        case "yaml":
            deployment = deploy(yaml_program(tmp_path, inputs), up=False)
        case "typescript":
            deployment = deploy(PROGRAMS / "raw-inputs-typescript", up=False, inputs=json.dumps(inputs))
        case _:
            deployment = deploy(PROGRAMS / "raw-inputs", up=False, inputs=json.dumps(inputs))
    for step in (deployment.stack.preview, deployment.stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        message = str(caught.value)
        assert "20 inputs are wrong" in message
        lines = [line for line in message.splitlines() if "- property " in line]
        assert [(path, part) for path, part in told if not any(path in line and part in line for line in lines)] == []
        assert len(lines) == 20
    assert {kind for kind in registered(deployment) if not kind.startswith("pulumi:")} == set()


def test_what_does_not_decode_stands_beside_what_the_account_says(engine, account):
    """Without a recorder in the account; the provider sees what YAML lets through."""
    inputs = {
        "dashboard": {"enabled": "no"},
        "functions": {"logRetentionDays": 8},
        "rules": {"managed": [{"identifier": "ENCRYPTED_VOLUMES", "frequency": ["Six_Hours"]}]},
    }
    stack = Stack(engine, PROGRAMS / "raw-inputs", "undecoded", account.environment, inputs=json.dumps(inputs))
    with pytest.raises(EngineError) as caught:
        stack.preview()
    lines = [line.strip() for line in str(caught.value).splitlines() if "- property " in line]
    paths = {line.split()[2] for line in lines}
    assert paths == {"dashboard.enabled", "functions.logRetentionDays", "rules.managed[0].frequency", "recorder.mode"}


FIRST_SCREEN = {
    "reports": {"retentionDays": 0},
    "functions": {"logRetentionDays": 8},
    "notifications": {"emails": {"security": "sec"}},
}


@pytest.mark.parametrize("language", ["yaml", "typescript", "python", "go"])
def test_the_first_screen_of_what_a_user_gets_wrong(engine, account, tmp_path, language):
    """Without a recorder in the account, too."""
    config = {"inputs": json.dumps(FIRST_SCREEN)} if language in ("typescript", "python") else {}
    program = {
        "yaml": lambda: yaml_program(tmp_path, FIRST_SCREEN),
        "typescript": lambda: PROGRAMS / "raw-inputs-typescript",
        "python": lambda: PROGRAMS / "raw-inputs",
        "go": lambda: PROGRAMS / "first-screen-go",
    }[language]()
    stack = Stack(engine, program, f"first-screen-{language}", account.environment, **config)
    recorder = f"account {account.account_id} has no configuration recorder in {account.region}; set it to `create`"
    retention = "CloudWatch Logs keeps 1, 3, 5, 7, 14, 30, 60, 90, ... 3653 days; nearest: `7`"
    for step in (stack.preview, stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        message = str(caught.value)
        frame = "aws-compliance:index:ComplianceMonitoring resource 'compliance' has a problem: 4 inputs are wrong"
        assert frame in message
        lines = [line.strip() for line in message.splitlines() if "- property " in line]
        # The engine writes a value as its own debug form does.
        assert sorted(lines) == [
            f"- property functions.logRetentionDays with value '{{8}}' has a problem: {retention}",
            "- property notifications.emails.security with value '{sec}' has a problem: not an e-mail address",
            f"- property recorder.mode has a problem: {recorder}",
            "- property reports.retentionDays with value '{0}' has a problem: expected 1 to 3653 days",
        ]
    assert {kind for kind in map(type_of, stack.resources()) if not kind.startswith("pulumi:")} == set()

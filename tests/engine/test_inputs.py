"""Inputs that do not fit end the run before anything is registered, and the error says where and what fits."""

from __future__ import annotations

import json
import re

import pytest

from engine.children import type_of
from engine.deployment import PROGRAMS, yaml_program
from harness.artefacts import ROOT
from harness.engine import EngineError

TOP = {"namePrefx": "mine"}
NESTED = {"reports": {"retentionDay": 3}}
TYPES = {"reports": {"retentionDays": "many"}, "functions": {"memoryMib": [1]}, "dashboard": {"enabled": "yes"}}
CATALOGUE = {
    "rules": {
        "managed": [
            {"identifier": "S3_BUCKET_SSE_ENABLED"},
            {"identifier": "ENCRYPTED_VOLUMES", "frequency": "Six_Hours"},
            {"identifier": "ACCESS_KEYS_ROTATED", "parameters": {"maxAge": "90"}},
        ]
    }
}
TOLD = [
    "3 inputs are wrong",
    "rules.managed[0].identifier",
    "unknown managed rule `S3_BUCKET_SSE_ENABLED`",
    "nearest: `S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED`",
    "rules.managed[1].frequency",
    "`ENCRYPTED_VOLUMES` reacts to configuration changes only and takes no frequency; remove it",
    "rules.managed[2].parameters.maxAge",
    "nearest: `maxAccessKeyAge`",
]
TWO = {
    "rules": {
        "managed": [
            {"identifier": "S3_BUCKET_SSE_ENABLED"},
            {"identifier": "ENCRYPTED_VOLUMES", "frequency": "Six_Hours"},
        ]
    },
    "frameworks": [{"id": "pci-dss-4.0"}, {"id": "hipaa"}],
}
# The day of the facts, which a miss says.
TAKEN = re.search(r'"taken":"([0-9-]+)"', (ROOT / "provider/catalog/facts/generated/rules.json").read_text())[1]
LINES = {
    "property rules.managed[0].identifier with value '{S3_BUCKET_SSE_ENABLED}' has a problem: unknown managed rule "
    f"`S3_BUCKET_SSE_ENABLED` (facts of {TAKEN}); nearest: `S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED`",
    "property rules.managed[1].frequency with value '{Six_Hours}' has a problem: `ENCRYPTED_VOLUMES` reacts to "
    "configuration changes only and takes no frequency; remove it",
}
# One case of each kind; `provider/aws-compliance/tests/inputs/bad.json` has every other.
RAW = [
    (TOP | NESTED, ["2 inputs are wrong", "nearest: `namePrefix`", "nearest: `retentionDays`"]),
    (
        TYPES,
        [
            "3 inputs are wrong",
            "reports.retentionDays with value '{many}' has a problem: expected a whole number, got a string",
            "functions.memoryMib with value '{[{1}]}' has a problem: expected a whole number, got a list",
            "dashboard.enabled",
        ],
    ),
    (CATALOGUE, TOLD),
]


@pytest.mark.parametrize(("inputs", "parts"), RAW, ids=lambda value: None if isinstance(value, list) else str(value))
def test_the_component_names_the_path_and_what_is_nearest(deploy, inputs, parts):
    deployment = deploy(PROGRAMS / "raw-inputs", up=False, inputs=json.dumps(inputs))
    for step in (deployment.stack.preview, deployment.stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        assert [part for part in parts if part not in str(caught.value)] == []
    assert registered(deployment) == {"pulumi:pulumi:Stack", "pulumi:providers:aws-compliance"}


@pytest.mark.parametrize(
    ("inputs", "parts"),
    [
        (TOP, ["namePrefx", "Existing properties are: namePrefix"]),
        (NESTED, ["reports: Cannot assign", "Existing properties are: retentionDays"]),
        (TYPES, ["retentionDays: Cannot assign type 'string' to type 'integer'", "memoryMib: Cannot assign"]),
    ],
    ids=str,
)
def test_a_yaml_program_is_told_what_there_is(deploy, tmp_path, inputs, parts):
    deployment = deploy(yaml_program(tmp_path, inputs), up=False)
    for step in (deployment.stack.preview, deployment.stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        assert [part for part in parts if part not in str(caught.value)] == []
    assert registered(deployment) == {"pulumi:pulumi:Stack"}


@pytest.mark.parametrize("language", ["typescript", "python", "yaml"])
def test_each_problem_is_a_line_with_its_path_and_reason(deploy, tmp_path, language):
    programs = {"typescript": "raw-inputs-typescript", "python": "raw-inputs"}
    if language == "yaml":
        deployment = deploy(yaml_program(tmp_path, TWO), up=False)
    else:
        deployment = deploy(PROGRAMS / programs[language], up=False, inputs=json.dumps(TWO))
    for step in (deployment.stack.preview, deployment.stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        lines = [line.strip() for line in str(caught.value).splitlines()]
        assert {line.removeprefix("- ") for line in lines if line.startswith("- property ")} == LINES
        assert "2 inputs are wrong" in str(caught.value)
    assert registered(deployment) == {"pulumi:pulumi:Stack", "pulumi:providers:aws-compliance"}


def test_a_yaml_program_is_told_what_the_catalogue_knows(deploy, tmp_path):
    deployment = deploy(yaml_program(tmp_path, CATALOGUE), up=False)
    for step in (deployment.stack.preview, deployment.stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        assert [part for part in TOLD if part not in str(caught.value)] == []
    assert registered(deployment) == {"pulumi:pulumi:Stack", "pulumi:providers:aws-compliance"}


def registered(deployment) -> set[str]:
    """Types of what is in the state, beside the provider that account and region were asked of."""
    return {type_of(urn) for urn in deployment.stack.resources()} - {"pulumi:providers:aws"}

"""`getManagedRule`, `getFramework` and `checkRules` on the real engine, the same from each language."""

from __future__ import annotations

import json

import pytest

from engine.deployment import PROGRAMS
from harness.engine import EngineError, Stack

ANSWERS = {
    "trigger": "periodic",
    "parameter": "maxAccessKeyAge",
    "rules": 129,
    "paths": ["rules.managed[0].identifier", "frameworks[0].id"],
}


def asked(name: str, arguments: dict) -> dict:
    """A call in a YAML program."""
    return {"fn::invoke": {"function": f"aws-compliance:index:{name}", "arguments": arguments}}


def program(folder, calls: dict, outputs: dict):
    text = {"name": "catalog", "runtime": "yaml", "variables": calls, "outputs": outputs}
    (folder / "Pulumi.yaml").write_text(json.dumps(text))
    return folder


@pytest.mark.parametrize("language", ["typescript", "python", "go"])
def test_each_language_gets_the_same_answers(engine, account, language):
    stack = Stack(engine, PROGRAMS / f"catalog-{language}", f"catalog-{language}", account.environment)
    stack.up()
    assert stack.outputs() == ANSWERS


def test_yaml_gets_the_same_answers(engine, account, tmp_path):
    rules = {"rules": {"managed": [{"identifier": "S3_BUCKET_SSE_ENABLED"}]}, "frameworks": [{"id": "hippa"}]}
    calls = {
        "rule": asked("getManagedRule", {"identifier": "ACCESS_KEYS_ROTATED"}),
        "framework": asked("getFramework", {"id": "hipaa"}),
        "checked": asked("checkRules", rules),
    }
    outputs = {name: f"${{{name}}}" for name in calls}
    stack = Stack(engine, program(tmp_path, calls, outputs), "catalog-yaml", account.environment)
    stack.up()
    given = stack.outputs()
    assert {
        "trigger": given["rule"]["trigger"],
        "parameter": given["rule"]["parameters"][0]["name"],
        "rules": len(given["framework"]["rules"]),
        "paths": [each["path"] for each in given["checked"]["errors"]],
    } == ANSWERS
    assert given["checked"]["valid"] is False


def test_what_is_not_known_is_told_with_the_nearest(engine, account, tmp_path):
    calls = {"rule": asked("getManagedRule", {"identifier": "ENCRYPTED_VOLUME"})}
    stack = Stack(engine, program(tmp_path, calls, {"rule": "${rule}"}), "catalog-unknown", account.environment)
    with pytest.raises(EngineError, match="unknown managed rule; nearest: `ENCRYPTED_VOLUMES`"):
        stack.preview()

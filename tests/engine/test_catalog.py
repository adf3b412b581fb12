"""`getManagedRule`, `getFramework` and `checkRules` on the real engine, the same from each language."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.deployment import PROGRAMS
from harness import artefacts
from harness.engine import EngineError
from harness.stack import Stack

ANSWERS = {
    "trigger": "periodic",
    "parameter": "maxAccessKeyAge",
    "rules": 129,
    "costs": True,
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
        "costs": asked("getCostEstimate", {"region": "eu-west-1"}),
    }
    outputs = {name: f"${{{name}}}" for name in calls}
    stack = Stack(engine, program(tmp_path, calls, outputs), "catalog-yaml", account.environment)
    stack.up()
    given = stack.outputs()
    assert {
        "trigger": given["rule"]["trigger"],
        "parameter": given["rule"]["parameters"][0]["name"],
        "rules": len(given["framework"]["rules"]),
        "costs": given["costs"]["expectedUsd"] > 1,
        "paths": [each["path"] for each in given["checked"]["errors"]],
    } == ANSWERS
    assert given["checked"]["valid"] is False


def test_regions_frameworks_and_remediations_are_answered_as_on_the_command_line(engine, account, tmp_path):
    rules = {"managed": [{"identifier": "ACCESS_KEYS_ROTATED"}]}
    calls = {
        "rule": asked("getManagedRule", {"identifier": "CLOUD_TRAIL_ENCRYPTION_ENABLED"}),
        "framework": asked("getFramework", {"id": "nzism-extension"}),
        "checked": asked("checkRules", {"rules": rules, "regions": ["EU West", "eu-west-9"]}),
    }
    outputs = {name: f"${{{name}}}" for name in calls}
    stack = Stack(engine, program(tmp_path, calls, outputs), "catalog-regions", account.environment)
    stack.up()
    given = stack.outputs()
    problems = {kind: [each["path"] for each in given["checked"][kind]] for kind in ("errors", "warnings")}
    assert (given["checked"]["valid"], problems) == (False, {"errors": ["regions[0]"], "warnings": ["regions[1]"]})
    assert (len(given["framework"]["optional"]), given["framework"]["rules"]) == (12, [])
    remediation = given["rule"]["remediation"]
    assert remediation["needsSolutionDeployed"] in (True, False)
    assert remediation["taken"] < given["rule"]["taken"]


def test_what_is_not_known_is_told_with_the_nearest(engine, account, tmp_path):
    calls = {"rule": asked("getManagedRule", {"identifier": "ENCRYPTED_VOLUME"})}
    stack = Stack(engine, program(tmp_path, calls, {"rule": "${rule}"}), "catalog-unknown", account.environment)
    with pytest.raises(EngineError, match="unknown managed rule; nearest: `ENCRYPTED_VOLUMES`"):
        stack.preview()
    calls = {"framework": asked("getFramework", {"id": "soc2"})}
    stack = Stack(engine, program(tmp_path, calls, {"it": "${framework}"}), "catalog-soc2", account.environment)
    with pytest.raises(EngineError, match=r"AWS has no sample pack for `soc2` .*; nearest: `germany-c5`, `nist-csf`"):
        stack.preview()


def identifiers() -> set[str]:
    facts = artefacts.ROOT / "provider/catalog/facts/generated/rules.json"
    return set(json.loads(facts.read_text())["rules"])


def test_an_editor_of_typescript_completes_the_identifiers_and_takes_any_text(tmp_path):
    (tmp_path / "node_modules").symlink_to(artefacts.node_packages())
    script = Path(__file__).parent / "completions.mjs"
    done = subprocess.run(["node", script, tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    # What the language server offers after `ManagedRuleIdentifier.`, with the line that it shows beside one.
    assert len(told["completions"]) == len(identifiers())
    assert told["documentation"] == "On changes of AWS::EC2::Volume. Takes kmsId."
    assert told["problems"] == ["Type 'number' is not assignable to type 'string'."]


def test_an_editor_of_python_sees_the_identifiers_and_any_text_is_taken(tmp_path):
    program = """
import json, typing
import pulumi_aws_compliance as compliance
hints = typing.get_type_hints(compliance.ManagedRuleArgs.identifier.fget, vars(compliance._inputs))
print(json.dumps({
    "values": [each.value for each in compliance.ManagedRuleIdentifier],
    "named": compliance.ManagedRuleIdentifier.ENCRYPTED_VOLUMES.value,
    "types": sorted(getattr(each, "__name__", str(each)) for each in typing.get_args(hints["return"])),
    "text": compliance.ManagedRuleArgs(identifier="NEW_RULE").identifier,
}))
"""
    environment = os.environ | {"PYTHONPATH": str(artefacts.python_packages())}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told.pop("values")) == identifiers()
    assert told == {"named": "ENCRYPTED_VOLUMES", "types": ["ManagedRuleIdentifier", "str"], "text": "NEW_RULE"}

"""Every framework on the real engine, both ways: all of them at once as rules, and each as conformance packs."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from engine.deployment import yaml_program
from harness.artefacts import ROOT

REGION = "eu-west-1"
FACTS = ROOT / "provider" / "catalog" / "facts" / "generated"
# AWS's for an account and region: "Service Limits" of the AWS Config developer guide.
RULES, PACKS = 1000, 50
RULES_PER_PACK = 40
OUTPUTS = {"names": "${rules.configRuleNames}", "packs": "${rules.conformancePackNames}"}


@functools.cache
def facts(name: str) -> dict:
    return json.loads((FACTS / name).read_text())


def offered(identifier: str) -> bool:
    """Whether the region offers a rule."""
    data = facts("rules.json")
    regions = data["regionSets"][data["rules"][identifier]["regions"]]
    return REGION in regions.get("only", [REGION]) and REGION not in regions.get("except", [])


def expected(framework: str) -> set[str]:
    """Identifiers of what the framework asks for and the region offers."""
    rules = facts("frameworks.json")["frameworks"][framework]["rules"]
    return {rule["identifier"] for rule in rules if not rule.get("off") and offered(rule["identifier"])}


def batches() -> list[list[str]]:
    """The frameworks, so many together as an account takes packs and rules."""
    found: list[list[str]] = [[]]
    rules = packs = 0
    for framework, known in facts("frameworks.json")["frameworks"].items():
        asked = len(known["rules"])
        parts = -(-asked // RULES_PER_PACK)
        if rules + asked > RULES or packs + parts > PACKS:
            found.append([])
            rules = packs = 0
        found[-1].append(framework)
        rules, packs = rules + asked, packs + parts
    return found


def program(folder: Path, frameworks: list[dict]) -> Path:
    """A program with the rules of these frameworks and nothing else."""
    properties = {"rules": {"baseline": False}, "frameworks": frameworks}
    rules = {"type": "aws-compliance:index:RuleSet", "properties": properties}
    text = {"name": "frameworks", "runtime": "yaml", "resources": {"rules": rules}, "outputs": OUTPUTS}
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(json.dumps(text))
    return folder


def in_account(deployed) -> dict[str, dict]:
    """The rules of the account by name."""
    pages = deployed.client("config").get_paginator("describe_config_rules").paginate()
    return {rule["ConfigRuleName"]: rule for page in pages for rule in page["ConfigRules"]}


def test_all_frameworks_at_once_deploy_as_rules(deploy, tmp_path):
    frameworks = list(facts("frameworks.json")["frameworks"])
    deployed = deploy(program(tmp_path / "rules", [{"id": framework} for framework in frameworks]), region=REGION)
    rules = in_account(deployed)
    assert sorted(rules) == sorted(deployed.outputs["names"])
    identifiers = [rule["Source"]["SourceIdentifier"] for rule in rules.values()]
    assert set(identifiers) == set.union(*map(expected, frameworks))
    # A rule is there twice where two frameworks give it what cannot be compared, and then with other values.
    told = [(rule["Source"]["SourceIdentifier"], rule.get("InputParameters")) for rule in rules.values()]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("frameworks", batches(), ids=lambda frameworks: f"{frameworks[0]}..{frameworks[-1]}")
def test_each_framework_deploys_as_packs(deploy, tmp_path, frameworks):
    asked = [{"id": framework, "deployAs": "conformancePack"} for framework in frameworks]
    deployed = deploy(program(tmp_path / "packs", asked), region=REGION)
    config = deployed.client("config")
    pages = config.get_paginator("describe_conformance_pack_status").paginate()
    packs = [pack for page in pages for pack in page["ConformancePackStatusDetails"]]
    assert sorted(pack["ConformancePackName"] for pack in packs) == sorted(deployed.outputs["packs"])
    assert {pack["ConformancePackState"] for pack in packs} <= {"CREATE_COMPLETE"}
    by_pack: dict[str, set[str]] = {}
    rules = in_account(deployed)
    for name in deployed.outputs["packs"]:
        told = config.describe_conformance_pack_compliance(ConformancePackName=name)
        names = [rule["ConfigRuleName"] for rule in told["ConformancePackRuleComplianceList"]]
        by_pack[name] = {rules[rule]["Source"]["SourceIdentifier"] for rule in names}
    for framework in frameworks:
        first = f"compliance-{framework.replace('.', '-')}"
        mine = [found for name, found in by_pack.items() if name == first or name.removeprefix(f"{first}-").isdigit()]
        assert set().union(*mine) == expected(framework), framework
    assert deployed.stack.up().none


def test_a_template_too_large_for_a_request_goes_by_the_bucket(deploy, tmp_path):
    # AWS Config counts characters of parameters, a request bytes of the template: these have four each.
    framework, long = "datalakes-and-analytics-services", "𠮷" * 950
    parameters = {}
    for identifier in sorted(expected(framework)):
        free = [
            known["name"]
            for known in facts("rules.json")["rules"][identifier].get("parameters", [])
            if known["type"] in ("string", "list") and not {"form", "values", "default"} & known.keys()
        ]
        if free:
            parameters[identifier] = {free[0]: long}
    asked = {"id": framework, "deployAs": "conformancePack", "parameters": parameters}
    inputs = {"reports": {"forceDestroy": True}, "frameworks": [asked]}
    outputs = {"bucketName": "${compliance.bucketName}", "packs": "${compliance.conformancePackNames}"}
    deployed = deploy(yaml_program(tmp_path / "large", inputs, outputs), region=REGION)
    packs = [one["inputs"] for one in deployed.of_type("aws:cfg/conformancePack:ConformancePack")]
    (large,) = [pack for pack in packs if "templateS3Uri" in pack]
    assert len(packs) > 1
    bucket, key = large["templateS3Uri"].removeprefix("s3://").split("/", 1)
    assert bucket == deployed.outputs["bucketName"]
    stored = deployed.client("s3").get_object(Bucket=bucket, Key=key)
    assert stored["ServerSideEncryption"] == "aws:kms"
    assert len(stored["Body"].read()) > 51_200
    status = deployed.client("config").describe_conformance_pack_status()["ConformancePackStatusDetails"]
    assert {pack["ConformancePackState"] for pack in status} == {"CREATE_COMPLETE"}
    values = [rule.get("InputParameters", "") for rule in in_account(deployed).values()]
    assert sum(long in json.dumps(value, ensure_ascii=False) or long in value for value in values) == len(parameters)
    assert deployed.stack.up().none

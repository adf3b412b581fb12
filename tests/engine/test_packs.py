"""A framework as conformance packs in the simulated account: whole, ours, weighed in the report, gone at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.deployment import yaml_program
from harness.engine import EngineError
from harness.leftovers import leftovers

INPUTS = {
    "reports": {"forceDestroy": True},
    "frameworks": [
        {
            "id": "hipaa",
            "deployAs": "conformancePack",
            "exclude": ["ENCRYPTED_VOLUMES"],
            "parameters": {"ACCESS_KEYS_ROTATED": {"maxAccessKeyAge": "30"}},
            "severities": {"EC2_INSTANCE_PROFILE_ATTACHED": "critical"},
        }
    ],
}
OUTPUTS = {"bucketName": "${compliance.bucketName}", "packs": "${compliance.conformancePackNames}"}
NAMES = ["compliance-hipaa", "compliance-hipaa-2", "compliance-hipaa-3", "compliance-hipaa-4"]
PACK = "aws:cfg/conformancePack:ConformancePack"


@pytest.fixture(scope="module")
def deployed(deploy, tmp_path_factory):
    return deploy(yaml_program(tmp_path_factory.mktemp("packs"), INPUTS, OUTPUTS))


def rules(deployed) -> dict[str, dict]:
    """The rules of the account by name."""
    pages = deployed.client("config").get_paginator("describe_config_rules").paginate()
    return {rule["ConfigRuleName"]: rule for page in pages for rule in page["ConfigRules"]}


def test_every_pack_is_whole_and_has_its_rules(deployed):
    config = deployed.client("config")
    told = config.describe_conformance_pack_status()["ConformancePackStatusDetails"]
    assert [pack["ConformancePackName"] for pack in told] == deployed.outputs["packs"] == NAMES
    assert {pack["ConformancePackState"] for pack in told} == {"CREATE_COMPLETE"}
    brought = {name: rule for name, rule in rules(deployed).items() if "-conformance-pack-" in name}
    assert len(brought) == 128
    assert all(name.startswith("compliance-hipaa-") for name in brought)
    (keys,) = [rule for name, rule in brought.items() if "access-keys-rotated" in name]
    assert json.loads(keys["InputParameters"]) == {"maxAccessKeyAge": "30"}
    assert keys["Description"].endswith("/compliance"), "the deployment that it belongs to"


def test_cfn_lint_finds_nothing_in_what_is_deployed(deployed, tmp_path):
    written = []
    for number, pack in enumerate(deployed.of_type(PACK)):
        written.append(tmp_path / f"{number}.json")
        written[-1].write_text(pack["inputs"]["templateBody"])
    lint = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run([lint, *written], capture_output=True, text=True)
    assert (len(written), done.returncode, done.stdout) == (4, 0, "")


def test_another_up_and_a_refresh_change_nothing_because_the_packs_are_known_as_ours(deployed):
    for changes in (deployed.stack.up(), deployed.stack.refresh()):
        assert changes.none, changes.touched


def test_what_a_pack_finds_is_reported_under_its_own_name_weight_and_framework(deployed):
    name = next(name for name in rules(deployed) if name.startswith("compliance-hipaa-ec2-instance-profile-attached-"))
    verdict = {"resourceType": "AWS::EC2::Instance", "resourceId": "i-1", "complianceType": "NON_COMPLIANT"}
    deployed.account.put_evaluations(name, [verdict])
    answer = deployed.invoke("compliance-aggregation", {})
    report = deployed.record(answer["report"].replace("index.html", "report.json"))
    (finding,) = report["findings"]
    assert (finding["rule"], finding["severity"]) == ("compliance-hipaa-ec2-instance-profile-attached", "critical")
    of = {rule["name"]: rule for rule in report["rules"]}
    controls = of["compliance-hipaa-ec2-instance-profile-attached"]["controls"]
    assert {"hipaa 164.308(a)(3)(i)", "hipaa 164.312(a)(1)"} <= set(controls)
    assert of["ec2-approved-instance-types"]["severity"] == "informational"
    assert not [rule for rule in of if "-conformance-pack-" in rule]
    record = deployed.record(deployed.invoke("compliance-processing", {})["record"])
    assert {rule["rule"]: rule["compliance"] for rule in record["rules"]}[name] == "NON_COMPLIANT"
    assert record["totals"]["missing"] == 0
    assert incomplete_packs(deployed)[-1] == 0


def incomplete_packs(deployed) -> list[int]:
    """What processing measured, run by run."""
    events = deployed.client("logs").filter_log_events(logGroupName="/aws/lambda/compliance-processing")["events"]
    lines = [json.loads(event["message"]) for event in events if '"IncompletePacks"' in event["message"]]
    return [line["IncompletePacks"] for line in lines]


def test_a_pack_that_is_gone_is_measured_and_comes_back_as_the_runbook_says(deployed):
    deployed.client("config").delete_conformance_pack(ConformancePackName="compliance-hipaa-2")
    deployed.invoke("compliance-processing", {})
    assert incomplete_packs(deployed)[-1] == 1
    deployed.stack.refresh()
    assert deployed.stack.up().touched
    deployed.invoke("compliance-processing", {})
    assert incomplete_packs(deployed)[-1] == 0


def test_a_pack_that_failed_is_measured_until_it_is_whole(deployed):
    config = deployed.client("config")
    (pack,) = [pack for pack in deployed.of_type(PACK) if pack["inputs"]["name"] == "compliance-hipaa-3"]
    template = json.loads(pack["inputs"]["templateBody"])
    first, second, *_ = template["Resources"].values()
    # AWS Config finds out as it deploys: two rules of one name.
    second["Properties"]["ConfigRuleName"] = first["Properties"]["ConfigRuleName"]
    owner = [
        {"ParameterName": one["parameterName"], "ParameterValue": one["parameterValue"]}
        for one in pack["inputs"]["inputParameters"]
    ]
    put = {"ConformancePackName": "compliance-hipaa-3", "ConformancePackInputParameters": owner}
    config.put_conformance_pack(**put, TemplateBody=json.dumps(template))
    # The first look at it says that it is in progress.
    config.describe_conformance_pack_status(ConformancePackNames=["compliance-hipaa-3"])
    deployed.invoke("compliance-processing", {})
    assert incomplete_packs(deployed)[-1] == 1
    config.put_conformance_pack(**put, TemplateBody=pack["inputs"]["templateBody"])
    config.describe_conformance_pack_status(ConformancePackNames=["compliance-hipaa-3"])
    deployed.invoke("compliance-processing", {})
    assert incomplete_packs(deployed)[-1] == 0


def test_leaving_a_rule_out_changes_one_pack_alone(deployed, tmp_path_factory):
    (hipaa,) = INPUTS["frameworks"]
    fewer = {**INPUTS, "frameworks": [{**hipaa, "exclude": ["ENCRYPTED_VOLUMES", "ACM_CERTIFICATE_EXPIRATION_CHECK"]}]}
    before = set(rules(deployed))
    yaml_program(deployed.stack.folder, fewer, OUTPUTS)
    deployed.stack.up()
    (gone,) = before - set(rules(deployed))
    assert gone.startswith("compliance-hipaa-acm-certificate-expiration-check-")


def test_a_pack_of_somebody_else_is_refused_before_anything_is_touched(deploy, tmp_path):
    deployment = deploy(yaml_program(tmp_path / "foreign", INPUTS), up=False)
    source = {"Owner": "AWS", "SourceIdentifier": "EC2_INSTANCE_PROFILE_ATTACHED"}
    rule = {"Type": "AWS::Config::ConfigRule", "Properties": {"ConfigRuleName": "eips", "Source": source}}
    template = json.dumps({"Resources": {"Eips": rule}})
    deployment.client("config").put_conformance_pack(ConformancePackName="compliance-hipaa-2", TemplateBody=template)
    with pytest.raises(EngineError) as caught:
        deployment.stack.preview()
    parts = ["frameworks[0].deployAs", "a conformance pack `compliance-hipaa-2` exists"]
    assert [part for part in parts if part not in str(caught.value)] == []


def test_what_is_wrong_with_packs_is_told_in_one_message(deploy, tmp_path):
    inputs = {
        "namePrefix": "9lives",
        "frameworks": [
            {"id": "hipaa", "deployAs": "conformancePack", "severities": {"EC2_INSTANCE_PROFILE_ATTACHD": "low"}},
            {"id": "hippa", "deployAs": "conformancePack"},
        ],
    }
    deployment = deploy(yaml_program(tmp_path / "wrong", inputs), up=False)
    with pytest.raises(EngineError) as caught:
        deployment.stack.preview()
    parts = [
        "3 inputs are wrong",
        "frameworks[0].severities.EC2_INSTANCE_PROFILE_ATTACHD",
        "nearest: `EC2_INSTANCE_PROFILE_ATTACHED`",
        "frameworks[1].id",
        "nearest: `hipaa`",
        "namePrefix",
    ]
    assert [part for part in parts if part not in str(caught.value)] == []


def test_destroy_leaves_nothing(deployed):
    deployed.stack.destroy()
    assert leftovers(deployed.account) == {}
    assert deployed.client("config").describe_conformance_packs()["ConformancePackDetails"] == []

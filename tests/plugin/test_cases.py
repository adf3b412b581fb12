"""The reported problems as whole programs (`tests/cases`): `check` reads each, and says the same as a preview.

The number of a file is that of its case. What only a deployment shows is in `tests/engine/test_reported_cases.py`.
"""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness import artefacts
from harness.artefacts import ROOT

CASES = ROOT / "tests/cases"
PROPERTIES = "resources.compliance.properties."
# Where another region than that of most cases shows the fault.
REGIONS = {"28-packs-region": "ap-southeast-5"}
# Errors and warnings by path, each with words of its text; a file that is not here has none.
EXPECTED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "02b-guard-unclosed-bad": ({f"{PROPERTIES}rules.custom[0].guard.policy": "line 1, column 16"}, {}),
    "08-tag-key-case": ({f"{PROPERTIES}tags.team": "differs from `Team` in case alone"}, {}),
    "10a-daily-outside-only": ({f"{PROPERTIES}recorder.dailyTypes[0]": "`resourceTypes` does not have it"}, {}),
    "10b-daily-of-excluded": ({f"{PROPERTIES}recorder.dailyTypes[0]": "`resourceTypes` excludes it"}, {}),
    "15-reserved-concurrency-1": ({f"{PROPERTIES}functions.reservedConcurrency": "nearest: `2`"}, {}),
    "17-slack-webhook-route": (
        {},
        {
            f"{PROPERTIES}notifications.routes": "no one will receive alarms",
            f"{PROPERTIES}notifications.routes.on-call.https": "of Slack never confirms",
            f"{PROPERTIES}notifications.routes.teams.https": "of Microsoft Teams never confirms",
        },
    ),
    "18a-cron-silent": ({}, {f"{PROPERTIES}alarms.silentHours": "nearest: `25`"}),
    "18b-cron-weekdays": ({}, {f"{PROPERTIES}alarms.silentHours": "nearest: `73`"}),
    "19-custom-scope": (
        {
            f"{PROPERTIES}rules.custom[2].scope.resourceTypes[0]": "nearest: `AWS::EC2::Volume`",
            f"{PROPERTIES}rules.custom[3].scope.resourceId": "1 to 768 characters, got 0",
            f"{PROPERTIES}rules.custom[4].scope.tagKey": "1 to 128 characters, got 200",
        },
        {f"{PROPERTIES}rules.custom[{place}].scope": "evaluated and charged" for place in (0, 1)},
    ),
    "22-catalog-check": (
        {
            "rules.managed[0].parameters.tag1Key": "needs this parameter",
            "rules.managed[1].parameters.amisByTagKeyAndValue": "needs this parameter",
        },
        {},
    ),
    "22a-required-tags": (
        {
            f"{PROPERTIES}rules.managed[0].parameters.tag1Key": "needs this parameter",
            f"{PROPERTIES}rules.managed[1].parameters.amisByTagKeyAndValue": "needs this parameter",
        },
        {},
    ),
    "22b-required-tags-seven": ({"rules.managed[0].parameters.tag7Key": "nearest: `tag6Key`"}, {}),
    "23a-eks-framework": (
        {},
        {
            "frameworks[0].parameters": "has the sample value",
            "frameworks[1].parameters": "older than any version of EKS",
        },
    ),
    "23b-eks-float": (
        {f"{PROPERTIES}rules.managed[0].parameters.oldestVersionSupported": "put it into quotes"},
        {},
    ),
    "28-packs-region": ({}, {f"{PROPERTIES}frameworks[0].deployAs": "nearest: `rules`"}),
}


def check(file: Path | str, region: str = "eu-west-1", **options) -> subprocess.CompletedProcess:
    """What `check` answers in a region."""
    command = [artefacts.plugin() / "pulumi-resource-aws-compliance", "check", file, "--region", region]
    return subprocess.run([*command, "--json"], env={}, capture_output=True, text=True, **options)


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.yaml")))
def test_each_reported_case_is_judged_as_it_should_be(case):
    done = check(CASES / f"{case}.yaml", REGIONS.get(case, "eu-west-1"))
    found = json.loads(done.stdout)
    errors, warnings = EXPECTED.get(case, ({}, {}))
    for expected, told in ((errors, found["errors"]), (warnings, found["warnings"])):
        assert {each["path"] for each in told} == expected.keys(), found
        missed = [path for path, words in expected.items() if not any(words in each["reason"] for each in told)]
        assert missed == [], found
    assert done.returncode == bool(errors)


def test_every_expectation_has_its_case():
    assert EXPECTED.keys() <= {path.stem for path in CASES.glob("*.yaml")}


def test_each_component_of_a_program_is_checked_and_expressions_are_not_known():
    program = """
name: p
runtime: yaml
resources:
  key: { type: "aws:kms:Key" }
  one:
    type: aws-compliance:ComplianceMonitoring
    properties: { kmsKeyArn: "${key.arn}", namePrefix: A_B }
  two:
    type: aws-compliance:index:ComplianceMonitoring
    properties: { functions: { timeoutSeconds: 1000 } }
"""
    found = json.loads(check("-", input=program).stdout)
    assert {each["path"] for each in found["errors"]} == {
        "resources.one.properties.namePrefix",
        "resources.two.properties.functions.timeoutSeconds",
        "resources.two.properties",
    }


def test_journey_5_two_components_of_a_program_need_providers_of_their_own():
    component = {"type": "aws-compliance:index:ComplianceMonitoring"}
    program = {"resources": {"one": component, "two": {**component, "options": {"provider": "${there}"}}}}
    assert check("-", input=json.dumps(program)).returncode == 0
    del program["resources"]["two"]["options"]
    (error,) = json.loads(check("-", input=json.dumps(program)).stdout)["errors"]
    assert error["path"] == "resources.two.properties" and "resources.one.properties" in error["reason"]


KEY = "arn:aws:kms:eu-west-1:111122223333:key/a"
# It ends within the year that a waiver may last, whenever this runs.
WAIVER = {
    "rule": "ebs-volumes-encrypted",
    "owner": "a",
    "reason": "b",
    "expires": f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}",
}


@pytest.mark.parametrize(
    ("inputs", "errors", "warnings"),
    [
        ({"kmsKeyArn": KEY, "regions": ["eu-west-2"]}, set(), set()),
        ({"rules": {"managed": [{"identifier": "ACCESS_KEYS_ROTATED"}]}, "regions": ["ca-west-1"]}, set(), set()),
        ({"regions": ["eu-west-2", "eu-west-2"]}, {"regions[1]"}, set()),
        ({"regions": ["us-gov-west-1"]}, {"regions[0]"}, set()),
        ({"regions": ["cn-north-1"]}, {"regions[0]"}, set()),
        ({"regions": ["EU West"]}, {"regions[0]"}, set()),
        ({"regions": ["us-east1"]}, {"regions[0]"}, set()),
        ({"reports": {"retentionDays": 0}}, {"reports.retentionDays"}, set()),
        ({"waivers": [WAIVER, WAIVER]}, {"waivers[1]"}, set()),
    ],
)
def test_check_judges_other_regions_as_a_preview_does(inputs, errors, warnings):
    found = json.loads(check("-", input=json.dumps(inputs)).stdout)
    assert {each["path"] for each in found["errors"]} == errors, found
    assert {each["path"] for each in found["warnings"]} == warnings, found


@pytest.mark.parametrize(
    "inputs",
    [
        {"waivers": [{"rule": "nope", "owner": "a", "reason": "b", "expires": "2027-03-31"}]},
        {"waivers": [{"rule": "ENCRYPTED_VOLUMES", "owner": "a", "reason": "b", "expires": "2027-03-31"}]},
        {"rules": {"managed": [{"identifier": "NO_SUCH_RULE_AT_ALL"}]}},
        {"recorder": {"mode": "create", "strategy": "only", "resourceTypes": ["AWS::Foo::Bar"]}},
    ],
)
def test_journey_13_nothing_is_suggested_where_nothing_is_near(inputs):
    done = check("-", input=json.dumps(inputs))
    assert json.loads(done.stdout)["errors"] + json.loads(done.stdout)["warnings"]
    assert "nearest" not in done.stdout


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("resources: { a: { type: 'aws:s3:Bucket' } }", "expected a resource of the type `aws-compliance:index:Compl"),
        ("resources: { a: { type: 'aws-compliance:ComplianceMonitoring', properties: 7 } }", "resources.a.properties"),
    ],
)
def test_a_program_without_inputs_of_the_component_is_refused(program, said):
    done = check("-", input=program)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


PROGRAM = """
name: own
runtime: yaml
config:
  age: { type: integer, default: 90 }
  account: { type: string }
  prefix: { type: string, default: A_B }
variables:
  rules: [{ identifier: ACCESS_KEYS_ROTATED, parameters: { maxAccessKeyAge: "${age}" } }]
resources:
  key: { type: "aws:kms:Key" }
  monitor:
    type: aws-compliance:ComplianceMonitoring
    properties:
      kmsKeyArn: ${key.arn}
      namePrefix: ${prefix}
      rules: { managed: "${rules}" }
      aggregation: { accounts: ["${account}"] }
"""
MONITOR = "resources.monitor.properties"


def test_journey_7_values_of_the_configuration_are_judged_and_what_is_not_known_is_named(tmp_path):
    program = tmp_path / "Pulumi.yaml"
    program.write_text(PROGRAM)
    found = json.loads(check(program).stdout)
    assert {each["path"] for each in found["errors"]} == {f"{MONITOR}.namePrefix"}
    assert {each["path"]: each["reason"].split(",")[0] for each in found["notChecked"]} == {
        f"{MONITOR}.aggregation.accounts[0]": "the configuration `account` has no default",
        f"{MONITOR}.kmsKeyArn": "an output of the resource `key`",
    }


def test_journey_7_values_of_the_only_stack_are_used(tmp_path):
    program = tmp_path / "Pulumi.yaml"
    program.write_text(PROGRAM)
    values = {"own:account": "012345678901", "own:prefix": "audit", "own:age": "soon"}
    (tmp_path / "Pulumi.prod.yaml").write_text(json.dumps({"config": values}))
    found = json.loads(check(program).stdout)
    assert [each["path"] for each in found["errors"]] == ["config.age"]
    (tmp_path / "Pulumi.prod.yaml").write_text(json.dumps({"config": values | {"own:age": "30"}}))
    found = json.loads(check(program).stdout)
    assert (found["errors"], found["stack"]) == ([], "Pulumi.prod.yaml")
    assert [each["path"] for each in found["notChecked"]] == [f"{MONITOR}.kmsKeyArn"]


def test_journey_7_a_stack_that_has_no_file_is_refused_with_those_that_have(tmp_path):
    program = tmp_path / "Pulumi.yaml"
    program.write_text(PROGRAM)
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    command = [artefacts.plugin() / "pulumi-resource-aws-compliance", "check", program, "--region", "eu-west-1"]
    done = subprocess.run([*command, "--stack", "stage"], env={}, capture_output=True, text=True)
    assert done.returncode == 2 and "no Pulumi.stage.yaml beside the program" in done.stderr and "prod" in done.stderr

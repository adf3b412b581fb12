"""Two frameworks beside the baseline in the simulated account: each rule once, watched, and gone at the end."""

from __future__ import annotations

import json

import pytest

from engine.deployment import yaml_program
from harness.engine import EngineError
from harness.leftovers import leftovers

# eu-west-1 does not offer it.
LACKING = "APPINTEGRATIONS_EVENT_INTEGRATION_DESCRIPTION"
INPUTS = {
    "reports": {"forceDestroy": True},
    "rules": {
        "managed": [
            {"identifier": "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "description": "Buckets are encrypted"},
            {"identifier": "ENCRYPTED_VOLUMES"},
            {"identifier": LACKING, "onUnavailable": "skip"},
        ]
    },
    "frameworks": [
        {"id": "hipaa", "exclude": ["CLOUD_TRAIL_ENABLED"]},
        {"id": "pci-dss-4.0", "parameters": {"ACCESS_KEYS_ROTATED": {"maxAccessKeyAge": "30"}}},
    ],
}


@pytest.fixture(scope="module")
def deployed(deploy, tmp_path_factory):
    return deploy(
        yaml_program(tmp_path_factory.mktemp("frameworks"), INPUTS, {"names": "${compliance.configRuleNames}"})
    )


@pytest.fixture(scope="module")
def rules(deployed) -> dict[str, dict]:
    """The rules of the account by name."""
    pages = deployed.client("config").get_paginator("describe_config_rules").paginate()
    return {rule["ConfigRuleName"]: rule for page in pages for rule in page["ConfigRules"]}


def test_each_rule_is_there_once_under_its_frameworks(deployed, rules):
    assert sorted(deployed.outputs["names"]) == sorted(rules)
    assert len(rules) > 200
    identifiers = [rule["Source"]["SourceIdentifier"] for rule in rules.values()]
    for identifier, name in (
        ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "s3-bucket-encryption-enabled"),
        ("ENCRYPTED_VOLUMES", "ebs-volumes-encrypted"),
        ("DB_INSTANCE_BACKUP_ENABLED", "rds-backup-retention-enabled"),
    ):
        assert identifiers.count(identifier) == 1
        assert rules[name]["Source"]["SourceIdentifier"] == identifier
    assert rules["s3-bucket-encryption-enabled"]["Description"] == "Buckets are encrypted"
    assert LACKING not in identifiers
    keys = rules["access-keys-rotated"]
    assert json.loads(keys["InputParameters"]) == {"maxAccessKeyAge": "30"}
    assert keys["Description"] == "Asked for by hipaa, pci-dss-4.0"
    assert rules["cloud-trail-enabled"]["Description"] == "Asked for by pci-dss-4.0"


def test_a_second_up_changes_nothing(deployed):
    assert deployed.stack.up().touched == {}


def test_the_functions_know_every_rule(deployed, rules):
    bucket = deployed.named("compliance-reports-bucket")["outputs"]["bucket"]
    key = deployed.named("compliance-functions-configuration")["outputs"]["key"]
    body = deployed.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    document = json.load(body)
    assert {rule["name"] for rule in document["rules"]} == rules.keys()
    # What is skipped is not assessed, and is no rule that passes.
    assert {"identifier": LACKING} in document["notAssessed"]
    assert document["manual"] == {"hipaa": ["annual-risk-assessment-performed"]}


def test_every_part_of_the_event_rules_reaches_both_queues(deployed, rules):
    events = deployed.client("events")
    watched = [rule for rule in events.list_rules()["Rules"] if "EventPattern" in rule]
    assert len(watched) > 1
    names = [name for rule in watched for name in json.loads(rule["EventPattern"])["detail"]["configRuleName"]]
    assert sorted(names) == sorted(rules)
    for rule in watched:
        targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        assert {target["Id"] for target in targets} == {"processing", "remediation"}


def test_frameworks_and_rules_are_told_wrong_in_one_message(deploy, tmp_path):
    inputs = {
        "rules": {"managed": [{"identifier": "S3_BUCKET_SSE_ENABLED"}]},
        "frameworks": [{"id": "hippa"}, {"id": "hipaa", "exclude": ["ENCRYPTED_VOLUME"]}],
    }
    deployment = deploy(yaml_program(tmp_path / "wrong", inputs), up=False)
    with pytest.raises(EngineError) as caught:
        deployment.stack.preview()
    parts = [
        "3 inputs are wrong",
        "frameworks[0].id",
        "unknown framework `hippa`; nearest: `hipaa`",
        "frameworks[1].exclude[0]",
        "`hipaa` has no rule `ENCRYPTED_VOLUME`; nearest: `ENCRYPTED_VOLUMES`",
        "rules.managed[0].identifier",
    ]
    assert [part for part in parts if part not in str(caught.value)] == []


def test_destroy_leaves_nothing(deployed):
    deployed.stack.destroy()
    assert leftovers(deployed.account) == {}

"""A hundred thousand results: deployed processing takes them in as one silent baseline, and then only what changes.

Aggregation over as many is a test of its handler: the account would select them all anew for each of a thousand pages.
"""

from __future__ import annotations

import json

import pytest

from engine.deployment import yaml_program

INPUTS = {"reports": {"forceDestroy": True}}
OUTPUTS = {name: f"${{compliance.{name}}}" for name in ("bucketName", "ledgerTableName")}
# Results of each rule, and how many of them do not comply.
RESULTS, OPEN = 25_000, 1_000
TYPES = {
    "ec2-approved-instance-types": "AWS::EC2::Instance",
    "s3-bucket-encryption-enabled": "AWS::S3::Bucket",
    "rds-backup-retention-enabled": "AWS::RDS::DBInstance",
    "ebs-volumes-encrypted": "AWS::EC2::Volume",
}


@pytest.fixture(scope="module")
def deployed(deploy, tmp_path_factory):
    made = deploy(yaml_program(tmp_path_factory.mktemp("many"), INPUTS, OUTPUTS))
    # The scheduled read is what is looked at here, without a hundred thousand events beside it.
    made.client("events").disable_rule(Name="compliance-compliance-change")
    for rule, kind in TYPES.items():
        results = [
            {
                "resourceType": kind,
                "resourceId": f"resource-{number:06}",
                "complianceType": "NON_COMPLIANT" if number < OPEN else "COMPLIANT",
            }
            for number in range(RESULTS)
        ]
        made.account.put_evaluations(rule, results)
    return made


def findings(deployed) -> int:
    """How many entries the ledger has of findings."""
    pages = deployed.client("dynamodb").get_paginator("scan").paginate(TableName=deployed.outputs["ledgerTableName"])
    return sum(item["partition"]["S"].startswith("findings/") for page in pages for item in page["Items"])


def test_the_first_read_is_a_silent_baseline_of_all_of_them(deployed):
    answer = deployed.invoke("compliance-processing", {})
    assert (answer["rules"], answer["nonCompliant"]) == (4, 4)
    assert findings(deployed) == OPEN * len(TYPES)


def test_after_the_second_look_only_what_changes_is_written(deployed):
    deployed.invoke("compliance-processing", {})
    result = {"resourceType": "AWS::EC2::Volume", "resourceId": "resource-000000", "complianceType": "COMPLIANT"}
    deployed.account.put_evaluations("ebs-volumes-encrypted", [result])
    deployed.invoke("compliance-processing", {})
    events = deployed.client("logs").filter_log_events(logGroupName="/aws/lambda/compliance-processing")["events"]
    lines = [json.loads(event["message"]) for event in events if '"evaluated"' in event["message"]]
    assert lines[-1]["fields"]["news"] == 1

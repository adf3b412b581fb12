"""What the components register is what `@pulumi/aws` takes, and nothing of it is deprecated there."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from contract import ROOT, findings

from harness import artefacts


@pytest.fixture(scope="session")
def children() -> list[dict]:
    """Every child that the components register; from the file $CONTRACT_CHILDREN where that is set."""
    if recorded := os.environ.get("CONTRACT_CHILDREN"):
        return json.loads(Path(recorded).read_text())
    return json.loads(subprocess.check_output([artefacts.program("record_children", "example")], cwd=ROOT))


def test_children_are_what_the_package_takes(children: list[dict]) -> None:
    """Each recorded input compiles, and none is deprecated."""
    assert children, "no child was recorded"
    assert findings(children) == []


def test_right_children_pass() -> None:
    """Nested inputs, maps, archives, and assets where an archive may stand."""
    lifecycle = {"id": "expire", "status": "Enabled", "filter": {"prefix": "log/"}, "expiration": {"days": 30}}
    right = [
        {"type": "aws:kms/key:Key", "inputs": {"enableKeyRotation": True, "tags": {"any-name": "x"}}},
        {
            "type": "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "inputs": {"bucket": "b", "rules": [lifecycle]},
        },
        {"type": "aws:lambda/function:Function", "inputs": {"role": "arn", "code": {"archive": "./code.zip"}}},
        {"type": "aws:s3/bucketObjectv2:BucketObjectv2", "inputs": {"bucket": "b", "source": {"asset": "./a.txt"}}},
        {"type": "aws:s3/bucketObjectv2:BucketObjectv2", "inputs": {"bucket": "b", "source": {"archive": "./a.zip"}}},
    ]
    assert findings(right) == []


RULE = {"id": "expire", "status": "Enabled"}
WRONG = {
    "unknown property": ("aws:kms/key:Key", {"rotate": True}, ".rotate", "rotate"),
    "unknown nested property": (
        "aws:s3/bucketVersioning:BucketVersioning",
        {"bucket": "b", "versioningConfiguration": {"status": "Enabled", "state": "x"}},
        ".versioningConfiguration.state",
        "state",
    ),
    "wrong type": ("aws:kms/key:Key", {"deletionWindowInDays": "thirty"}, ".deletionWindowInDays", "string"),
    "wrong type in a list": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"bucket": "b", "rules": [RULE, RULE | {"expiration": {"days": "30"}}]},
        ".rules[1].expiration.days",
        "string",
    ),
    "missing property": ("aws:kms/alias:Alias", {"name": "alias/x"}, "", "targetKeyId"),
    "text for an archive": ("aws:lambda/function:Function", {"role": "a", "code": "./code.zip"}, ".code", "an Archive"),
    "asset for an archive": (
        "aws:lambda/function:Function",
        {"role": "a", "code": {"asset": "./a.txt"}},
        ".code",
        "an Archive",
    ),
    "unknown type": ("aws:kms/key:Kee", {}, "", "Kee"),
    "deprecated property": (
        "aws:s3/bucket:Bucket",
        {"versioning": {"enabled": True}},
        ".versioning",
        "`versioning` is deprecated",
    ),
    "deprecated scalar": (
        "aws:cfg/aggregateAuthorization:AggregateAuthorization",
        {"accountId": "111122223333", "region": "eu-west-1"},
        ".region",
        "`region` is deprecated",
    ),
    "deprecated nested property": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"bucket": "b", "rules": [RULE | {"prefix": "log/"}]},
        ".rules[0].prefix",
        "`prefix` is deprecated",
    ),
    "deprecated type": ("aws:s3/bucketV2:BucketV2", {}, "", "`BucketV2` is deprecated"),
}


@pytest.fixture(scope="session")
def wrong_findings() -> list[str]:
    """All wrong children in one program: each compiler run takes seconds."""
    return findings([{"type": token, "inputs": inputs} for token, inputs, _, _ in WRONG.values()])


@pytest.mark.parametrize("case", WRONG)
def test_wrong_children_are_named(case: str, wrong_findings: list[str]) -> None:
    """The finding names the child, the place of the property, and what is wrong there."""
    token, _, path, text = WRONG[case]
    assert any(line.startswith(f"{token}{path}: ") and text in line for line in wrong_findings), wrong_findings


def test_nothing_else_is_found_in_wrong_children(wrong_findings: list[str]) -> None:
    """One wrong thing is one finding, so no case passes by another's; the unknown type has its two uses."""
    places = [f"{token}{path}" for token, _, path, _ in WRONG.values()] + [WRONG["unknown type"][0]]
    assert sorted(line.split(": ", 1)[0] for line in wrong_findings) == sorted(places), wrong_findings

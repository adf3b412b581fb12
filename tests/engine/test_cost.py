"""The cost estimate: a line of the preview, `getCostEstimate`, and `cost estimate` with the account's resources."""

from __future__ import annotations

import json
import subprocess

import pytest

from account.client import prepare_landing_zone
from engine.deployment import EXAMPLES, yaml_program
from engine.test_catalog import asked, program
from harness import artefacts
from harness.artefacts import PLUGIN
from harness.stack import Stack

REGION = "eu-west-1"
INPUTS = {
    "rules": {"managed": [{"identifier": "S3_BUCKET_VERSIONING_ENABLED"}, {"identifier": "ACCESS_KEYS_ROTATED"}]},
    "recorder": {"mode": "create"},
    "functions": {"schedule": "rate(12 hours)"},
}


def cost(file, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """What the command prints."""
    command = [artefacts.plugin() / PLUGIN, "cost", "estimate", file, "--region", REGION, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture
def inputs(tmp_path):
    """A file of inputs."""
    path = tmp_path / "inputs.json"
    path.write_text(json.dumps(INPUTS))
    return path


@pytest.fixture
def landing_zone(new_account):
    """An account with a recorder and three volumes."""
    account = new_account(REGION)
    prepare_landing_zone(account)
    for _ in range(3):
        account.client("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=1)
    return account


def test_table_has_each_line_with_its_assumption_and_the_total(inputs):
    done = cost(inputs)
    assert done.returncode == 0, done.stderr
    lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
    assert {"evaluations", "recording", "keys", "metrics", "dashboard", "total"} <= lines.keys()
    assert "because the account was not inspected" in lines["evaluations"]
    assert "info  prices of us-east-1" in done.stdout
    assert "info  the account was not inspected" in done.stdout


def test_function_answers_what_the_command_prints(engine, account, tmp_path, inputs):
    printed = json.loads(cost(inputs, "--json").stdout)
    calls = {"cost": asked("getCostEstimate", INPUTS | {"region": REGION})}
    stack = Stack(engine, program(tmp_path, calls, {"cost": "${cost}"}), "cost", account.environment)
    stack.up()
    assert stack.outputs()["cost"] == printed
    assert printed["lowUsd"] < printed["expectedUsd"] < printed["highUsd"]
    assert sum(line["expectedUsd"] for line in printed["lines"]) == pytest.approx(printed["expectedUsd"], abs=0.1)


def test_resources_of_the_account_replace_assumptions(inputs, landing_zone):
    done = cost(inputs, "--account", "--json", **landing_zone.environment)
    assert done.returncode == 0, done.stderr
    counted = json.loads(done.stdout)
    assert not any("not inspected" in note for note in counted["notes"])
    recording = next(line for line in counted["lines"] if line["name"] == "recording")
    # One bucket with 1 change and three volumes with 10 changes each.
    assert recording["assumption"].startswith("31 ("), recording
    assumed = json.loads(cost(inputs, "--json").stdout)
    assert counted["expectedUsd"] < assumed["expectedUsd"]


def test_account_that_cannot_be_inspected_is_an_error(inputs, endpoint):
    done = cost(inputs, "--account", AWS_ENDPOINT_URL=endpoint)
    assert done.returncode == 1
    assert "credentials" in done.stderr


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"rules": {"managed": [{"identifier": "S3_BUCKET_VERSIONING"}]}}, "rules.managed[0].identifier"),
        ({"recorder": {"mode": "none"}}, "recorder.mode"),
        ({"reports": {"retentionDays": 0}}, "reports.retentionDays"),
    ],
)
def test_invalid_inputs_are_errors_with_their_path(tmp_path, given, expected):
    path = tmp_path / "inputs.json"
    path.write_text(json.dumps(given))
    done = cost(path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: {expected}: " in done.stderr


def test_preview_has_one_line_with_the_resources_of_the_account(engine, landing_zone):
    stack = Stack(engine, EXAMPLES / "yaml", "cost", landing_zone.environment)
    said = [text for text in stack.preview().of_severity("info") if "USD a month" in text]
    assert len(said) == 1, said
    assert said[0].startswith("estimated ")
    assert " metrics" in said[0] or " dashboard" in said[0]


# What the estimate assumes of each resource in a month: the account is made to have just so many changes.
CHANGES = {"AWS::S3::Bucket": 1, "AWS::EC2::Volume": 10, "AWS::EC2::Instance": 10, "AWS::RDS::DBInstance": 1}
USD_PER_EVALUATION = 0.001


@pytest.mark.parametrize(
    "rules",
    [
        {},
        INPUTS["rules"],
        {
            "managed": [
                {"identifier": "S3_BUCKET_VERSIONING_ENABLED", "scope": {"resourceTypes": ["AWS::S3::Bucket"]}},
                {"identifier": "ACCESS_KEYS_ROTATED", "frequency": "One_Hour"},
                {"identifier": "CLOUD_TRAIL_ENABLED", "frequency": "Six_Hours"},
                {"identifier": "EC2_VOLUME_INUSE_CHECK"},
            ]
        },
    ],
    ids=["baseline", "two-more", "periodic"],
)
def test_evaluations_of_a_simulated_month_are_those_of_the_estimate(engine, landing_zone, tmp_path, rules):
    # One file is the program's inputs and the command's.
    given = tmp_path / "inputs.json"
    given.write_text(json.dumps({"rules": rules}))
    for number in range(6):
        landing_zone.client("s3").create_bucket(
            Bucket=f"data-{landing_zone.account_id}-{number}", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    Stack(engine, yaml_program(tmp_path / "month", {"rules": rules}), "month", landing_zone.environment).up()
    counted = sum(landing_zone.month(CHANGES).values())
    estimated = json.loads(cost(given, "--account", "--json", **landing_zone.environment).stdout)
    line = next(line for line in estimated["lines"] if line["name"] == "evaluations")
    assert line["expectedUsd"] / USD_PER_EVALUATION == pytest.approx(counted, rel=0.2), line

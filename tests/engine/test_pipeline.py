"""The scripts of `examples/pipeline` check, preview, deploy and find drift, on the engine and the simulated account."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from account.client import prepare_landing_zone
from harness.artefacts import ROOT
from harness.stack import Stack

PIPELINE = ROOT / "examples/pipeline"
REGION = "eu-west-1"


class Pipeline:
    """A copy of the folder, with a stack and an account of its own."""

    def __init__(self, engine, account) -> None:
        self.account = account
        self.stack = Stack(engine, PIPELINE, "pipeline", account.environment)
        self.variables = engine.variables() | self.stack.account | {"PULUMI_STACK": "pipeline", "AWS_REGION": REGION}

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess:
        """Run a script as a pipeline does."""
        command = [f"scripts/{script}.sh"]
        return subprocess.run(
            command, cwd=self.stack.folder, env=self.variables | environment, capture_output=True, text=True
        )

    def inputs(self, **inputs) -> None:
        """Change the program's inputs."""
        (self.stack.folder / "compliance.json").write_text(json.dumps(inputs))

    @property
    def comment(self) -> str:
        """What is posted to the change."""
        return (self.stack.folder / "comment.md").read_text()


@pytest.fixture(scope="module")
def pipeline(engine, new_account) -> Pipeline:
    """The pipeline, in an account with a recorder."""
    account = new_account(REGION)
    prepare_landing_zone(account)
    return Pipeline(engine, account)


def test_good_inputs_pass_the_check(pipeline):
    done = pipeline.run("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_invalid_inputs_fail_the_check_and_the_preview_with_their_path(pipeline):
    given = json.loads((PIPELINE / "compliance.json").read_text())
    pipeline.inputs(rules={"managed": [{"identifier": "S3_BUCKET_SSL_REQUESTS"}]})
    checked, previewed = pipeline.run("check"), pipeline.run("preview")
    pipeline.inputs(**given)
    assert checked.returncode != 0
    assert "rules.managed[0].identifier" in checked.stdout + checked.stderr
    assert previewed.returncode != 0
    assert "The preview failed." in pipeline.comment
    assert "rules.managed[0].identifier" in pipeline.comment
    assert "S3_BUCKET_SSL_REQUESTS_ONLY" in pipeline.comment


def test_preview_writes_what_changes_and_what_the_component_says(pipeline):
    done = pipeline.run("preview")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "### Preview of `pipeline`" in pipeline.comment
    assert " to create." in pipeline.comment
    assert "account " in pipeline.comment.split("**Notes**")[1]
    assert pipeline.stack.resources() == {}


def test_deployment_has_no_drift_until_somebody_changes_the_account(pipeline):
    deployed = pipeline.run("deploy")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    unchanged = pipeline.run("drift")
    assert unchanged.returncode == 0, unchanged.stdout + unchanged.stderr
    alarms = pipeline.account.client("cloudwatch")
    name = alarms.describe_alarms(AlarmNamePrefix="compliance-")["MetricAlarms"][0]["AlarmName"]
    alarms.delete_alarms(AlarmNames=[name])
    changed = pipeline.run("drift")
    assert changed.returncode != 0
    assert "drift: see above" in changed.stderr
    assert pipeline.run("deploy").returncode == 0


@pytest.mark.parametrize(
    ("script", "program", "environment", "expected"),
    [
        (
            "comment-github",
            "gh",
            {"PULL_REQUEST": "7"},
            "gh pr comment 7 --body-file comment.md --edit-last --create-if-none",
        ),
        (
            "comment-gitlab",
            "curl",
            {
                "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
                "CI_PROJECT_ID": "1",
                "CI_MERGE_REQUEST_IID": "7",
                "COMMENT_TOKEN": "token",
            },
            "https://gitlab.example.com/api/v4/projects/1/merge_requests/7/notes",
        ),
    ],
)
def test_comment_is_posted_to_the_change(pipeline, tmp_path, script, program, environment, expected):
    (tmp_path / program).write_text(f'#!/bin/sh\necho "{program} $*" > {tmp_path}/asked\n')
    (tmp_path / program).chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{pipeline.variables['PATH']}"
    done = pipeline.run(script, PATH=path, **environment)
    assert done.returncode == 0, done.stderr
    assert expected in (tmp_path / "asked").read_text()

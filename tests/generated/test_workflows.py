"""The workflows run nothing but what runs here: every shell step is a target of the Makefile."""

from __future__ import annotations

import re

import pytest
import yaml

from harness.artefacts import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PIPELINE = ROOT / "examples/pipeline"


def steps(text: str) -> list[dict]:
    """The steps of all jobs."""
    return [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_shell_step_is_a_make_target(workflow):
    commands = [step["run"] for step in steps(workflow.read_text()) if "run" in step]
    assert commands
    for command in commands:
        found = re.fullmatch(r"make ([a-z-]+)( [A-Z][A-Z0-9_]*=[^;&|`]*)*", command)
        assert found, command
        assert found[1] in TARGETS, command


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_starts_without_permission_to_write(workflow):
    permissions = yaml.safe_load(workflow.read_text())["permissions"]
    assert permissions["contents"] == "read"
    assert set(permissions) <= {"contents", "id-token"}


def nightly() -> dict[str, dict]:
    """The workflows that run every night, by the target of the Makefile that they run."""
    found = {}
    for workflow in WORKFLOWS:
        text = yaml.safe_load(workflow.read_text())
        # YAML reads the key `on` as a boolean.
        events = text.get("on", text.get(True))
        for entry in events.get("schedule", []) if isinstance(events, dict) else []:
            minute, hour, *days = entry["cron"].split()
            assert (days, minute.isdigit(), hour.isdigit()) == (["*", "*", "*"], True, True), workflow.name
            assert "workflow_dispatch" in events, "somebody wants to run it now"
            found |= {step["run"].split()[1]: text for step in steps(workflow.read_text()) if "run" in step}
    return found


def test_every_night_runs_all_tests_in_full_and_the_test_in_a_real_account():
    assert set(nightly()) == {"test-all", "smoke"}


def test_the_nightly_tests_use_no_account():
    text = nightly()["test-all"]
    assert text["permissions"] == {"contents": "read"}
    assert not [step for step in steps(yaml.dump(text)) if "aws-actions" in step.get("uses", "")]


def test_the_test_in_a_real_account_signs_in_by_openid_connect_where_a_role_is_given():
    text = nightly()["smoke"]
    assert text["permissions"]["id-token"] == "write"
    (job,) = text["jobs"].values()
    assert job["if"] == "vars.AWS_SMOKE_ROLE_ARN != ''"
    (given,) = [step["with"] for step in job["steps"] if "aws-actions" in step.get("uses", "")]
    assert given["role-to-assume"] == "${{ vars.AWS_SMOKE_ROLE_ARN }}"
    assert not [name for name in given if "key" in name or "secret" in name]
    # The test takes two hours at most, and with expired credentials nothing can be destroyed.
    assert given["role-duration-seconds"] >= 2 * 60 * 60


def scripts(text: str) -> set[str]:
    """The scripts that a template names; $STEP is one of three."""
    names = set(re.findall(r"scripts/([\w$-]+)\.sh", text))
    return names - {"$STEP"} | ({"preview", "deploy", "drift"} if "$STEP" in names else set())


@pytest.mark.parametrize("template", ["github/compliance.yml", "gitlab/.gitlab-ci.yml", "codebuild/buildspec.yml"])
def test_pipeline_template_runs_every_script_and_nothing_else(template):
    text = (PIPELINE / template).read_text()
    assert yaml.safe_load(text)
    assert {"check", "preview", "deploy", "drift"} <= scripts(text)
    assert {path.stem for path in (PIPELINE / "scripts").glob("*.sh")} >= scripts(text)
    commands = re.findall(r"^\s*- (?:run: )?(\S+)", text, re.MULTILINE)
    allowed = ("scripts/", "npm", "uses:", "printf", "if")
    assert [command for command in commands if not command.startswith(allowed)] == []


def test_container_images_of_templates_are_the_pinned_engine():
    from harness.artefacts import tools

    for template in ("gitlab/.gitlab-ci.yml", "codebuild/buildspec.yml"):
        assert f"pulumi/pulumi-nodejs:{tools.PULUMI_VERSION}" in (PIPELINE / template).read_text()

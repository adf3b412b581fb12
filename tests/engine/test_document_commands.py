"""The programs and commands of the documents are taken by what they are for: the plugin, Pulumi, AWS's own models."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

import botocore.session
import pytest
import yaml
from botocore import xform_name

from account.client import prepare_landing_zone
from harness import artefacts
from harness.artefacts import PLUGIN, ROOT

PAGES = ("README.md", "SECURITY.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")))
REGION = "eu-west-1"
WHOLE = "aws-compliance:index:ComplianceMonitoring"
# Commands of the AWS CLI that are no operations of a service, with the options that the documents use.
HIGH_LEVEL = {("s3", "cp"): {"--recursive"}, ("s3", "sync"): set(), ("s3", "rb"): {"--force"}, ("sso", "login"): set()}
# Options of every command of the AWS CLI.
COMMON = {"--region", "--profile", "--cli-binary-format", "--output", "--query"}
# Words of the documents that a reader replaces.
REPLACED = {
    "ID": "hipaa",
    "PROGRAM.yaml": str(ROOT / "examples/yaml/Pulumi.yaml"),
    "PREFIX": "compliance",
    "REGION": "eu-west-1",
}


class Written(NamedTuple):
    """A command or program, and the page that it stands on."""

    page: str
    text: str


def commands(program: str) -> list[Written]:
    """The commands of a program: indented lines and what stands in backticks."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text()
        lines = re.findall(rf"^    (?:.*&& )?({program} .*)$", text, re.MULTILINE)
        found += [Written(page, line.split(" && ")[0].split("  #")[0].strip()) for line in lines]
        found += [Written(page, line) for line in re.findall(rf"`({program} [^`]*)`", text)]
    return sorted(set(found))


def programs() -> list[Written]:
    """The YAML of the pages: whole programs and parts of inputs."""
    found = []
    for page in PAGES:
        found += [
            Written(page, text) for text in re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
        ]
    return found


def inputs_of(text: str) -> dict:
    """The inputs of the component in a program, or the part of them that the text is."""
    read = yaml.safe_load(text)
    whole = [one for one in read.get("resources", {}).values() if one["type"] == WHOLE]
    return whole[0].get("properties", {}) if whole else read


def named(written: Written) -> str:
    return f"{Path(written.page).stem}-{written.text[:40]}"


@pytest.fixture
def run(tmp_path):
    """`run(arguments)`: the command line of the plugin, in a folder with a file of inputs and a program."""
    (tmp_path / "inputs.yaml").write_text("reports: { retentionDays: 90 }\n")
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "examples/yaml/Pulumi.yaml").read_text())

    def call(arguments: list[str], **environment: str) -> subprocess.CompletedProcess:
        command = [artefacts.plugin() / PLUGIN, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return call


@pytest.mark.parametrize("written", programs(), ids=named)
def test_a_program_is_valid(run, tmp_path, written):
    (tmp_path / "given.json").write_text(json.dumps(inputs_of(written.text)))
    checked = run(["check", "given.json", "--region", REGION])
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("written", commands("aws-compliance"), ids=named)
def test_a_command_of_the_plugin_runs(run, account, tmp_path, written):
    prepare_landing_zone(account)
    (tmp_path / "report.json").write_text(json.dumps({"findings": [], "rules": []}))
    (tmp_path / "reports").mkdir()
    words = shlex.split(written.text)[1:]
    # A command that a sentence names without what it is given.
    is_named_alone = not any(word in REPLACED or re.search(r"[-.]", word) for word in words)
    arguments = [REPLACED.get(word, word) for word in words] + ["--help"] * is_named_alone
    done = run(arguments, **account.environment)
    # 2 is what the command line answers to an argument that it does not know.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "panicked" not in done.stderr


@pytest.mark.parametrize("written", commands("pulumi"), ids=named)
def test_a_command_of_pulumi_has_its_options(engine, written):
    words = shlex.split(written.text.split(" -- ")[0])[1:]
    path = []
    for word in words:
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", word) or len(path) == 2:
            break
        path.append(word)
    told = engine.run([*path, "--help"], check=False).stdout
    assert f"pulumi {path[0]}" in told, told
    for option in (word.split("=")[0] for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", told), f"{option} in\n{told}"


@pytest.mark.parametrize("written", commands("aws"), ids=named)
def test_a_command_of_aws_has_its_options(written):
    _aws, service, operation, *rest = shlex.split(written.text.split(" > ")[0])
    options = {word for word in rest if word.startswith("--")} - COMMON
    if (service, operation) in HIGH_LEVEL:
        assert options <= HIGH_LEVEL[service, operation]
        return
    # The command line calls AWS Config by another name than its API.
    model = botocore.session.get_session().get_service_model({"configservice": "config"}.get(service, service))
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations
    members = model.operation_model(operations[operation]).input_shape
    known = {f"--{xform_name(name, '-')}" for name in (members.members if members else {})}
    assert options <= known

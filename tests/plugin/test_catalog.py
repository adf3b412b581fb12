"""`catalog` on the command line: tables, the documented JSON, and the status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness import artefacts

TWO_PROBLEMS = """
rules:
  managed:
    - identifier: S3_BUCKET_SSE_ENABLED
    - { identifier: ENCRYPTED_VOLUMES, frequency: Six_Hours }
"""


def catalog(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess:
    """What the command prints; it needs no environment and asks no account."""
    command = [artefacts.plugin() / "pulumi-resource-aws-compliance", "catalog", *arguments]
    return subprocess.run(command, env={}, input=given, capture_output=True, text=True)


def data(*arguments: str, given: str | None = None):
    return json.loads(catalog(*arguments, "--json", given=given).stdout)


def test_search_finds_by_identifier_and_type():
    done = catalog("search", "Encryption", "s3")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "IDENTIFIER",
        "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        "S3_DEFAULT_ENCRYPTION_KMS",
    ]
    assert len(data("search", "s3")) > 10
    assert catalog("search", "nothing-like-this").returncode == 1
    assert data("search", "nothing-like-this") == []


def test_show_knows_identifier_and_documented_name():
    rule = data("show", "restricted-ssh")
    assert rule["identifier"] == "INCOMING_SSH_DISABLED"
    assert {"trigger", "parameters", "resourceTypes", "regions", "frameworks", "severity", "taken"} <= rule.keys()
    shown = catalog("show", "ACCESS_KEYS_ROTATED").stdout
    assert "periodic" in shown
    assert "maxAccessKeyAge  int   no        90" in shown


def test_show_tells_the_nearest():
    done = catalog("show", "ENCRYPTED_VOLUME")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nearest: ENCRYPTED_VOLUMES, " in done.stderr


def test_frameworks_are_listed_with_their_size():
    lines = {line["id"]: line for line in data("frameworks")}
    assert len(lines) == 116
    assert lines["hipaa"] == {"id": "hipaa", "manual": 1, "rules": 129, "title": "HIPAA Security"}
    assert "pci-dss-4.0 " in catalog("frameworks").stdout


def test_compare_says_what_is_shared():
    assert (
        "129 + 129 rules asked for, 163 distinct, 95 asked for by all"
        in catalog("compare", "hipaa", "pci-dss-3.2.1").stdout
    )
    compared = data("compare", "hipaa", "pci-dss-4.0")
    assert (compared["asked"], compared["distinct"]) == ({"hipaa": 129, "pci-dss-4.0": 127}, 231)
    assert len(compared["shared"]) == 25
    assert {name: len(only) for name, only in compared["only"].items()} == {"hipaa": 104, "pci-dss-4.0": 102}
    done = catalog("compare", "hippa", "pci-dss-4.0")
    assert (done.returncode, done.stderr) == (1, "error: unknown framework `hippa`; nearest: `hipaa`\n")


def test_check_finds_every_problem_of_yaml_and_json(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(TWO_PROBLEMS)
    done = catalog("check", str(file))
    assert done.returncode == 1
    paths = [line.split()[1] for line in done.stdout.splitlines()]
    assert paths == ["rules.managed[0].identifier", "rules.managed[1].frequency"]
    found = data("check", "-", given=json.dumps(yaml.safe_load(TWO_PROBLEMS)))
    assert found["valid"] is False
    assert [each["path"] for each in found["errors"]] == paths
    assert found["errors"][0]["reason"].endswith("nearest: `S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED`")


def test_check_judges_the_shape_first():
    found = data("check", "-", given="rules: { managed: [{ identifer: ENCRYPTED_VOLUMES }] }")
    assert {each["path"] for each in found["errors"]} >= {"rules.managed[0].identifer"}


def test_check_judges_regions():
    given = "rules: { managed: [{ identifier: ACCESS_KEYS_ROTATED }] }"
    assert catalog("check", "-", "--region", "eu-west-1", given=given).returncode == 0
    done = catalog("check", "-", "--region", "eu-west-1", "--region", "ca-west-1", given=given)
    assert done.returncode == 1
    assert "not offered in ca-west-1" in done.stdout


@pytest.mark.parametrize("arguments", [["check", "no-such-file"], ["check"], ["sohw", "X"], ["compare", "hipaa"], []])
def test_wrong_arguments_end_with_2(arguments):
    done = catalog(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_a_pack_renders_as_yaml_and_as_json():
    template = yaml.safe_load(catalog("render", "hipaa").stdout)
    assert template == data("render", "hipaa")
    assert len(template["Resources"]) == 129
    assert template["Resources"]["AccessKeysRotated"] == {
        "Type": "AWS::Config::ConfigRule",
        "Properties": {
            "ConfigRuleName": "access-keys-rotated",
            "InputParameters": {"maxAccessKeyAge": "90"},
            "Source": {"Owner": "AWS", "SourceIdentifier": "ACCESS_KEYS_ROTATED"},
        },
    }


def test_what_does_not_fit_into_one_pack_is_split():
    done = catalog("render", "fedramp-high")
    assert (done.returncode, done.stderr) == (2, "error: the rules take 2 packs; say which with `--part`\n")
    parts = [data("render", "fedramp-high", "--part", part)["Resources"] for part in ("1", "2")]
    assert not parts[0].keys() & parts[1].keys()
    assert sum(map(len, parts)) == 145
    assert catalog("render", "fedramp-high", "--part", "3").returncode == 2


def test_a_framework_of_people_alone_has_no_pack():
    done = catalog("render", "nzism-extension")
    assert (done.returncode, done.stderr) == (1, "error: nzism-extension has no rules, people answer for all of it\n")


def test_cfn_lint_finds_nothing_in_the_pack_of_any_framework(tmp_path):
    written = []
    for framework in data("frameworks"):
        for part in ("1", "2") if framework["id"] == "fedramp-high" else ("1",) if framework["rules"] else ():
            written.append(tmp_path / f"{framework['id']}-{part}.yaml")
            written[-1].write_text(catalog("render", framework["id"], "--part", part).stdout)
            assert len(written[-1].read_bytes()) <= 51_200
    assert len(written) == 116
    lint = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run([lint, *written], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")

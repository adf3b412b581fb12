"""`waivers` and `report verify` as processes, and what every command does when its reader has gone away."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from harness import artefacts

WAIVER = {
    "rule": "ebs-volumes-encrypted",
    "resource": "vol-*",
    "owner": "data-team",
    "reason": "migration",
    "expires": "2027-03-31",
}
FINDING = {
    "rule": "ebs-volumes-encrypted",
    "account": "111122223333",
    "region": "eu-west-1",
    "resourceId": "vol-1",
    "tags": json.dumps({"audited": "true"}),
}


def command(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess:
    """What a command prints; it needs no environment and asks no account."""
    program = [artefacts.plugin() / "pulumi-resource-aws-compliance", *map(str, arguments)]
    return subprocess.run(program, env={}, input=given, capture_output=True, text=True)


def report(folder: Path, *findings: dict, **more) -> Path:
    """A `report.json` with these findings."""
    path = folder / "report.json"
    rules = [{"name": FINDING["rule"], "controls": ["hipaa"]}]
    path.write_text(json.dumps({"findings": list(findings), "rules": rules, **more}))
    return path


def waivers(folder: Path, *arguments, **changed) -> subprocess.CompletedProcess:
    """The list of one waiver on the first of December 2026."""
    inputs = folder / "inputs.json"
    inputs.write_text(json.dumps({"waivers": [WAIVER | changed]}))
    return command("waivers", inputs, "--on", "2026-12-01", *arguments)


def test_waivers_in_force_are_listed_with_what_they_match(tmp_path):
    done = waivers(tmp_path, "--report", report(tmp_path, FINDING))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "rule ebs-volumes-encrypted, resource vol-*",
        "  in force, 120 days left",
        "  data-team until 2027-03-31: migration",
        "  - ebs-volumes-encrypted: vol-1 (111122223333, eu-west-1)",
    ]
    assert command("waivers", "-", given="namePrefix: audit\n").stdout == "There are no waivers.\n"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"expires": "2026-11-30"}, "  expired"),
        ({"expires": "2029-01-01"}, "  invalid: `expires` is 2029-01-01"),
        ({"resource": "i-*"}, "  matches nothing in the report"),
    ],
)
def test_a_waiver_that_is_of_no_use_ends_with_status_1(tmp_path, changed, line):
    done = waivers(tmp_path, "--report", report(tmp_path, FINDING), **changed)
    assert done.returncode == 1
    assert any(each.startswith(line) for each in done.stdout.splitlines()), done.stdout


def test_a_waiver_without_a_match_among_some_of_the_findings_is_not_said_to_match_nothing(tmp_path):
    partial = report(tmp_path, FINDING, severities=[["critical", 60000], ["low", 10]], waivers=[{"findings": 5}])
    done = waivers(tmp_path, "--report", partial, resource="i-*")
    assert "  matches nothing among the 1 of 60015 findings that the file lists" in done.stdout
    assert "`findings*.csv`" in done.stdout
    assert done.returncode == 0, "it may match one of the others"


def test_numbers_and_booleans_of_a_waiver_are_read_as_a_preview_reads_them(tmp_path):
    found = FINDING | {"account": "000000000005"}
    done = waivers(tmp_path, "--report", report(tmp_path, found), accounts=[5], tags={"audited": True}, ticket=17)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "account 000000000005, tag audited=true" in done.stdout
    assert "until 2027-03-31, 17: migration" in done.stdout
    assert "warning: waivers[0].accounts[0]: the number 5 has fewer than 12 digits" in done.stderr


def test_what_is_not_understood_ends_with_status_2_and_the_path(tmp_path):
    inputs = tmp_path / "inputs.yaml"
    inputs.write_text("waivers: [{ rule: a, reason: b, expires: c, owners: d }]\nnamePrefix: 5\n")
    done = command("waivers", inputs)
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(told) >= 3, done.stderr
    for path in ("waivers[0].owners", "waivers[0].owner", "namePrefix"):
        assert any(f"inputs.yaml: {path}" in line for line in told), told
    for day in ("tomorrow", "2027-02-30", "2027-3-1", "2027-03-01T00:00:00Z"):
        done = command("waivers", inputs, "--on", day)
        assert done.returncode == 2
        assert "expected a day as `yyyy-mm-dd`, such as `2027-03-31`" in done.stderr
    inputs.write_text(json.dumps({"waivers": [WAIVER]}))
    done = command("waivers", inputs, "--report", inputs)
    assert done.returncode == 2
    assert "not the `report.json` of a run" in done.stderr
    assert "No such file" in command("waivers", tmp_path / "none.yaml").stderr


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def runs(tmp_path) -> Path:
    """A folder with three sealed runs."""
    previous = None
    for number in range(3):
        folder = tmp_path / "reports" / f"2026/12/0{number + 1}" / f"run-{number}"
        folder.mkdir(parents=True)
        files = {"index.html": f"page {number}".encode(), "summary.json": b"{}"}
        for name, data in files.items():
            (folder / name).write_bytes(data)
        manifest = {
            "schemaVersion": 1,
            "runId": f"run-{number}",
            "time": f"2026-12-0{number + 1}T00:00:00Z",
            **({"previous": previous} if previous else {}),
            "files": {name: digest(data) for name, data in files.items()},
        }
        data = json.dumps(manifest).encode()
        (folder / "manifest.json").write_bytes(data)
        previous = {"runId": f"run-{number}", "sha256": digest(data)}
        prefix = f"reports/aggregation/2026/12/0{number + 1}/run-{number}/"
        latest = {"schemaVersion": 1, "runId": f"run-{number}", "time": manifest["time"], "prefix": prefix}
        (tmp_path / "reports/latest.json").write_text(json.dumps(latest))
    return tmp_path / "reports"


def run(runs: Path, number: int) -> Path:
    (folder,) = runs.rglob(f"run-{number}")
    return folder


def test_an_unbroken_chain_of_reports_is_verified(runs):
    done = command("report", "verify", runs)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "3 runs from 2026-12-01T00:00:00Z to 2026-12-03T00:00:00Z: the chain is unbroken, 6 files are as sealed.\n"
    )


def test_later_reports_alone_name_the_run_that_they_follow(runs):
    for path in run(runs, 0).iterdir():
        path.unlink()
    done = command("report", "verify", runs)
    assert done.returncode == 0
    assert done.stdout.endswith("The first run follows run run-0, which is not in this folder.\n")
    (runs / "latest.json").unlink()
    assert "whether later runs were removed is not known" in command("report", "verify", runs).stdout


def test_what_was_changed_added_or_removed_is_named(runs):
    (run(runs, 0) / "index.html").write_text("another page")
    (run(runs, 1) / "more.html").write_text("more")
    (run(runs, 2) / "manifest.json").unlink()
    done = command("report", "verify", runs)
    assert (done.returncode, done.stderr) == (1, "")
    for part in (
        "run-0: `index.html` has SHA-256",
        "run-1: `more.html` is not in the manifest",
        "`latest.json` names run run-2, which is missing",
    ):
        assert part in done.stdout
    assert command("report", "verify", runs / "none").returncode == 2


def test_a_folder_without_reports_is_said_to_be_one(tmp_path):
    done = command("report", "verify", tmp_path)
    assert (done.returncode, done.stdout) == (1, "No report is in this folder.\n")


COMMANDS = {
    "catalog": ("catalog", "frameworks"),
    "check": ("check", "-"),
    "cost": ("cost", "estimate", "-", "--region", "eu-west-1"),
    "doctor": ("doctor", "--profile", "none", "--region", "eu-west-1"),
    "report": ("report", "verify", "/proc/self/fdinfo"),
    "waivers": ("waivers", "-"),
    "help": ("help",),
    "schema": ("schema",),
    "help of a command": ("catalog", "--help"),
    "no such option": ("doctor", "--none"),
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_reader_that_has_gone_away_ends_no_command_with_a_panic(arguments):
    program = [artefacts.plugin() / "pulumi-resource-aws-compliance", *arguments]
    environment = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    expected = subprocess.run(program, env=environment, input="{}", capture_output=True, text=True).returncode
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(program, env=environment, input="{}", stdout=writing, stderr=writing, text=True)
    os.close(writing)
    # A panic ends with 101.
    assert done.returncode == expected
    assert expected in (0, 1, 2)


def test_journey_10_every_command_is_in_the_help():
    told = command("help").stdout
    for name in ("doctor", "catalog", "check", "cost", "report", "waivers"):
        assert f"pulumi-resource-aws-compliance {name}   " in told

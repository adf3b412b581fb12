"""A stack that has lost its state, and `doctor --adopt`, which writes what `pulumi import` reads."""

from __future__ import annotations

import itertools
import json
import os
import subprocess

import pytest

from account.client import prepare_landing_zone
from engine.deployment import Deployment, yaml_program
from harness import artefacts, secrets
from harness.leftovers import leftovers
from harness.stack import EMPTY_MANIFEST, Stack

_names = itertools.count(1)


@pytest.fixture
def lost(engine, account, tmp_path):
    """A deployment whose stack has lost its state."""
    prepare_landing_zone(account)
    name = f"lost{next(_names)}"
    program = yaml_program(tmp_path / "program", {}, {"bucketName": "${compliance.bucketName}"})
    stack = Stack(engine, program, name, account.environment)
    stack.up()
    deployed = Deployment(stack, account)
    owner, recorded = deployed.owner, {urn: entry.get("id") for urn, entry in stack.resources().items()}
    # The new state has no outputs.
    assert deployed.outputs["bucketName"]
    stack.import_state({"manifest": EMPTY_MANIFEST, "secrets_providers": secrets.provider(), "metadata": {}})
    return deployed, owner, recorded


def doctor(account, *arguments) -> subprocess.CompletedProcess:
    command = [artefacts.plugin() / "pulumi-resource-aws-compliance", "doctor", *map(str, arguments)]
    return subprocess.run(
        command,
        env={"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "NO_PROXY": "127.0.0.1", **account.environment},
        capture_output=True,
        text=True,
    )


def test_point_5_an_import_file_brings_back_what_the_scan_finds(lost, tmp_path):
    deployed, owner, recorded = lost
    file = tmp_path / "import.json"
    done = doctor(deployed.account, "--region", deployed.account.region, "--owner", owner, "--adopt", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"pulumi import --file {file} --protect=false --generate-code=false" in done.stderr
    written = json.loads(file.read_text())["resources"]
    found = {one["name"]: one["id"] for one in written if "id" in one}
    assert len(found) > 20
    expected = {urn.split("::")[-1]: id for urn, id in recorded.items()}
    assert {name: expected[name] for name in found} == found
    deployed.stack.run(
        "import", "--file", str(file), "--yes", "--skip-preview", "--protect=false", "--generate-code=false"
    )
    now = {urn: entry.get("id") for urn, entry in deployed.stack.resources().items() if entry.get("custom")}
    assert len([urn for urn in now if urn in recorded]) >= len(found)


def test_point_5_after_the_import_the_next_deployment_keeps_the_data_and_ends_clean(lost, tmp_path):
    deployed, owner, recorded = lost
    kept = set(deployed.objects())
    file = tmp_path / "import.json"
    assert (
        doctor(deployed.account, "--region", deployed.account.region, "--owner", owner, "--adopt", file).returncode == 0
    )
    deployed.stack.run(
        "import", "--file", str(file), "--yes", "--skip-preview", "--protect=false", "--generate-code=false"
    )
    # What neither the scan nor a deployment finds is deleted first, as docs/operations.md says. It holds no data.
    for database in deployed.client("glue").get_databases()["DatabaseList"]:
        deployed.client("glue").delete_database(Name=database["Name"])
    for group in deployed.client("athena").list_work_groups()["WorkGroups"]:
        if group["Name"] != "primary":
            deployed.client("athena").delete_work_group(WorkGroup=group["Name"], RecursiveDeleteOption=True)
    functions = deployed.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.delete_event_source_mapping(UUID=mapping["UUID"])
    deployed.stack.up()
    now = {urn.split("::")[-1]: entry.get("id") for urn, entry in deployed.stack.resources().items()}
    for name in ("reports-bucket", "encryption-key", "alerts-topic", "functions-ledger"):
        before = next(id for urn, id in recorded.items() if urn.endswith(f"::compliance-{name}"))
        assert now[f"compliance-{name}"] == before
    assert kept <= set(deployed.objects())
    again = deployed.stack.up()
    assert again.none, again.touched


def test_point_5_an_adoption_needs_an_owner_and_says_what_is_wrong(account, tmp_path):
    file = tmp_path / "import.json"
    assert "--owner" in doctor(account, "--adopt", file).stderr
    done = doctor(account, "--adopt", file, "--owner", "compliance", "--region", account.region)
    assert done.returncode == 2
    assert "expected PROJECT/STACK/COMPONENT after `--owner`, got `compliance`" in done.stderr
    inputs = tmp_path / "inputs.yaml"
    inputs.write_text("namePrefixes: audit")
    done = doctor(account, "--inputs", inputs, "--region", account.region)
    assert (done.returncode, "inputs.yaml: namePrefixes" in done.stderr) == (2, True)
    assert not file.exists()
    assert leftovers(account) == {}

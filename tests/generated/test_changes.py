"""What every changed input does to every child: the committed table, and that nothing that holds data is lost by it."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from harness.artefacts import ROOT, schema

# A person says by `recorder.mode` that the recorder is no longer the deployment's.
TAKEN_OUT = {("recorder.mode", "recorder-recorder")}
# What a refused change would replace, of the whole and of parts that are used alone. Tests of the refusals:
# `provider/aws-compliance/tests/construct/journeys.rs`, `provider/account-look/src/judgement/tests`.
HOLDS_DATA = {None: "reports-bucket", "Alerts": "topic", "Functions": "ledger", "Recorder": "recorder"}


@pytest.fixture(scope="module")
def tool():
    """The generator, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("tool_changes", ROOT / "tools/changes.py")
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def effects(tool):
    return tool.effects()


def of_whole(effects: list) -> list:
    """The changes of the whole."""
    return [each for each in effects if "part" not in each[0]]


def leaves(properties: dict, path: str = "") -> set[str]:
    """The paths of inputs that hold values: nested objects by their members."""
    found = set()
    for name, about in properties.items():
        at = f"{path}.{name}" if path else name
        reference = about.get("$ref", "").removeprefix("#/types/")
        members = schema()["types"].get(reference, {}).get("properties")
        found |= leaves(members, at) if members else {at}
    return found


def test_every_input_is_in_the_table(tool):
    assert {each["input"] for each in tool.changes()} == leaves(tool.inputs(tool.WHOLE))


def test_every_input_of_every_part_is_in_the_table(tool):
    listed = tool.changes_of_parts()
    found = {part: {each["input"] for each in listed if each["part"] == part} for part in tool.parts()}
    assert found == {part: leaves(tool.inputs(part)) for part in tool.parts()}
    assert len(found) == len(schema()["resources"]) - 1


def test_the_table_is_what_the_component_does_today(tool, effects, monkeypatch):
    monkeypatch.setattr(tool, "effects", lambda: effects)
    assert tool.PAGE.read_text() == tool.text(), "run `make changes`"


def test_journey_1_no_change_of_an_input_takes_data_away(effects):
    lost = {
        (each["input"], name)
        for each, there, back in of_whole(effects)
        if not each.get("refused")
        for name in (*there.lost, *back.lost)
    }
    assert lost == TAKEN_OUT


def test_journey_1_no_change_of_an_input_of_a_part_takes_data_away(effects):
    lost = {
        (each["part"], each["input"], name)
        for each, there, back in effects
        if "part" in each and not each.get("refused")
        for name in (*there.lost, *back.lost)
    }
    assert lost == set()


def test_a_change_that_is_refused_is_one_that_would_replace_what_holds_data(effects):
    refused = [(each, there) for each, there, _ in effects if each.get("refused")]
    for each, there in refused:
        assert HOLDS_DATA[each.get("part")] in there.replace, json.dumps(each)
    assert len(refused) == 5


def test_a_loss_would_be_found(tool):
    bucket = {
        "name": "audit-reports-bucket",
        "type": "aws:s3/bucket:Bucket",
        "options": {"retainOnDelete": None, "protect": None},
    }
    before = {"audit-reports-bucket": {**bucket, "inputs": {"bucket": "one"}}}
    after = {"audit-reports-bucket": {**bucket, "inputs": {"bucket": "two"}}}
    assert tool.effect(before, after).lost == ["reports-bucket"]
    assert tool.effect(before, {}).lost == ["reports-bucket"]
    assert tool.effect(before, before) == tool.Effect()

"""Two stacks in one account: the recorder of the first is neither taken over nor deleted by the second."""

from __future__ import annotations

import json

import pytest

from engine.deployment import yaml_program
from harness.engine import EngineError
from harness.stack import Stack

FORCED = {"reports": {"forceDestroy": True}}
# The prefix of the recorder is the default one, which the monitor has as well: names do not tell the two apart.
LANDING_ZONE = {
    "encryption": ("Encryption", {"namePrefix": "archive", "configDelivery": True}),
    "archive": (
        "ReportStore",
        {
            "namePrefix": "archive",
            "configDelivery": True,
            "kmsKeyArn": "${encryption.kmsKeyArn}",
            "reports": {"forceDestroy": True},
        },
    ),
    "recorder": (
        "Recorder",
        {
            "bucketName": "${archive.bucketName}",
            "bucketArn": "${archive.bucketArn}",
            "kmsKeyArn": "${encryption.kmsKeyArn}",
            "settings": {"mode": "create"},
        },
    ),
}


@pytest.fixture
def landing_zone(engine, account, tmp_path) -> Stack:
    """The stack of another team, deployed: a recorder that delivers to a bucket of its own."""
    resources = {
        name: {"type": f"aws-compliance:index:{part}", "properties": inputs}
        for name, (part, inputs) in LANDING_ZONE.items()
    }
    folder = tmp_path / "landing-zone"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": "landing-zone", "runtime": "yaml", "resources": resources}))
    stack = Stack(engine, folder, "zone", account.environment)
    stack.up()
    return stack


def recording(account) -> dict:
    """All that AWS Config says of recorder and channel, but for the times of what they did."""
    config = account.client("config")
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    return {
        "recorders": config.describe_configuration_recorders()["ConfigurationRecorders"],
        "channels": config.describe_delivery_channels()["DeliveryChannels"],
        "recording": status["recording"],
    }


@pytest.mark.parametrize("mode", [None, "reuse", "auto"], ids=["default", "reuse", "auto"])
def test_case_12_the_monitor_uses_the_recorder_of_another_stack_and_leaves_it_as_it_was(
    engine, account, tmp_path, landing_zone, mode
):
    before = recording(account)
    assert len(before["recorders"]) == len(before["channels"]) == 1 and before["recording"]
    inputs = FORCED | ({"recorder": {"mode": mode}} if mode else {})
    monitor = Stack(engine, yaml_program(tmp_path / "monitor", inputs), "monitor", account.environment)
    monitor.up()
    assert not [each for each in monitor.resources().values() if each["type"].startswith("aws:cfg/recorder")]
    assert recording(account) == before
    again = monitor.up()
    assert again.none, again.touched
    monitor.destroy()
    assert recording(account) == before
    unchanged = landing_zone.up()
    assert unchanged.none, unchanged.touched


def test_case_12_a_second_recorder_is_rejected_at_preview_and_nothing_is_changed(
    engine, account, tmp_path, landing_zone
):
    before = recording(account)
    inputs = FORCED | {"recorder": {"mode": "create"}}
    monitor = Stack(engine, yaml_program(tmp_path / "monitor", inputs), "monitor", account.environment)
    with pytest.raises(EngineError, match=r"recorder\.mode") as refused:
        monitor.preview()
    # The advice must not take the recorder over: both modes that it may name reuse it.
    assert "auto" in str(refused.value) or "reuse" in str(refused.value)
    assert recording(account) == before

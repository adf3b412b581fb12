"""The look at the account on the real engine: what is refused at preview, and recorders of ours."""

from __future__ import annotations

import itertools

import pytest

from account.client import prepare_landing_zone
from engine.children import type_of
from engine.deployment import yaml_program
from harness.engine import EngineError
from harness.stack import Stack

OUTPUTS = {"configRoleArn": "${compliance.configRoleArn}"}
_names = itertools.count(1)
# A deployment ends with a first report: a bucket that is to go again says so.
FORCED = {"reports": {"forceDestroy": True}}
FOREIGN = {
    "ConfigRuleName": "ebs-volumes-encrypted",
    "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"},
}


@pytest.fixture
def stack_in(engine, tmp_path):
    """`stack_in(account, inputs)`: a stack with these inputs in an account that nobody prepared."""

    def make(account, inputs: dict) -> Stack:
        name = f"account{next(_names)}"
        folder = tmp_path / name
        return Stack(engine, yaml_program(folder, inputs, OUTPUTS), name, account.environment)

    return make


def refused(stack: Stack, *parts: str) -> None:
    """Preview and up say all of it, and nothing is there afterwards."""
    for step in (stack.preview, stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        assert [part for part in parts if part not in str(caught.value)] == []
    found = {type_of(urn) for urn in stack.resources()}
    assert {kind for kind in found if not kind.startswith("pulumi:")} == set()


def recorders(account) -> list[dict]:
    return account.client("config").describe_configuration_recorders()["ConfigurationRecorders"]


def test_without_a_recorder_the_preview_names_create(stack_in, account):
    missing = f"account {account.account_id} has no configuration recorder in {account.region}; set it to `create`"
    refused(stack_in(account, {}), "recorder.mode", missing)


def test_create_where_there_is_one_names_it(stack_in, account):
    prepare_landing_zone(account)
    name = recorders(account)[0]["name"]
    refused(stack_in(account, {"recorder": {"mode": "create"}}), f"the recorder `{name}`", "set it to `reuse`")


def test_what_the_account_refuses_stands_beside_wrong_inputs(stack_in, account):
    wrong = {"reports": {"retentionDays": 0}}
    refused(stack_in(account, wrong), "2 inputs are wrong", "reports.retentionDays", "set it to `create`")


def test_a_foreign_rule_of_our_name_is_neither_overwritten_nor_deleted(stack_in, account):
    prepare_landing_zone(account)
    account.client("config").put_config_rule(ConfigRule=FOREIGN)
    refused(stack_in(account, {}), "a rule `ebs-volumes-encrypted` exists", "would overwrite it")
    names = [rule["ConfigRuleName"] for rule in account.client("config").describe_config_rules()["ConfigRules"]]
    assert names == ["ebs-volumes-encrypted"]


def test_unmarked_rules_are_taken_over_where_the_user_says_so(stack_in, account):
    prepare_landing_zone(account)
    account.client("config").put_config_rule(ConfigRule=FOREIGN)
    stack = stack_in(account, {"lookup": {"adoptUnmarked": True}})
    assert stack.preview().of_severity("error") == []


def test_a_good_account_is_told_in_one_line_at_preview(stack_in, account):
    prepare_landing_zone(account)
    stack = stack_in(account, {})
    told = f"account {account.account_id}, region {account.region}: the recorder"
    assert len([line for line in stack.preview().of_severity("info") if told in line]) == 1


def test_our_recorder_is_created_recorded_with_and_taken_away(stack_in, account):
    stack = stack_in(account, {**FORCED, "recorder": {"mode": "create", "dailyTypes": ["AWS::S3::Bucket"]}})
    stack.up()
    (recorder,) = recorders(account)
    assert recorder["name"] == "compliance-recorder"
    assert recorder["recordingMode"]["recordingModeOverrides"][0]["resourceTypes"] == ["AWS::S3::Bucket"]
    assert stack.outputs()["configRoleArn"] == recorder["roleARN"]
    status = account.client("config").describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert [one["recording"] for one in status] == [True]
    assert stack.up().none
    assert stack.refresh().none
    stack.destroy()
    assert recorders(account) == []
    assert account.client("config").describe_delivery_channels()["DeliveryChannels"] == []


def test_auto_never_flips_in_four_runs(stack_in, account, new_account):
    stack = stack_in(account, {"recorder": {"mode": "auto"}})
    stack.up()
    for _ in range(3):
        assert stack.up().none
        assert [one["name"] for one in recorders(account)] == ["compliance-recorder"]
    other = new_account()
    prepare_landing_zone(other)
    stack = stack_in(other, {"recorder": {"mode": "auto"}})
    stack.up()
    assert [one["name"] for one in recorders(other)] != ["compliance-recorder"]
    assert stack.outputs()["configRoleArn"] == recorders(other)[0]["roleARN"]
    for _ in range(3):
        assert stack.up().none

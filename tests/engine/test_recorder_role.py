"""AWS Config's service-linked role on the real engine: created or taken over, and retained."""

from __future__ import annotations

import itertools

import pytest

from engine.deployment import yaml_program
from harness.stack import Stack

INPUTS = {"recorder": {"mode": "create"}, "reports": {"forceDestroy": True}}
OUTPUTS = {"configRoleArn": "${compliance.configRoleArn}"}
SERVICE = "config.amazonaws.com"
_names = itertools.count(1)


@pytest.fixture
def stack(engine, account, tmp_path):
    """A stack whose recorder is created, in an empty account."""
    program = yaml_program(tmp_path / "program", INPUTS, OUTPUTS)
    return Stack(engine, program, f"role{next(_names)}", account.environment)


def role(account) -> dict:
    """The one service-linked role of AWS Config."""
    (found,) = account.client("iam").list_roles(PathPrefix=f"/aws-service-role/{SERVICE}/")["Roles"]
    return found


@pytest.mark.parametrize("exists", [False, True], ids=["missing", "exists"])
def test_finding_13_two_lives_of_a_recorder_share_the_service_linked_role(stack, account, exists):
    iam = account.client("iam")
    if exists:
        # Tags and description that somebody else gave it stay.
        iam.create_service_linked_role(AWSServiceName=SERVICE, Description="Ours")
        iam.tag_role(RoleName="AWSServiceRoleForConfig", Tags=[{"Key": "owner", "Value": "platform"}])
    for _life in range(2):
        stack.up()
        (recorder,) = account.client("config").describe_configuration_recorders()["ConfigurationRecorders"]
        assert recorder["roleARN"] == role(account)["Arn"] == stack.outputs()["configRoleArn"]
        again = stack.up()
        assert again.none, again.touched
        refreshed = stack.refresh()
        assert refreshed.none, refreshed.touched
        stack.destroy()
        assert account.client("config").describe_configuration_recorders()["ConfigurationRecorders"] == []
        assert role(account)["RoleName"] == "AWSServiceRoleForConfig", "it stays: other regions may use it"
    if exists:
        tags = iam.list_role_tags(RoleName="AWSServiceRoleForConfig")["Tags"]
        assert tags == [{"Key": "owner", "Value": "platform"}]

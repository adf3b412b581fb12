"""What is wrong with something that a secret lies in is told without the secret."""

from __future__ import annotations

import pytest

from engine.deployment import yaml_program
from harness.engine import EngineError

HUSH = "hush-hush"
SECRET = {"fn::secret": HUSH}
RULE = {"identifier": "EIP_ATTACHED", "description": SECRET}
INPUTS = {
    "tags": {"hidden": SECRET} | {str(number): "x" for number in range(49)},
    "rules": {"managed": [RULE, RULE | {"name": "again"}]},
    "notifications": {"emails": {"security": SECRET}},
    "reports": {"bucketName": {"fn::secret": "Hush-Hush"}},
}
TOLD = [
    "4 inputs are wrong",
    "tags (secret) has a problem: expected at most 48",
    "rules.managed[1] (secret) has a problem: ",
    "notifications.emails.security (secret) has a problem: not an e-mail address",
    "reports.bucketName (secret) has a problem: expected a-z",
]


def test_no_line_shows_a_secret_or_what_it_lies_in(deploy, tmp_path):
    deployment = deploy(yaml_program(tmp_path, INPUTS), up=False)
    for step in (deployment.stack.preview, deployment.stack.up):
        with pytest.raises(EngineError) as caught:
            step()
        message = str(caught.value)
        assert [part for part in TOLD if part not in message] == []
        assert HUSH not in message.lower()

"""A deployment into an account that knows nothing at once: the stand-in tries again, and the functions get through."""

from __future__ import annotations

import json

from account.client import prepare_landing_zone
from engine.deployment import yaml_program
from harness.stack import Stack

# Longer than what lies between a policy and the first run that needs it.
SECONDS = 2.0
INPUTS = {"notifications": {"emails": {"security": "security@example.com"}}, "reports": {"forceDestroy": True}}


def test_a_deployment_survives_that_nothing_is_known_everywhere_at_once(engine, account, tmp_path):
    prepare_landing_zone(account)
    account.settle(SECONDS)
    stack = Stack(engine, yaml_program(tmp_path, INPUTS), "settling", account.environment)
    assert stack.up().diagnostics == []
    assert stack.up().none
    logs = account.client("logs")
    for name in ("processing", "aggregation"):
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/compliance-{name}").get("events", [])
        lines = [json.loads(one["message"]) for one in events if one["message"].startswith("{")]
        errors = [line for line in lines if line.get("level") == "ERROR"]
        # The first run tries again where it is refused so soon; that is a warning.
        assert errors == [], name
        assert any(line.get("message") in ("evaluated", "aggregated") for line in lines), name

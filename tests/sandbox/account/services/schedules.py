"""Firing a scheduled event rule now, so that a test need not wait six hours."""

import json

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import eventbridge

from account.config.errors import ConfigError


def fire(rule_name: str, bus: str) -> int:
    """Deliver the scheduled event of a rule to its targets; how many there are. A disabled rule does not fire."""
    key = eventbridge._rule_key(rule_name, bus)
    rule = eventbridge._rules.get(key)
    if rule is None or not rule.get("ScheduleExpression"):
        raise ConfigError("ResourceNotFoundException", f"no scheduled rule {rule_name} on bus {bus}")
    if rule.get("State") != "ENABLED":
        return 0
    event = {
        "EventId": new_uuid(),
        "Source": "aws.events",
        "DetailType": "Scheduled Event",
        "Detail": json.dumps({}),
        "EventBusName": bus,
        "Time": int(eventbridge._now_ts()),
        "Resources": [rule["Arn"]],
        "Account": get_account_id(),
        "Region": get_region(),
    }
    targets = eventbridge._targets.get(key, [])
    for target in targets:
        eventbridge._invoke_target(target, event, rule)
    return len(targets)

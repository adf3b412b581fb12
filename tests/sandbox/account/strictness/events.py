"""EventBridge: limits of a rule, and a rule with targets is not deleted; statements of the policy of an event bus.

AWS pages: "Amazon EventBridge quotas" (five targets to a rule), "DeleteRule", "PutRule" (tags are for new rules only),
"Creating a rule that runs on a schedule" (1 takes a singular unit, more a plural), "PutPermission" (who is admitted, 10 KB),
"RemovePermission".
"""

import copy
import json
import re

from ministack.services import eventbridge

from account import hooks, policies

TARGETS_PER_RULE = 5
POLICY_LENGTH = 10_240
ACCOUNT = re.compile(r"\d{12}")
RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")


def install() -> None:
    """Check rules and targets."""
    hooks.around(eventbridge, "_put_rule", _put_rule)
    hooks.before(eventbridge, "_put_targets", _check_targets)
    hooks.before(eventbridge, "_delete_rule", _check_delete)
    hooks.around(eventbridge, "_put_permission", _put_permission)
    hooks.before(eventbridge, "_remove_permission", _check_removal)


def _put_rule(original, data):
    if refusal := _check_rule(data):
        return refusal
    if _key(data) in eventbridge._rules:
        data = {name: value for name, value in data.items() if name != "Tags"}
    return original(data)


def _check_rule(data):
    if not data.get("ScheduleExpression") and not data.get("EventPattern"):
        return hooks.refuse("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if data.get("ScheduleExpression") and data.get("EventBusName", "default") != "default":
        return hooks.refuse("ValidationException", "ScheduleExpression is supported only on the default event bus.")
    schedule = data.get("ScheduleExpression", "")
    if schedule.startswith("rate(") and not RATE.fullmatch(schedule):
        return hooks.refuse("ValidationException", "Parameter ScheduleExpression is not valid.")
    return None


def _check_targets(data):
    existing = eventbridge._targets.get(_key(data)) or []
    ids = {target["Id"] for target in existing} | {target["Id"] for target in data.get("Targets", [])}
    if len(ids) > TARGETS_PER_RULE:
        return hooks.refuse("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    for role in filter(None, (target.get("RoleArn") for target in data.get("Targets", []))):
        # Service Authorization Reference, "Amazon EventBridge": PutTargets depends on iam:PassRole.
        if not policies.caller_may_pass(role, "events.amazonaws.com"):
            return hooks.refuse("AccessDeniedException", policies.not_passed(role))
    return None


def _check_delete(data):
    if eventbridge._targets.get(_key(data)):
        return hooks.refuse("ValidationException", "Rule can't be deleted since it has targets.")
    return None


def _put_permission(original, data):
    bus = data.get("EventBusName", "default")
    if bus not in eventbridge._event_buses:
        return hooks.refuse("ResourceNotFoundException", f"Event bus {bus} does not exist.")
    if data.get("Policy"):
        return hooks.refuse("ValidationException", "The sandbox takes one statement at a time, and no whole policy.")
    if missing := [name for name in ("Action", "Principal", "StatementId") if not data.get(name)]:
        return hooks.refuse("ValidationException", f"Parameter {missing[0]} must be specified.")
    principal = data["Principal"]
    if principal != "*" and not ACCOUNT.fullmatch(principal):
        return hooks.refuse("ValidationException", "Provided value in parameter 'principal' is not valid.")
    before = copy.deepcopy(eventbridge._event_bus_policies.get(bus))
    admitted = principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}
    answer = original({**data, "Principal": admitted})
    if len(json.dumps(eventbridge._event_bus_policies[bus])) > POLICY_LENGTH:
        if before is None:
            del eventbridge._event_bus_policies[bus]
        else:
            eventbridge._event_bus_policies[bus] = before
        return hooks.refuse("PolicyLengthExceededException", "The event bus policy is too long.")
    return answer


def _check_removal(data):
    policy = eventbridge._event_bus_policies.get(data.get("EventBusName", "default")) or {}
    known = {statement.get("Sid") for statement in policy.get("Statement", [])}
    if not data.get("RemoveAllPermissions") and data.get("StatementId") not in known:
        return hooks.refuse("ResourceNotFoundException", "Statement with the provided id does not exist.")
    return None


def _key(data) -> str:
    return eventbridge._rule_key(data.get("Rule") or data.get("Name"), data.get("EventBusName", "default"))

"""EventBridge: limits of a rule, and a rule with targets is not deleted.

AWS pages: "Amazon EventBridge quotas" (five targets to a rule), "DeleteRule", "PutRule" (tags are for new rules only),
"Creating a rule that runs on a schedule" (1 takes a singular unit, more a plural).
"""

import re

from ministack.services import eventbridge

from account import hooks, policies

TARGETS_PER_RULE = 5
RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")


def install() -> None:
    """Check rules and targets."""
    hooks.around(eventbridge, "_put_rule", _put_rule)
    hooks.before(eventbridge, "_put_targets", _check_targets)
    hooks.before(eventbridge, "_delete_rule", _check_delete)


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


def _key(data) -> str:
    return eventbridge._rule_key(data.get("Rule") or data.get("Name"), data.get("EventBusName", "default"))

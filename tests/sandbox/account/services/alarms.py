"""CloudWatch alarms to topics: where the topic's policy or key does not admit CloudWatch, the action fails for good.

AWS pages: "Setting up Amazon SNS notifications" of CloudWatch; its key policy names `cloudwatch.amazonaws.com`;
"DescribeAlarmHistory"; AWS re:Post, "Why didn't I receive an SNS notification for my CloudWatch alarm trigger?":
nothing is tried again, and the history of the alarm has the error.
"""

import json

from ministack.core.arn import parse_arn
from ministack.services import cloudwatch, sns

from account import clock, hooks, policies
from account.services import encryption
from account.services.delivery import lose

SERVICE = "cloudwatch.amazonaws.com"
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def install() -> None:
    """Take the topics out of an alarm's actions that would not get its message."""
    hooks.around(cloudwatch, "_dispatch_alarm_actions", _dispatch)


def _dispatch(original, alarm, old_state, new_state, reason):
    if not alarm.get("ActionsEnabled", True):
        return None
    # Alarms are also judged outside of a request, when there is no account of the caller.
    source = {"aws:SourceArn": alarm["AlarmArn"], "aws:SourceAccount": parse_arn(alarm["AlarmArn"]).account_id}
    action_list = {"ALARM": ACTIONS[0], "OK": ACTIONS[1]}.get(new_state, ACTIONS[2])
    actions = alarm.get(action_list) or []
    errors = {action: _refusal(action, source) for action in actions}
    for action, error in errors.items():
        if error:
            lose(source["aws:SourceArn"], action, error)
        _record(alarm, action, error)
    executed = [action for action in actions if errors[action] is None]
    return original({**alarm, action_list: executed}, old_state, new_state, reason)


def _refusal(action: str, source: dict[str, str]) -> str | None:
    """Why an action fails."""
    if parse_arn(action).service != "sns":
        return None  # MiniStack keeps other actions and does nothing about them.
    found = sns.topic_policy_for_arn(action)
    if found is None:
        return "Topic does not exist"
    # The policy a topic is born with admits services of its own account by aws:SourceOwner.
    sent = {**source, "aws:SourceOwner": source["aws:SourceAccount"]}
    if not policies.service_allowed(found[0], SERVICE, "sns:Publish", action, sent):
        return f"Resource: {source['aws:SourceArn']} is not authorized to perform: SNS:Publish on resource: {action}"
    # Nothing says that CloudWatch sends a source to KMS, and AWS's own examples of key policies ask for none.
    if not encryption.admits_service(action, SERVICE, {}):
        return "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."
    return None


def _record(alarm: dict, action: str, error: str | None) -> None:
    """Write what became of an action into the history of its alarm."""
    done, failed = (
        f"Successfully executed action {action}",
        f'Failed to execute action {action}. Received error: "{error}"',
    )
    data = {"actionState": "Failed" if error else "Succeeded", "notificationResource": action, "error": error}
    entry = {
        "AlarmName": alarm["AlarmName"],
        "AlarmType": "MetricAlarm",
        "Timestamp": cloudwatch._ts_iso(clock.now()),
        "HistoryItemType": "Action",
        "HistorySummary": failed if error else done,
        "HistoryData": json.dumps(data),
    }
    cloudwatch._history_entries().append(entry)

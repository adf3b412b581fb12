"""CloudWatch alarms to topics: only where the topic's policy and key admit CloudWatch, else lost in silence.

AWS page: "Setting up Amazon SNS notifications" of CloudWatch; its key policy names `cloudwatch.amazonaws.com`.
"""

from ministack.core.arn import parse_arn
from ministack.services import cloudwatch, sns

from account import hooks, policies
from account.services import encryption
from account.services.delivery import lose

SERVICE = "cloudwatch.amazonaws.com"
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def install() -> None:
    """Take the topics out of an alarm's actions that would not get its message."""
    hooks.around(cloudwatch, "_dispatch_alarm_actions", _dispatch)


def _dispatch(original, alarm, old_state, new_state, reason):
    # Alarms are also judged outside of a request, when there is no account of the caller.
    source = {"aws:SourceArn": alarm["AlarmArn"], "aws:SourceAccount": parse_arn(alarm["AlarmArn"]).account_id}
    action_list = {"ALARM": ACTIONS[0], "OK": ACTIONS[1]}.get(new_state, ACTIONS[2])
    admitted = [action for action in alarm.get(action_list) or [] if _admitted(action, source)]
    return original({**alarm, action_list: admitted}, old_state, new_state, reason)


def _admitted(action: str, source: dict[str, str]) -> bool:
    found = sns.topic_policy_for_arn(action)
    if found is None:
        return True  # no topic: nothing to encrypt, and MiniStack knows what to do with other actions
    # The policy a topic is born with admits services of its own account by aws:SourceOwner.
    sent = {**source, "aws:SourceOwner": source["aws:SourceAccount"]}
    if not policies.service_allowed(found[0], SERVICE, "sns:Publish", action, sent):
        lose(source["aws:SourceArn"], action, "the topic's policy does not let CloudWatch publish")
        return False
    # Nothing says that CloudWatch sends a source to KMS, and AWS's own examples of key policies ask for none.
    if not encryption.admits_service(action, SERVICE, {}):
        lose(source["aws:SourceArn"], action, "the topic's key does not admit CloudWatch")
        return False
    return True

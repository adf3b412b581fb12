"""EventBridge to its targets: only with permission, else to the target's dead-letter queue, else lost in silence.

MiniStack delivers to functions and queues without asking. AWS pages: "Using resource-based policies for Amazon
EventBridge", "Using dead-letter queues to process undelivered events".
"""

import json
import logging
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, iam, lambda_svc, sns, sqs

from account import hooks, policies
from account.services import encryption, queues

SERVICE = "events.amazonaws.com"
logger = logging.getLogger("account")

_lost: deque[dict] = deque(maxlen=1000)


class _Delivery(NamedTuple):
    rule: dict
    target: dict


_current: ContextVar[_Delivery] = ContextVar("account_delivery")


def install() -> None:
    """Ask before each delivery of EventBridge."""
    hooks.around(eventbridge, "_invoke_target", _invoke_target)
    hooks.around(eventbridge, "_dispatch_to_lambda", _to_function)
    hooks.around(eventbridge, "_dispatch_to_sqs", _to_queue)
    hooks.around(eventbridge, "_dispatch_to_sns", _to_topic)
    hooks.around(eventbridge, "_dispatch_to_event_bus", _to_bus)


def lost() -> list[dict]:
    """What was lost, newest last: `source`, `target`, `reason`."""
    return list(_lost)


def lose(source: str, target: str, reason: str) -> None:
    """Remember a message that AWS would drop without telling anyone."""
    logger.warning("lost: %s -> %s: %s", source, target, reason)
    _lost.append({"source": source, "target": target, "reason": reason})


def _invoke_target(original, target, event, rule, view=None):
    with _delivering(rule, target):
        return original(target, event, rule, view)


@contextmanager
def _delivering(rule: dict, target: dict):
    token = _current.set(_Delivery(rule, target))
    try:
        yield
    finally:
        _current.reset(token)


def _to_function(original, arn, payload):
    found = lambda_svc.function_policy_for_arn(arn)
    if found is None:
        return _undelivered(payload, "no such function")
    if not policies.service_allowed(found[0], SERVICE, "lambda:InvokeFunction", arn, _source()):
        return _undelivered(payload, "the function's policy does not let this rule invoke it")
    function, config, _name = lambda_svc._get_func_record_for_ref(arn)
    record = lambda_svc._execution_record_for_config(function, config)
    return lambda_svc.invoke_async_with_retry(record, json.loads(payload))


def _to_queue(original, spec, payload, sqs_parameters=None):
    if reason := _refused_by_queue(str(spec)):
        return _undelivered(payload, reason)
    return original(spec, payload, sqs_parameters)


def _to_topic(original, arn, payload):
    found = sns.topic_policy_for_arn(arn)
    if found is None:
        return _undelivered(payload, "no such topic")
    # EventBridge sends no aws:SourceArn and no aws:SourceAccount to topics ("Amazon SNS permissions").
    if not policies.service_allowed(found[0], SERVICE, "sns:Publish", arn, {}):
        return _undelivered(payload, "the topic's policy does not let EventBridge publish")
    if not encryption.admits_service(arn, SERVICE, {}):
        return _undelivered(payload, "the topic's key does not admit EventBridge")
    return original(arn, payload)


def _to_bus(original, spec, event, rule, event_path, target_input_payload=None):
    """To the bus of another region of the account, with the role of the target; the event keeps its own region.

    AWS pages: "Sending and receiving events between AWS Regions", "Cross-service confused deputy prevention". MiniStack
    knows buses of the own region alone.
    """
    if reason := _refused_by_bus(spec):
        return _undelivered(json.dumps(event), reason)
    if spec.region == get_region():
        return original(spec, event, rule, event_path, target_input_payload)
    bus = spec.resource.split("/", 1)[1]
    forwarded = {**event, "EventBusName": bus, "_DispatchPath": [*event_path, rule["Arn"]]}
    with request_scope(spec.account_id, spec.region):
        return eventbridge._dispatch_event(forwarded)


def _refused_by_bus(spec) -> str | None:
    target = _current.get().target
    if spec.account_id != get_account_id():
        return "the sandbox has no buses of other accounts"
    with request_scope(spec.account_id, spec.region):
        if spec.resource.split("/", 1)[1] not in eventbridge._event_buses:
            return "no such event bus"
    role = target.get("RoleArn") or ""
    if not policies.role_exists(role):
        return "the target has no role that exists"
    source = {**_source(), "aws:SourceAccount": get_account_id()}
    trust = iam._roles[policies.role_name(role)]["AssumeRolePolicyDocument"]
    if not policies.service_allowed(trust, SERVICE, "sts:AssumeRole", role, source):
        return "the role does not trust EventBridge for this rule"
    if not policies.role_allowed(role, "events:PutEvents", target["Arn"]):
        return "the role may not put events on the bus"
    return None


def _refused_by_queue(arn: str) -> str | None:
    found = sqs.queue_policy_for_arn(arn)
    if found is None:
        return "no such queue"
    if not policies.service_allowed(found[0], SERVICE, "sqs:SendMessage", arn, _source()):
        return "the queue's policy does not let this rule send to it"
    if not encryption.admits_service(arn, SERVICE, {}):
        return "the queue's key does not admit EventBridge"
    return None


def _source() -> dict[str, str]:
    """What EventBridge sends to a function or a queue: the rule's ARN, and no account beside it.

    AWS page: "Troubleshooting Amazon EventBridge": a policy that asks for `aws:SourceAccount` keeps it from invoking.
    """
    return {"aws:SourceArn": _current.get().rule["Arn"]}


def _undelivered(payload: str, reason: str) -> None:
    """To the target's dead-letter queue, with the reason, where there is one that may be written to."""
    rule, target = _current.get()
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    refused = _refused_by_queue(queue) if queue else "no dead-letter queue"
    if refused:
        return lose(rule["Arn"], target["Arn"], f"{reason}; {refused}")
    return queues.put(queue, payload, {"RULE_ARN": rule["Arn"], "TARGET_ARN": target["Arn"], "ERROR_MESSAGE": reason})

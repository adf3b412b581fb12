"""Asynchronous invocation of a function: retries, then the success or failure destination and the dead-letter queue.

MiniStack has no success destination and lets a function's results go anywhere. Here they go out under the function's
own role, as in AWS pages "Capturing records of Lambda asynchronous invocations" and "How Lambda handles errors and
retries with asynchronous invocation"; retries come after a second or two instead of one and two minutes.
"""

import json
import time
from datetime import UTC, datetime

from ministack import app
from ministack.core.arn import parse_arn
from ministack.core.concurrency import spawn_background
from ministack.core.responses import new_uuid, request_scope
from ministack.services import eventbridge, lambda_svc, sns

from account import arns, hooks, policies
from account.services import encryption, queues
from account.services.delivery import lose

RETRY_SECONDS = (1.0, 2.0)
ACTIONS = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
}


def install() -> None:
    """Take MiniStack's asynchronous invocation over."""
    hooks.around(lambda_svc, "invoke_async_with_retry", lambda _original, function, event: start(function, event))


def start(function: dict, event: object) -> None:
    """Invoke in the background; returns at once."""
    config = function.get("config") or function
    account, region = lambda_svc._account_region_from_function_config(config)
    with request_scope(account, region):  # carried into the thread
        spawn_background(_run, function, config, event, thread_name="account-async-invoke")


def _run(function: dict, config: dict, event: object) -> None:
    settings = _invoke_config(function)
    retries = settings.get("MaximumRetryAttempts", len(RETRY_SECONDS))
    oldest = time.time() + settings.get("MaximumEventAgeInSeconds", 21600)
    attempts = 0
    while True:
        result = lambda_svc._execute_function(function, event)
        attempts += 1
        if not result.get("error"):
            break
        if attempts > retries or time.time() > oldest:
            break
        time.sleep(RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])
    outcome = "OnFailure" if result.get("error") else "OnSuccess"
    request_id = new_uuid()
    destination = ((settings.get("DestinationConfig") or {}).get(outcome) or {}).get("Destination")
    if destination:
        _send(config, destination, json.dumps(_record(config, event, result, attempts, request_id)))
    dead_letters = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if dead_letters and outcome == "OnFailure":
        message = json.dumps(result.get("body")) if not isinstance(result.get("body"), str) else result["body"]
        attributes = {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": message[:1024]}
        _send(config, dead_letters, json.dumps(event), attributes)


def _invoke_config(function: dict) -> dict:
    return function.get("event_invoke_config") or (function.get("event_invoke_configs") or {}).get("$LATEST") or {}


def _record(config: dict, event: object, result: dict, attempts: int, request_id: str) -> dict:
    """The invocation record a destination gets."""
    response = {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST")}
    if result.get("error"):
        response["functionError"] = result.get("function_error") or "Unhandled"
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{_unqualified(config)}:{config.get('Version', '$LATEST')}",
            "condition": "RetriesExhausted" if result.get("error") else "Success",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
        "responseContext": response,
        "responsePayload": result.get("body"),
    }


def _send(config: dict, target: str, body: str, attributes: dict[str, str] | None = None) -> None:
    """Deliver under the function's role; what the role may not do is lost, as AWS loses it."""
    spec, source = parse_arn(target), config["FunctionArn"]
    if app.AUTH and not policies.role_allowed(config["Role"], ACTIONS[spec.service], target):
        return lose(source, target, f"the function's role may not {ACTIONS[spec.service]}")
    if app.AUTH and spec.service in ("sqs", "sns") and not encryption.admits_principal(target, config["Role"]):
        return lose(source, target, "the function's role may not use the key of the target")
    if spec.service == "lambda":
        function, destination, _name = lambda_svc._get_func_record_for_ref(target)
        if function is None:
            return lose(source, target, "no such function")
        return start(lambda_svc._execution_record_for_config(function, destination), json.loads(body))
    if spec.service == "sqs":
        if queues.find(target) is None:
            return lose(source, target, "no such queue")
        return queues.put(target, body, attributes)
    if spec.service == "sns":
        sns.publish_internal(target, body)
        return None
    entry = {"Source": "lambda", "DetailType": "Lambda Function Invocation Result", "Detail": body}
    eventbridge._put_events({"Entries": [{**entry, "EventBusName": spec.resource.removeprefix("event-bus/")}]})
    return None


def _unqualified(config: dict) -> str:
    return arns.unqualified(config["FunctionArn"])

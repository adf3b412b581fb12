"""SQS queues from inside the account: putting a message on one, and the time of what lies in them."""

from contextlib import contextmanager

from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.core.responses import request_scope
from ministack.services import sqs

from account import clock


def install() -> None:
    """Let messages become visible, and grow old, as the account's time passes."""
    clock.on_advance(_pass)


def _pass(account: str, seconds: float) -> None:
    for scope, queue in list(sqs._queues.all_items()):
        if scope[0] == account:
            for message in queue["messages"]:
                # One that a function has in hand stays invisible: the function's own time does not pass faster.
                if not message["receive_count"]:
                    message["visible_at"] -= seconds
                message["sent_at"] -= seconds


def find(queue_arn: str) -> dict | None:
    """The queue of an ARN, wherever it is."""
    return sqs._queue_by_arn(queue_arn)


def put(queue_arn: str, body: str, attributes: dict[str, str] | None = None) -> None:
    """Add a message; who may do so was asked before."""
    spec = parse_arn(queue_arn)
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
    with request_scope(spec.account_id, spec.region), _as_the_account():
        url = find(queue_arn)["url"]
        sqs._act_send_message({"QueueUrl": url, "MessageBody": body, "MessageAttributes": typed}, url)


@contextmanager
def _as_the_account():
    """Not as the caller of the request that happened to set this delivery off."""
    token = iam_evaluator._request_caller_arn.set("")
    try:
        yield
    finally:
        iam_evaluator._request_caller_arn.reset(token)

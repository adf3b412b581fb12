"""SNS: whoever publishes to an encrypted topic must be able to use its key; e-mail waits for a confirmation.

AWS pages: "Key management" of Amazon SNS, "Subscribe", "Unsubscribe". (Service publishers are asked in
`account.services`; they lose in silence.)
"""

from ministack import app
from ministack.core.iam_evaluator import caller_arn
from ministack.core.responses import new_uuid
from ministack.services import sns

from account import hooks
from account.services import encryption

EMAIL = ("email", "email-json")


def install() -> None:
    """Check each publisher, and let e-mail subscriptions wait."""
    hooks.before(sns, "_publish", _check)
    hooks.before(sns, "_publish_batch", _check)
    hooks.around(sns, "_subscribe", _subscribe)
    hooks.before(sns, "_unsubscribe", _check_confirmed)
    for listing in ("_list_subscriptions", "_list_subscriptions_by_topic"):
        hooks.around(sns, listing, _list)


def _check(params):
    topic = sns._p(params, "TopicArn") or sns._p(params, "TargetArn")
    caller = caller_arn()
    if not app.AUTH or not topic or encryption.admits_principal(topic, caller):
        return None
    return sns._error(
        "KMSAccessDenied",
        f"User: {caller} is not authorized to perform: {encryption.ACTIONS[0]} on the key of {topic}",
        400,
    )


def _subscribe(original, params):
    """An address hears nothing, and its subscription's ARN is said only on request, until somebody confirms there."""
    topic = sns._topic_by_arn_any_scope(sns._p(params, "TopicArn"))
    known = {subscription["arn"] for subscription in topic["subscriptions"]} if topic else set()
    status, headers, body = original(params)
    if status != 200:
        return status, headers, body
    if sns._p(params, "Protocol") not in EMAIL:
        # Who asks for it is told the ARN of a subscription that waits for an endpoint's answer, too.
        new = [subscription["arn"] for subscription in topic["subscriptions"] if subscription["arn"] not in known]
        if sns._p(params, "ReturnSubscriptionArn") == "true" and new:
            body = body.replace(b">pending confirmation<", f">{new[0]}<".encode())
        return status, headers, body
    for subscription in topic["subscriptions"]:
        if subscription["arn"] not in known:
            subscription.update(confirmed=False, token=new_uuid())
            subscription["attributes"].update(PendingConfirmation="true", ConfirmationWasAuthenticated="false")
            sns._refresh_subscription_counts(topic)
    if sns._p(params, "ReturnSubscriptionArn") != "true":
        body = _without_pending_arns(body, topic, "pending confirmation")
    return status, headers, body


def _list(original, params):
    status, headers, body = original(params)
    for topic in sns._topics.values():
        body = _without_pending_arns(body, topic, "PendingConfirmation")
    return status, headers, body


def _without_pending_arns(body: bytes, topic: dict, words: str) -> bytes:
    for subscription in topic["subscriptions"]:
        if not subscription["confirmed"]:
            body = body.replace(f">{subscription['arn']}<".encode(), f">{words}<".encode())
    return body


def _check_confirmed(params):
    """A subscription that waits cannot be taken back; it goes with its topic, or by itself after days."""
    arn = sns._p(params, "SubscriptionArn")
    topic = sns._topic_by_arn_any_scope(sns._sub_arn_to_topic.get(arn, ""))
    waiting = topic and not all(s["confirmed"] for s in topic["subscriptions"] if s["arn"] == arn)
    if arn == "PendingConfirmation" or waiting:
        message = "Invalid parameter: Cannot unsubscribe a subscription that is pending confirmation"
        return sns._error("InvalidParameter", message, 400)
    return None


def confirm(topic_arn: str, address: str) -> None:
    """Confirm an address, as its owner would by the link in the message."""
    topic = sns._topic_by_arn_any_scope(topic_arn)
    [waiting] = [s for s in topic["subscriptions"] if s["endpoint"] == address and not s["confirmed"]]
    sns._confirm_subscription({"TopicArn": [topic_arn], "Token": [waiting["token"]]})

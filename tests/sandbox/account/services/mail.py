"""Topics to e-mail addresses: what each confirmed address would have got stays to be read.

MiniStack drops these messages. AWS page: "Email notifications" of Amazon SNS: the subject is the one that was
published, else a general one, and `email-json` gets the whole envelope. What is ours: no footer with a link to
unsubscribe.
"""

from collections import deque
from typing import NamedTuple

from ministack.core.arn import parse_arn
from ministack.services import sns

from account import hooks

GENERAL_SUBJECT = "AWS Notification Message"


class Mail(NamedTuple):
    """One e-mail."""

    topic: str
    to: str
    subject: str
    text: str


_sent: deque[Mail] = deque(maxlen=10_000)


def install() -> None:
    """Write an e-mail to each confirmed address whose filter policy lets the message through."""
    hooks.around(sns, "_fanout", _fanout)


def sent(account: str, region: str) -> list[Mail]:
    """What the topics of an account and region sent, oldest first."""
    topics = {mail.topic: parse_arn(mail.topic) for mail in _sent}
    return [mail for mail in _sent if (topics[mail.topic].region, topics[mail.topic].account_id) == (region, account)]


def _fanout(original, topic_arn, msg_id, message, subject, message_structure="", message_attributes=None, **fifo):
    original(topic_arn, msg_id, message, subject, message_structure, message_attributes, **fifo)
    topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
    attributes = message_attributes or {}
    for subscription in topic["subscriptions"]:
        protocol = subscription["protocol"]
        if protocol not in ("email", "email-json") or not subscription["confirmed"]:
            continue
        text = sns._resolve_message_for_protocol(message, message_structure, protocol)
        if not sns._matches_filter_policy(subscription, attributes, text):
            continue
        if protocol == "email-json":
            text = sns._build_envelope(topic_arn, msg_id, text, subject, attributes, False)
        _sent.append(Mail(topic_arn, subscription["endpoint"], subject or GENERAL_SUBJECT, text))

"""What a delivery must be allowed to do with the key of an encrypted queue or topic.

AWS pages: "Key management" of Amazon SQS and of Amazon SNS (compatibility between event sources and encrypted queues
and topics). Both generate a data key and decrypt with it, under an encryption context of their own.
"""

from ministack.core.arn import parse_arn
from ministack.services import sns

from account import policies
from account.services import queues

ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")


def queue_key(queue_arn: str) -> str | None:
    """The customer's key of a queue, if it has one."""
    queue = queues.find(queue_arn) or {}
    return _customer_key(queue.get("attributes", {}))


def topic_key(topic_arn: str) -> str | None:
    """The customer's key of a topic, if it has one."""
    topic = sns._topic_by_arn_any_scope(topic_arn) or {}
    return _customer_key(topic.get("attributes", {}))


def context(resource_arn: str) -> dict[str, str]:
    """The encryption context of a queue's or topic's own calls to KMS, and the service they come through."""
    spec = parse_arn(resource_arn)
    name = "kms:EncryptionContext:aws:sqs:arn" if spec.service == "sqs" else "kms:EncryptionContext:aws:sns:topicArn"
    return {name: resource_arn, "kms:ViaService": f"{spec.service}.{spec.region}.amazonaws.com"}


def admits_service(resource_arn: str, service: str, sent: dict[str, str]) -> bool:
    """Whether the key of a queue or topic, where it has one, admits a service that sends these condition keys."""
    key = queue_key(resource_arn) if ":sqs:" in resource_arn else topic_key(resource_arn)
    return not key or policies.key_admits_service(key, service, ACTIONS, {**sent, **context(resource_arn)})


def admits_principal(resource_arn: str, principal: str, actions: tuple[str, ...] = ACTIONS) -> bool:
    """Whether a role or user may use the key of a queue or topic, where it has one."""
    key = queue_key(resource_arn) if ":sqs:" in resource_arn else topic_key(resource_arn)
    sent = context(resource_arn)
    return not key or all(policies.may_use_key(principal, key, action, sent) for action in actions)


def _customer_key(attributes: dict) -> str | None:
    key = attributes.get("KmsMasterKeyId")
    return key if policies.is_customer_key(key) else None

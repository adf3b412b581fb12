"""SQS: whoever sends to or reads from an encrypted queue must be able to use its key.

AWS page: "Key management" of Amazon SQS: a producer needs kms:GenerateDataKey and kms:Decrypt, a consumer kms:Decrypt.
A queue without a key of its own is encrypted by SQS itself, `SqsManagedSseEnabled`, since October 2022.
"""

from ministack import app
from ministack.core.iam_evaluator import caller_arn
from ministack.services import sqs

from account import hooks
from account.services import encryption


def install() -> None:
    """Check producers and consumers that come through the API, and give each new queue its encryption."""
    hooks.around(sqs, "_act_create_queue", _create)
    hooks.around(sqs, "_enforce_queue_policy", _check)


def _check(original, queue, action):
    original(queue, action)
    needed = {"sqs:SendMessage": encryption.ACTIONS, "sqs:ReceiveMessage": encryption.ACTIONS[1:]}.get(action)
    arn, caller = queue["attributes"]["QueueArn"], caller_arn()
    if app.AUTH and needed and not encryption.admits_principal(arn, caller, needed):
        raise sqs._Err("KMS.AccessDeniedException", f"User: {caller} may not use the key of {arn}")


def _create(original, data, url):
    given = data.get("Attributes") or {}
    managed = "false" if given.get("KmsMasterKeyId") else "true"
    return original({**data, "Attributes": {"SqsManagedSseEnabled": managed, **given}}, url)

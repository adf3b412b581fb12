"""Log groups with a key: refused unless the key's policy admits CloudWatch Logs for this very group.

AWS page: "Encrypt log data in CloudWatch Logs using AWS Key Management Service".
"""

import json

from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import cloudwatch_logs

from account import hooks, policies

# One action of each family that the page's key policy lets the service do.
ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKey", "kms:DescribeKey")
RETENTIONS = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)


def install() -> None:
    """Check groups when they are made or given a key; AssociateKmsKey is not in MiniStack."""
    hooks.before(cloudwatch_logs, "_create_log_group", _check_new)
    hooks.before(cloudwatch_logs, "_put_retention_policy", _check_retention)
    hooks.around(cloudwatch_logs, "handle_request", _with_associate)


def _check_new(data):
    return _refused(data.get("kmsKeyId"), data.get("logGroupName", ""))


def _check_retention(data):
    if data.get("retentionInDays") in RETENTIONS:
        return None
    return hooks.refuse("InvalidParameterException", f"Invalid retentionInDays: {data.get('retentionInDays')}")


async def _with_associate(original, method, path, headers, body, query_params):
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    if operation == "AssociateKmsKey":
        return _associate(json.loads(body))
    if operation == "DisassociateKmsKey":
        return _set_key(json.loads(body), None)
    return await original(method, path, headers, body, query_params)


def _associate(data):
    return _refused(data.get("kmsKeyId"), data.get("logGroupName", "")) or _set_key(data, data["kmsKeyId"])


def _set_key(data, key):
    group = cloudwatch_logs._log_groups.get(data.get("logGroupName", ""))
    if group is None:
        return hooks.refuse("ResourceNotFoundException", "The specified log group does not exist.")
    group["kmsKeyId"] = key
    return json_response({})


def _refused(key: str | None, group: str):
    if not key:
        return None
    arn = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}"
    context = {"kms:EncryptionContext:aws:logs:arn": arn}
    service = f"logs.{get_region()}.amazonaws.com"
    if key.startswith("arn:") and policies.key_admits_service(key, service, ACTIONS, context):
        return None
    return hooks.refuse(
        "InvalidParameterException",
        f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'",
    )

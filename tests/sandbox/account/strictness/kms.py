"""KMS: a key policy must leave somebody in charge, and an alias belongs to its key.

AWS pages: "PutKeyPolicy" (the lockout safety check), "CreateAlias", "ScheduleKeyDeletion" (7 to 30 days; a key that is
pending deletion takes no further request).
"""

import json

from ministack.core.responses import get_account_id
from ministack.services import kms

from account import grammar, hooks, policies


def install() -> None:
    """Check policies when given, and keys that are on their way out."""
    hooks.before(kms, "_create_key", _check_create)
    hooks.before(kms, "_put_key_policy", _check_policy)
    for operation in ("_put_key_policy", "_enable_key_rotation", "_create_alias", "_schedule_key_deletion"):
        hooks.before(kms, operation, _check_not_pending)


def _check_create(data):
    return _check_policy(data) if data.get("Policy") else None


def _check_policy(data):
    policy = data.get("Policy", "")
    if len(policy.encode()) > grammar.KEY_SIZE:
        return hooks.refuse("LimitExceededException", f"The key policy exceeds {grammar.KEY_SIZE} bytes.")
    if fault := grammar.resource_fault(policy):
        return hooks.refuse("MalformedPolicyDocumentException", fault)
    if not data.get("BypassPolicyLockoutSafetyCheck") and not _leaves_someone_in_charge(json.loads(policy)):
        return hooks.refuse(
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
        )
    return None


def _leaves_someone_in_charge(policy: dict) -> bool:
    root = f"arn:aws:iam::{get_account_id()}:root"
    return policies.principal_named(policy, root, "kms:PutKeyPolicy")


def _check_not_pending(data):
    record = kms._resolve_key(data.get("KeyId") or data.get("TargetKeyId", ""))
    if record and record.get("KeyState") == "PendingDeletion":
        return hooks.refuse("KMSInvalidStateException", f"{record['Arn']} is pending deletion.")
    return None

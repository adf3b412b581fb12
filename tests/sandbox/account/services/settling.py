"""AWS on a usual day: what was just made is not yet known everywhere. Off unless a test asks for it.

A fresh role cannot be assumed yet, by a service or by anybody else; a policy that was just put or attached does not
count yet; a fresh key or topic is not found yet. AWS pages: "Changes that I make are not always immediately visible"
(IAM), "AWS KMS eventual consistency", and what the `aws` provider tries again.
"""

import time

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import iam, kms, lambda_svc, sns

from account import arns, hooks, policies

# Account: seconds until something is known everywhere.
_seconds: dict[str, float] = {}
# What was made, and when.
_made: dict[tuple[str, str, str], float] = {}


def install() -> None:
    """Remember when things are made, and hide what is fresh."""
    _remember(iam, "_create_role", lambda params: ("role", iam._p(params, "RoleName")))
    _remember(iam, "_put_role_policy", lambda params: ("policy", _policy_name(params)))
    _remember(iam, "_attach_role_policy", lambda params: ("policy", _attached_name(params)))
    _remember(sns, "_create_topic", lambda params: ("topic", sns._p(params, "Name")))
    hooks.around(kms, "_create_key", _create_key)
    hooks.around(kms, "_resolve_key", _resolve_key)
    hooks.around(sns, "_get_topic", _get_topic)
    hooks.before(sns, "_subscribe", lambda params: _topic_fault(sns._p(params, "TopicArn")))
    hooks.before(sns, "_publish", lambda params: _topic_fault(sns._p(params, "TopicArn")))
    hooks.before(lambda_svc, "_create_function", _check_role)
    hooks.around(iam_evaluator, "evaluate_trust_policy", _trust)
    hooks.around(iam_evaluator, "_gather_role_policies", _policies)
    # `policies` has it by a name of its own.
    policies._gather_role_policies = iam_evaluator._gather_role_policies


def settle(account: str, seconds: float) -> None:
    """From now on what is made in an account is known everywhere after so many seconds."""
    _seconds[account] = seconds


def is_fresh(kind: str, name: str, account: str | None = None) -> bool:
    """Whether something was made so lately that it is not known everywhere."""
    account = account or get_account_id()
    wait = _seconds.get(account)
    return wait is not None and time.monotonic() < _made.get((account, kind, name), -wait) + wait


def _remember(module, operation: str, named) -> None:
    def remembering(original, params):
        answer = original(params)
        if get_account_id() in _seconds and answer[0] == 200:
            kind, name = named(params)
            _made.setdefault((get_account_id(), kind, name), time.monotonic())
        return answer

    hooks.around(module, operation, remembering)


def _policy_name(params) -> str:
    return f"{iam._p(params, 'RoleName')}/{iam._p(params, 'PolicyName')}"


def _attached_name(params) -> str:
    return f"{iam._p(params, 'RoleName')}/{iam._p(params, 'PolicyArn')}"


def _create_key(original, data):
    settles = get_account_id() in _seconds
    before = set(kms._keys) if settles else set()
    answer = original(data)
    for key in set(kms._keys) - before if settles else ():
        _made[get_account_id(), "key", key] = time.monotonic()
    return answer


def _resolve_key(original, key):
    found = original(key)
    return None if found is not None and _seconds and is_fresh("key", found["KeyId"]) else found


def _get_topic(original, topic_arn, action=None):
    fault = _topic_fault(topic_arn)
    return (None, fault) if fault else original(topic_arn, action)


def _topic_fault(topic_arn: str):
    if _seconds and topic_arn and is_fresh("topic", arns.resource_of(topic_arn)):
        return sns._error("NotFound", "Topic does not exist", 404)
    return None


def _check_role(data):
    if _seconds and is_fresh("role", policies.role_name(data.get("Role", ""))):
        message = "The role defined for the function cannot be assumed by Lambda."
        return hooks.refuse("InvalidParameterValueException", message)
    return None


def _trust(original, document, caller, request):
    """Whether a caller of `sts:AssumeRole` gets a role; services ask `_check_role`."""
    name, account = policies.role_name(request.resource_arn), arns.account_of(request.resource_arn)
    if _seconds and is_fresh("role", name, account):
        return False
    return original(document, caller, request)


def _policies(original, role_name: str, account_id: str):
    found = original(role_name, account_id)
    if account_id not in _seconds:
        return found
    role = iam._roles.get_scoped(account_id, None, role_name) or {}
    # One list of statements for each policy that has some: inline ones first, then attached ones, in their order.
    texts = [
        *(role.get("InlinePolicies") or {}).items(),
        *(
            (arn, iam_evaluator._resolve_managed_policy_document(arn, account_id))
            for arn in role.get("AttachedPolicies", [])
        ),
    ]
    own = [name for name, text in texts if text and iam_evaluator.parse_policy_document(text)]
    fresh = {index for index, name in enumerate(own) if is_fresh("policy", f"{role_name}/{name}", account_id)}
    return [statements for index, statements in enumerate(found) if index not in fresh]

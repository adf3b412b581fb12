"""What was asked of IAM by whom, and what it answered: so that a test can hold a policy against what was used of it.

Only the identity's own permissions are kept here; what AWS never denies (`sts:GetCallerIdentity`) is not asked.
"""

from collections import defaultdict

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError, caller_arn, resolve_principal
from ministack.core.responses import get_account_id

from account import authorization, hooks

# Caller: action: the answers.
_asked: dict[str, dict[str, set[bool]]] = defaultdict(lambda: defaultdict(set))


def install() -> None:
    """Stand around MiniStack's one question."""
    hooks.around(iam_evaluator, "enforce", _enforce)


def note(caller: str, action: str, allowed: bool) -> None:
    """Remember an answer."""
    _asked[caller][action].add(allowed)


def asked(caller: str) -> dict[str, list[str]]:
    """The actions that were allowed to a caller and those that were denied."""
    answers = _asked.get(caller, {})
    return {
        "allowed": sorted(action for action, found in answers.items() if True in found),
        "denied": sorted(action for action, found in answers.items() if False in found),
    }


def _enforce(original, access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    resource_arn = authorization.resource(iam_action, resource_arn)
    denied = original(access_key_id, iam_action, service, region, resource_arn, service_context)
    if not isinstance(denied, AuthError) and iam_action not in iam_evaluator._ALWAYS_ALLOWED_ACTIONS:
        note(_caller(access_key_id), iam_action, denied is None)
    return denied


def _caller(access_key_id: str) -> str:
    """The caller of this request. MiniStack does not remember it for the requests that have a path of their own."""
    pinned = caller_arn()
    if not pinned.endswith(":root"):
        return pinned
    principal = resolve_principal(access_key_id or "", get_account_id())
    return pinned if isinstance(principal, AuthError) else principal.arn or pinned

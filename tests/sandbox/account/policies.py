"""Who may do what: IAM roles, key policies and resource policies, evaluated with MiniStack's own engine.

Two questions are asked here: may this AWS service do it (its service principal, named by a resource policy), and may
this role do it (its own policies, and the policy of the key it touches). AWS page: "Policy evaluation logic".
"""

from ministack import app
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.iam_evaluator import (
    EvalContext,
    EvalResult,
    _gather_role_policies,
    _gather_user_policies,
    _permissions_boundary,
    caller_arn,
    combine_resource_policy,
    evaluate,
    evaluate_resource_policy,
)
from ministack.core.responses import get_region, request_scope
from ministack.services import iam, kms

from account import arns, audit, authorization

AWS_OWNED_ALIASES = ("alias/aws/",)


def service_allowed(policy: str | dict | None, service: str, action: str, resource: str, context: dict) -> bool:
    """Whether a resource policy lets an AWS service do one action, given the condition keys it sends."""
    if not policy:
        return False
    request = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={key.lower(): value for key, value in context.items()},
        # Whatever request is being answered: services reach each other over TLS alone.
        secure_transport=True,
    )
    return evaluate_resource_policy(policy, request, service=service).decision == "Allow"


def principal_named(policy: dict, principal: str, action: str) -> bool:
    """Whether a resource policy by itself lets a principal do an action on the resource it belongs to."""
    return evaluate_resource_policy(policy, _request(principal, action, "*", {})).decision == "Allow"


def key_admits_service(key: str, service: str, actions: tuple[str, ...], context: dict) -> bool:
    """Whether a KMS key exists here, is enabled, and its policy lets the service do every one of the actions."""
    record = find_key(key)
    if record is None or record.get("KeyState") != "Enabled":
        return False
    return all(service_allowed(record.get("Policy"), service, action, record["Arn"], context) for action in actions)


def role_allowed(role_arn: str, action: str, resource: str, context: dict | None = None) -> bool:
    """Whether a role's own policies allow an action."""
    return _identity(_request(role_arn, action, resource, context or {})).decision == "Allow"


def principal_allowed(principal: str, action: str, resource: str) -> bool:
    """Whether the own policies of a role, a session, a user or the account's root allow an action."""
    return _identity(_request(principal, action, resource, {})).decision == "Allow"


def may_use_key(principal: str, key: str, action: str, context: dict) -> bool:
    """Whether a principal may use a key: its own policies and the key's policy together ("Key policies in AWS KMS").

    `principal` is the ARN of a role, of a session of one, of a user or of the account's root.
    """
    record = find_key(key)
    if record is None or record.get("KeyState") != "Enabled":
        return False
    request = _request(principal, action, record["Arn"], context)
    owner = parse_arn(record["Arn"]).account_id
    limits = () if principal.endswith(":root") else tuple(_own(request)[1])
    decision = combine_resource_policy(
        _identity(request), request, record.get("Policy"), owner, required=True, limits=limits
    )
    audit.note(principal, action, decision.decision == "Allow")
    return decision.decision == "Allow"


def caller_may(action: str, resource: str) -> bool:
    """Whether whoever makes this request may do something else, which a service does in the caller's name."""
    if not app.AUTH:
        return True
    caller = caller_arn()
    allowed = principal_allowed(caller, action, resource)
    audit.note(caller, action, allowed)
    return allowed


def caller_may_pass(role_arn: str, service: str) -> bool:
    """Whether whoever makes this request may give a role to a service."""
    if not app.AUTH:
        return True
    caller = caller_arn()
    allowed = role_allowed(caller, "iam:PassRole", role_arn, {"iam:PassedToService": service})
    audit.note(caller, "iam:PassRole", allowed)
    return allowed


def not_passed(role_arn: str) -> str:
    """What AWS says where it may not."""
    return f"User: {caller_arn()} is not authorized to perform: iam:PassRole on resource: {role_arn}"


def find_key(key: str) -> dict | None:
    """The key record for an id, ARN or alias, in the region its ARN names, else the request's."""
    try:
        spec = parse_arn(key)
    except ArnParseError:
        return kms._resolve_key(key)
    with request_scope(spec.account_id, spec.region):
        return kms._resolve_key(key)


def is_customer_key(key: str | None) -> bool:
    """False for no key and for the keys AWS manages itself (`alias/aws/sns`), whose policy nobody can change."""
    return bool(key) and not arns.resource_of(key).startswith(AWS_OWNED_ALIASES)


def role_exists(role_arn: str) -> bool:
    """Whether an IAM role of this account has this ARN."""
    role = iam._roles.get(role_name(role_arn))
    return role is not None and role.get("Arn") == role_arn


def role_name(role_arn: str) -> str:
    """The name in a role's ARN, or in the ARN of a session of it (`assumed-role/NAME/SESSION`)."""
    parts = arns.resource_of(role_arn).split("/")
    return parts[1] if parts[0] == "assumed-role" else parts[-1]


def _identity(request: EvalContext) -> EvalResult:
    """What the principal's own policies say within its permissions boundary; the account's root may do everything."""
    if request.principal_arn.endswith(":root"):
        return EvalResult("Allow", request.principal_arn)
    allowed, limits = _own(request)
    return evaluate(request, allowed, *limits)


def _own(request: EvalContext) -> tuple[list, list]:
    """The policies of a role or user, and the boundary that limits them."""
    principal, account = request.principal_arn, request.principal_account
    if request.principal_type == "AssumedRole":
        name = role_name(principal)
        return _gather_role_policies(name, account), _permissions_boundary(iam._roles, name, account)
    name = principal.rsplit("/", 1)[-1]
    return _gather_user_policies(name, account), _permissions_boundary(iam._users, name, account)


def _request(principal: str, action: str, resource: str, context: dict) -> EvalContext:
    return EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole" if "role/" in principal else "User",
        principal_account=arns.account_of(principal),
        action=action,
        resource_arn=authorization.resource(action, resource),
        region=get_region(),
        service_context={key.lower(): value for key, value in context.items()},
    )

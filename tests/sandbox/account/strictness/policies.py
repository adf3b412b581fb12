"""Policy documents are held against the grammar and their size wherever they are given: to IAM, and to resources.

AWS pages: "Grammar of the IAM JSON policy language", "PutBucketPolicy", "SetQueueAttributes", "SetTopicAttributes",
"PutKeyPolicy" (in `kms.py`). A queue's and a topic's policy speak of their own service and of one resource alone, a
bucket's of the bucket and its objects, each action of what it is for.
"""

from fnmatch import fnmatchcase

from ministack.core import iam_evaluator
from ministack.services import iam, s3, sns, sqs, sts

from account import arns, authorization, grammar, hooks

OUT_OF_SCOPE = "Policy statement action out of service scope!"
MORE_THAN_ONE = "Policy statement must apply to a single resource!"


def install() -> None:
    """Check each document where it is given."""
    # Managed policies and their versions, policies of roles, users and groups, and session policies.
    for module in (iam_evaluator, sts):
        hooks.around(module, "validate_policy_document", lambda _original, document: grammar.identity_fault(document))
    hooks.before(iam, "_put_role_policy", lambda params: _inline(params, "Role", _policies_of_role))
    hooks.before(iam, "_put_group_policy", lambda params: _inline(params, "Group", iam._group_inline_policies.get))
    hooks.before(iam, "_put_user_policy", lambda params: _inline(params, "User", iam._user_inline_policies.get))
    hooks.before(iam, "_create_policy", _managed)
    hooks.before(iam, "_create_policy_version", _managed)
    hooks.before(iam, "_create_role", lambda params: _trust(iam._p(params, "AssumeRolePolicyDocument")))
    hooks.before(iam, "_update_assume_role_policy", lambda params: _trust(iam._p(params, "PolicyDocument")))
    hooks.before(s3, "_put_bucket_policy", _bucket)
    hooks.before(sqs, "_act_set_queue_attributes", _queue)
    hooks.before(sqs, "_act_create_queue", _queue)
    hooks.before(sns, "_set_topic_attributes", _topic)
    hooks.before(sns, "_create_topic", _new_topic)


def _trust(document: str):
    if fault := grammar.trust_fault(document):
        return iam._error(400, "MalformedPolicyDocument", fault, ns="iam")
    return _limit(grammar.size(document), grammar.TRUST_SIZE, "ACLSizePerRole")


def _inline(params, kind: str, policies_of):
    given, name = policies_of(iam._p(params, f"{kind}Name")) or {}, iam._p(params, "PolicyName")
    others = [text for other, text in given.items() if other != name]
    together = sum(map(grammar.size, [*others, iam._p(params, "PolicyDocument")]))
    return _limit(together, grammar.INLINE_SIZES[kind], "PolicySize")


def _policies_of_role(name: str) -> dict[str, str] | None:
    return (iam._roles.get(name) or {}).get("InlinePolicies")


def _managed(params):
    return _limit(grammar.size(iam._p(params, "PolicyDocument")), grammar.MANAGED_SIZE, "PolicySize")


def _limit(size: int, most: int, quota: str):
    told = f"Cannot exceed quota for {quota}: {most}"
    return iam._error(409, "LimitExceeded", told, ns="iam") if size > most else None


def _bucket(name: str, body: bytes):
    fault = grammar.resource_fault(body.decode(errors="replace")) or _bucket_fault(name, body)
    return s3._error("MalformedPolicy", fault, 400) if fault else None


def _bucket_fault(name: str, body: bytes) -> str | None:
    for statement in grammar.statements(body.decode()):
        resources = [arns.resource_of(str(one)) for one in grammar.listed(statement.get("Resource", name))]
        if any(one != "*" and not fnmatchcase(name, one.split("/")[0]) for one in resources):
            return "Policy has invalid resource"
        # `*` names the bucket and every object; a name with a slash names objects.
        kinds = {"object" if "/" in one else "bucket" for one in resources if one != "*"} or {"object", "bucket"}
        for action in grammar.listed(statement.get("Action", [])):
            if action != "*" and not action.lower().startswith("s3:"):
                return "Policy has invalid action"
            known = (authorization.resource_types(action) or frozenset()) & {"object", "bucket"}
            if known and not known & kinds:
                return "Action does not apply to any resource(s) in statement"
    return None


def _queue(data: dict, *_rest):
    policy = (data.get("Attributes") or {}).get("Policy")
    if policy and (fault := grammar.resource_fault(policy) or _one_resource_fault("sqs", policy)):
        raise sqs._Err("InvalidAttributeValue", f"Invalid value for the parameter Policy. Reason: {fault}")


def _topic(params):
    is_policy = sns._p(params, "AttributeName") == "Policy"
    return _topic_policy(sns._p(params, "AttributeValue")) if is_policy else None


def _new_topic(params):
    names = [name for name in params if name.startswith("Attributes.entry.") and name.endswith(".key")]
    given = [name.removesuffix("key") + "value" for name in names if sns._p(params, name) == "Policy"]
    return _topic_policy(sns._p(params, given[0])) if given else None


def _topic_policy(policy: str):
    fault = policy and (grammar.resource_fault(policy) or _one_resource_fault("sns", policy))
    return sns._error("InvalidParameter", f"Invalid parameter: Policy Error: {fault}", 400) if fault else None


def _one_resource_fault(service: str, policy: str) -> str | None:
    for statement in grammar.statements(policy):
        actions = grammar.listed(statement.get("Action", []))
        if any(action != "*" and action.split(":")[0].lower() != service for action in actions):
            return OUT_OF_SCOPE
        resources = grammar.listed(statement.get("Resource", "*"))
        if len(resources) != 1:
            return MORE_THAN_ONE
    return None

"""The grammar of policy documents: what AWS refuses when a document is given to it, before anybody is asked by it.

AWS page: "Grammar of the IAM JSON policy language". moto knows most of what IAM refuses; here is what IAM refuses
beside it, and how policies of resources differ.
"""

import json
import re
from collections.abc import Callable, Iterator

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import (
    BaseIAMPolicyValidator,
    IAMPolicyDocumentValidator,
    IAMTrustPolicyDocumentValidator,
)

SID = re.compile(r"[0-9A-Za-z]*")
# The ends of the partitions' host names (botocore's `partitions.json`).
SUFFIXES = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
)
SERVICE_PRINCIPAL = re.compile(
    rf"[a-z0-9-]+(\.[a-z0-9-]+)*\.({'|'.join(re.escape(one) for one in (*SUFFIXES, 'amazon.com', 'aws.internal'))})"
)
AWS_PRINCIPAL = re.compile(
    r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/[^*?]+)|"
    r"arn:aws:iam::cloudfront:user/[^*?]+|A[A-Z0-9]{15,127}"
)
PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
# Characters of a document, without white space, as IAM counts them (IAM User Guide, "IAM and AWS STS quotas"). A key's
# policy is counted in bytes (AWS KMS API Reference, "PutKeyPolicy").
MANAGED_SIZE, TRUST_SIZE, KEY_SIZE = 6_144, 2_048, 32_768
# Those of the inline policies of one role, group or user together.
INLINE_SIZES = {"Role": 10_240, "Group": 5_120, "User": 2_048}
# Members whose list must not be empty.
LISTS = ("Action", "NotAction", "Resource", "NotResource")


class _ResourceValidator(BaseIAMPolicyValidator):
    """A policy of a resource: of any version, with resources."""

    def _validate_version(self) -> None:
        """A document without a version is of the first one."""

    def validate(self) -> None:
        super().validate()
        IAMPolicyDocumentValidator._validate_resource_exist(self)


def identity_fault(document: str | dict) -> str | None:
    """What IAM has against a policy of a role, a user, a group, or a managed one."""
    return _fault(IAMPolicyDocumentValidator, document, _of_iam, _without_principal)


def trust_fault(document: str | dict) -> str | None:
    """What IAM has against the trust policy of a role."""
    return _fault(IAMTrustPolicyDocumentValidator, document, _of_iam, _principal_fault)


def resource_fault(document: str | dict) -> str | None:
    """What every service has against a policy of one of its resources."""
    return _fault(_ResourceValidator, document, _principal_fault)


def size(document: str) -> int:
    """The characters of a document that IAM counts."""
    return len("".join(document.split()))


def statements(document: str | dict) -> list[dict]:
    """The statements of a document that is well formed."""
    given = json.loads(document) if isinstance(document, str) else document
    return [given["Statement"]] if isinstance(given["Statement"], dict) else given["Statement"]


def listed(value: object) -> list:
    """A text or a list of texts as a list."""
    return value if isinstance(value, list) else [value]


def _fault(validator: type, document: str | dict, *checks: Callable[[dict], str | None]) -> str | None:
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        validator(text).validate()
    except MalformedPolicyDocument as error:
        return error.message
    except AssertionError:
        return "Policy statement must contain resources."
    found = (check(statement) for statement in statements(text) for check in (_members, *checks))
    return next(filter(None, found), None)


def _members(statement: dict) -> str | None:
    """What moto lets pass: lists with nothing in them, empty texts, an effect in other letters."""
    if statement["Effect"] not in ("Allow", "Deny"):
        return f"Invalid effect: {statement['Effect']}"
    for name in LISTS:
        if name in statement and not all(isinstance(one, str) and one for one in listed(statement[name]) or [""]):
            return f"Policy statement must contain {name.removeprefix('Not').lower()}s."
    for operator, keys in (statement.get("Condition") or {}).items():
        empty = [key for key, values in keys.items() if values in ([], None)]
        if not keys or empty:
            return f"Condition {operator} must have a key with a value"
    return None


def _of_iam(statement: dict) -> str | None:
    if not SID.fullmatch(statement.get("Sid", "")):
        return (
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*"
        )
    return None


def _without_principal(statement: dict) -> str | None:
    if "Principal" in statement or "NotPrincipal" in statement:
        return "Policy document should not specify a principal."
    return None


def _principal_fault(statement: dict) -> str | None:
    given = statement.get("Principal", statement.get("NotPrincipal"))
    if "Principal" in statement and "NotPrincipal" in statement:
        return "Statement must not have both Principal and NotPrincipal"
    if given is None:
        return "Missing required field Principal"
    return next((f"Invalid principal in policy: {found}" for found in _invalid_principals(given)), None)


def _invalid_principals(given: object) -> Iterator[str]:
    if given == "*":
        return
    if not isinstance(given, dict) or not given:
        yield json.dumps(given)
        return
    for kind, names in given.items():
        known = {"AWS": AWS_PRINCIPAL, "Service": SERVICE_PRINCIPAL}.get(kind, re.compile(".+"))
        for name in listed(names) or [""]:
            if kind not in PRINCIPAL_KINDS or not isinstance(name, str) or not known.fullmatch(name):
                yield json.dumps({kind: name})

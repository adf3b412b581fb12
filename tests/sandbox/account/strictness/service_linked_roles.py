"""IAM: a service-linked role is created once, and only its service takes it away while it is used.

AWS pages: "CreateServiceLinkedRole" (IAM API Reference), "Create a service-linked role" (IAM User Guide).
"""

from ministack.services import iam

from account import hooks

PATH = "/aws-service-role/"


def install() -> None:
    """Refuse a second role of a service, and the deletion of one as if it were any role."""
    hooks.before(iam, "_create_service_linked_role", _taken)
    hooks.before(iam, "_delete_role", _protected)


def _taken(params):
    service = iam._p(params, "AWSServiceName")
    for name, role in iam._roles.items():
        if role.get("Path") == f"{PATH}{service}/":
            message = f"Service role name {name} has been taken in this account, please try a different suffix."
            return iam._error(400, "InvalidInput", message, ns="iam")
    return None


def _protected(params):
    name = iam._p(params, "RoleName")
    if (iam._roles.get(name) or {}).get("Path", "").startswith(PATH):
        message = f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
        return iam._error(400, "UnmodifiableEntity", message, ns="iam")
    return None

"""`iam:PassRole`: who gives a role to a service must be allowed to.

AWS page: "Grant a user permissions to pass a role to an AWS service". Config's recorder asks in `account.config`.
"""

from ministack.services import lambda_svc

from account import hooks, policies

LAMBDA = "lambda.amazonaws.com"


def install() -> None:
    """Ask where a function is given its role."""
    hooks.before(lambda_svc, "_create_function", lambda data: _check(data.get("Role")))
    hooks.before(lambda_svc, "_update_config", lambda _name, data: _check(data.get("Role")))


def _check(role_arn: str | None):
    if not role_arn or policies.caller_may_pass(role_arn, LAMBDA):
        return None
    return hooks.refuse("AccessDeniedException", policies.not_passed(role_arn), 403)

"""IAM: only managed policies that exist can be attached, and the ones AWS has are there with their documents.

AWS pages: "AttachRolePolicy", "AWS managed policies for AWS Config" (`AWS_ConfigRole`; there is no `ConfigRole`).
MiniStack seeds a few dozen AWS managed policies; moto carries all of them.
"""

import json

from ministack.services import iam
from moto.iam.aws_managed_policies import aws_managed_policies_data

from account import hooks

PREFIX = "arn:aws:iam::aws:policy"


def install() -> None:
    """Seed the AWS managed policies, and check each attachment."""
    for name, policy in json.loads(aws_managed_policies_data).items():
        resource = f"{policy['Path'].strip('/')}/{name}".lstrip("/")
        arn = f"{PREFIX}/{resource}"
        if arn not in iam._aws_managed_policies:
            iam._aws_managed_policies[arn] = iam._make_aws_managed_record(resource, json.dumps(policy["Document"]))
    for attach in ("_attach_role_policy", "_attach_user_policy", "_attach_group_policy"):
        hooks.before(iam, attach, _check)


def _check(params):
    arn = iam._p(params, "PolicyArn")
    if iam._lookup_policy(arn) is None:
        return iam._error(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", ns="iam")
    return None

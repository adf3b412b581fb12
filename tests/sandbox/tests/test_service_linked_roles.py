"""A service-linked role is made once for each service, and stays while it is not its service that takes it away."""

from __future__ import annotations

SERVICE = "config.amazonaws.com"


def test_finding_13_the_role_has_the_path_of_its_service(account):
    role = account.client("iam").create_service_linked_role(AWSServiceName=SERVICE)["Role"]
    path = f"role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig"
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:{path}"
    (found,) = account.client("iam").list_roles(PathPrefix=f"/aws-service-role/{SERVICE}/")["Roles"]
    assert found["RoleName"] == "AWSServiceRoleForConfig"


def test_finding_13_a_second_role_of_the_service_is_refused(account, refused):
    iam = account.client("iam")
    iam.create_service_linked_role(AWSServiceName=SERVICE)
    with refused("InvalidInput", "has been taken in this account"):
        iam.create_service_linked_role(AWSServiceName=SERVICE)


def test_finding_13_it_is_not_deleted_as_any_role(account, refused):
    iam = account.client("iam")
    iam.create_service_linked_role(AWSServiceName=SERVICE)
    with refused("UnmodifiableEntity", "only modifiable by AWS"):
        iam.delete_role(RoleName="AWSServiceRoleForConfig")

"""IAM: service-linked roles, which a service defines and whoever deploys only asks for."""

from __future__ import annotations

from ..resource import Resource, retag, tag_list, tag_map

ROLES_PATH = "/aws-service-role/"


class ServiceLinkedRole(Resource):
    """Its id is its ARN; the import of one reads the name from there."""

    token = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
    replaces = ("awsServiceName", "customSuffix")

    def create(self, aws, inputs):
        optional = {"CustomSuffix": inputs.get("customSuffix"), "Description": inputs.get("description")}
        given = {name: value for name, value in optional.items() if value}
        iam = aws.client("iam")
        role = iam.create_service_linked_role(AWSServiceName=inputs["awsServiceName"], **given)["Role"]
        if inputs.get("tagsAll"):
            iam.tag_role(RoleName=role["RoleName"], Tags=tag_list(inputs["tagsAll"]))
        return role["Arn"], self._outputs(role)

    def _outputs(self, role):
        return {
            "arn": role["Arn"],
            "createDate": role["CreateDate"].isoformat(),
            "name": role["RoleName"],
            "path": role["Path"],
            "uniqueId": role["RoleId"],
        }

    def read(self, aws, identity, state):
        role = aws.client("iam").get_role(RoleName=identity.rsplit("/", 1)[-1])["Role"]
        return {
            **self._outputs(role),
            "awsServiceName": role["Path"].removeprefix(ROLES_PATH).rstrip("/"),
            "description": role.get("Description"),
            "tagsAll": tag_map(role.get("Tags")),
        }

    def update(self, aws, identity, old, inputs):
        iam, name = aws.client("iam"), identity.rsplit("/", 1)[-1]
        iam.update_role(RoleName=name, Description=inputs.get("description") or "")
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: iam.tag_role(RoleName=name, Tags=tag_list(new)),
            lambda gone: iam.untag_role(RoleName=name, TagKeys=gone),
        )
        return self._outputs(iam.get_role(RoleName=name)["Role"])

    def delete(self, aws, identity, state):
        aws.client("iam").delete_service_linked_role(RoleName=identity.rsplit("/", 1)[-1])

"""IAM: roles, their own policies and attached ones."""

from __future__ import annotations

import json

from ..aws import is_missing
from ..resource import Resource, retag, tag_list, tag_map
from ..values import same


def _document(document) -> str:
    return document if isinstance(document, str) else json.dumps(document)


class Role(Resource):
    token = "aws:iam/role:Role"
    name = "name"
    name_length = 64
    replaces = ("name", "namePrefix", "path")

    def create(self, aws, inputs):
        optional = {
            "Description": inputs.get("description"),
            "Path": inputs.get("path"),
            "MaxSessionDuration": inputs.get("maxSessionDuration"),
            "PermissionsBoundary": inputs.get("permissionsBoundary"),
        }
        role = aws.client("iam").create_role(
            RoleName=inputs["name"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Tags=tag_list(inputs.get("tagsAll")),
            **{name: value for name, value in optional.items() if value},
        )["Role"]
        return inputs["name"], self._outputs(role)

    def _outputs(self, role):
        return {"arn": role["Arn"], "uniqueId": role["RoleId"], "createDate": role["CreateDate"].isoformat()}

    def read(self, aws, identity, state):
        iam = aws.client("iam")
        role = iam.get_role(RoleName=identity)["Role"]
        iam.list_role_policies(RoleName=identity)
        iam.list_attached_role_policies(RoleName=identity)
        return {
            **self._outputs(role),
            "name": identity,
            "assumeRolePolicy": _document(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description"),
            "path": role.get("Path"),
            "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            "tagsAll": tag_map(role.get("Tags")),
        }

    def update(self, aws, identity, old, inputs):
        iam = aws.client("iam")
        if not same(inputs["assumeRolePolicy"], old.get("assumeRolePolicy")):
            iam.update_assume_role_policy(RoleName=identity, PolicyDocument=inputs["assumeRolePolicy"])
        if not same(inputs.get("permissionsBoundary"), old.get("permissionsBoundary")):
            if boundary := inputs.get("permissionsBoundary"):
                iam.put_role_permissions_boundary(RoleName=identity, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(RoleName=identity)
        if not same(inputs.get("description"), old.get("description")):
            iam.update_role_description(RoleName=identity, Description=inputs.get("description") or "")
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: iam.tag_role(RoleName=identity, Tags=tag_list(new)),
            lambda gone: iam.untag_role(RoleName=identity, TagKeys=gone),
        )
        return self._outputs(iam.get_role(RoleName=identity)["Role"])

    def delete(self, aws, identity, state):
        iam = aws.client("iam")
        for profile in iam.list_instance_profiles_for_role(RoleName=identity)["InstanceProfiles"]:
            iam.remove_role_from_instance_profile(RoleName=identity, InstanceProfileName=profile["InstanceProfileName"])
        if state.get("forceDetachPolicies"):
            for attached in iam.list_attached_role_policies(RoleName=identity)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=identity, PolicyArn=attached["PolicyArn"])
            for name in iam.list_role_policies(RoleName=identity)["PolicyNames"]:
                iam.delete_role_policy(RoleName=identity, PolicyName=name)
        iam.delete_role(RoleName=identity)


class RolePolicy(Resource):
    token = "aws:iam/rolePolicy:RolePolicy"
    name = "name"
    replaces = ("name", "namePrefix", "role")

    def create(self, aws, inputs):
        role, name = inputs["role"], inputs["name"]
        aws.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=inputs["policy"])
        return f"{role}:{name}", {}

    def read(self, aws, identity, state):
        role, _, name = identity.partition(":")
        policy = aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        return {"role": role, "name": name, "policy": _document(policy)}

    def delete(self, aws, identity, state):
        role, _, name = identity.partition(":")
        aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


class RolePolicyAttachment(Resource):
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    replaces = ("policyArn", "role")

    def create(self, aws, inputs):
        aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return f"{inputs['role']}/{inputs['policyArn']}", {}

    def read(self, aws, identity, state):
        try:
            attached = aws.client("iam").list_attached_role_policies(RoleName=state["role"])["AttachedPolicies"]
        except Exception as error:
            if is_missing(error):
                return None
            raise
        if state["policyArn"] not in [policy["PolicyArn"] for policy in attached]:
            return None
        return {"role": state["role"], "policyArn": state["policyArn"]}

    def delete(self, aws, identity, state):
        aws.client("iam").detach_role_policy(RoleName=state["role"], PolicyArn=state["policyArn"])

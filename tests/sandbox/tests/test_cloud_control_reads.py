"""Cloud Control reads what other services have, in the caller's name; the tagging API gathers logs and Athena."""

from __future__ import annotations

import json

import pytest

from account.arns import resource_of

DATABASE, WORKGROUP = ("AWS::Glue::Database", "history"), ("AWS::Athena::WorkGroup", "history")


@pytest.fixture
def history(account) -> None:
    """A database and a workgroup that their services made."""
    account.client("glue").create_database(DatabaseInput={"Name": "history"})
    account.client("athena").create_work_group(Name="history", Tags=[{"Key": "team", "Value": "audit"}])


@pytest.mark.parametrize("named", [DATABASE, WORKGROUP], ids=["database", "workgroup"])
def test_cloud_control_reads_what_its_service_made_and_what_is_missing_is_not_found(account, refused, history, named):
    client, (kind, name) = account.client("cloudcontrol"), named
    found = client.get_resource(TypeName=kind, Identifier=name)["ResourceDescription"]
    assert found["Identifier"] == name and json.loads(found["Properties"])["Name"] == name
    with refused("ResourceNotFoundException", "was not found"):
        client.get_resource(TypeName=kind, Identifier="other")


@pytest.mark.parametrize(
    ("named", "lacking"),
    [(DATABASE, "glue:GetDatabase"), (DATABASE, "glue:GetTags"), (WORKGROUP, "athena:GetWorkGroup")],
)
def test_cloud_control_asks_iam_for_the_call_and_for_what_the_type_reads(
    account, role, refused, history, named, lacking
):
    needed = ["cloudformation:GetResource", "glue:GetDatabase", "glue:GetTags"]
    needed += ["athena:GetWorkGroup", "athena:ListTagsForResource"]
    kind, name = named

    def reads(actions: list[str]):
        client = account.as_role(role({"Action": actions})).client("cloudcontrol")
        return client.get_resource(TypeName=kind, Identifier=name)

    assert reads(needed)
    with refused("AccessDeniedException", lacking):
        reads([action for action in needed if action != lacking])
    with refused("AccessDeniedException", "cloudformation:GetResource"):
        reads(needed[1:])


def test_the_tagging_api_gathers_tags_and_removes_of_log_groups_and_workgroups(account, history):
    logs, tagging = account.client("logs"), account.client("resourcegroupstaggingapi")
    logs.create_log_group(logGroupName="/aws/lambda/x", tags={"team": "audit"})

    def gathered() -> dict:
        found = tagging.get_resources(TagFilters=[{"Key": "team"}])["ResourceTagMappingList"]
        return {resource_of(entry["ResourceARN"]).removeprefix("log-group:"): entry["Tags"] for entry in found}

    tags = [{"Key": "team", "Value": "audit"}]
    assert gathered() == {"/aws/lambda/x": tags, "workgroup/history": tags}
    arns = [entry["ResourceARN"] for entry in tagging.get_resources()["ResourceTagMappingList"]]
    tagging.tag_resources(ResourceARNList=arns, Tags={"more": "yes"})
    assert logs.list_tags_log_group(logGroupName="/aws/lambda/x")["tags"] == {"team": "audit", "more": "yes"}
    tagging.untag_resources(ResourceARNList=arns, TagKeys=["team"])
    assert gathered() == {}

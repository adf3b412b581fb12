"""The Cloud Control API over authorizations of aggregators."""

from __future__ import annotations

import json

import pytest

TYPE = "AWS::Config::AggregationAuthorization"
HOME = "eu-west-1"


def state(account, **more) -> str:
    """What a program asks for."""
    wanted = {"AuthorizedAccountId": account.account_id, "AuthorizedAwsRegion": HOME}
    return json.dumps({**wanted, **more})


def ended(client, answer: dict) -> dict:
    """What became of a request."""
    return client.get_resource_request_status(RequestToken=answer["ProgressEvent"]["RequestToken"])["ProgressEvent"]


@pytest.fixture
def elsewhere(account):
    """The account in another region."""
    return account.in_region("eu-central-1")


def test_an_authorization_is_created_read_tagged_and_deleted(account, elsewhere):
    client, config = elsewhere.client("cloudcontrol"), elsewhere.client("config")
    tags = [{"Key": "team", "Value": "security"}]
    made = ended(client, client.create_resource(TypeName=TYPE, DesiredState=state(account, Tags=tags)))
    assert (made["OperationStatus"], made["Identifier"]) == ("SUCCESS", f"{account.account_id}|{HOME}")
    (found,) = config.describe_aggregation_authorizations()["AggregationAuthorizations"]
    assert found["AuthorizedAwsRegion"] == HOME
    assert account.client("config").describe_aggregation_authorizations()["AggregationAuthorizations"] == []
    patch = json.dumps([{"op": "replace", "path": "/Tags", "value": [{"Key": "team", "Value": "platform"}]}])
    client.update_resource(TypeName=TYPE, Identifier=made["Identifier"], PatchDocument=patch)
    read = client.get_resource(TypeName=TYPE, Identifier=made["Identifier"])["ResourceDescription"]
    assert json.loads(read["Properties"])["Tags"] == [{"Key": "team", "Value": "platform"}]
    deleted = ended(client, client.delete_resource(TypeName=TYPE, Identifier=made["Identifier"]))
    assert deleted["OperationStatus"] == "SUCCESS"
    assert config.describe_aggregation_authorizations()["AggregationAuthorizations"] == []


def test_what_exists_and_what_is_create_only_is_refused(account, elsewhere):
    client = elsewhere.client("cloudcontrol")
    made = ended(client, client.create_resource(TypeName=TYPE, DesiredState=state(account)))
    again = ended(client, client.create_resource(TypeName=TYPE, DesiredState=state(account)))
    assert (again["OperationStatus"], again["ErrorCode"]) == ("FAILED", "AlreadyExists")
    patch = json.dumps([{"op": "replace", "path": "/AuthorizedAwsRegion", "value": "eu-west-2"}])
    changed = client.update_resource(TypeName=TYPE, Identifier=made["Identifier"], PatchDocument=patch)
    assert ended(client, changed)["ErrorCode"] == "NotUpdatable"


def test_another_type_is_refused(elsewhere, refused):
    with refused("UnsupportedActionException"):
        elsewhere.client("cloudcontrol").create_resource(TypeName="AWS::SQS::Queue", DesiredState="{}")


def test_the_caller_needs_the_permissions_of_aws_config_too(account, elsewhere, role):
    own = {"Action": ["cloudformation:CreateResource", "cloudformation:GetResourceRequestStatus"]}
    put = {"Action": ["config:DescribeAggregationAuthorizations", "config:PutAggregationAuthorization"]}
    for statements, outcome in (((own,), "FAILED"), ((own, put), "SUCCESS")):
        client = elsewhere.as_role(role(*statements)).client("cloudcontrol")
        made = ended(client, client.create_resource(TypeName=TYPE, DesiredState=state(account)))
        assert made["OperationStatus"] == outcome
        assert made.get("ErrorCode") == ("AccessDenied" if outcome == "FAILED" else None)

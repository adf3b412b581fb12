"""Security Hub takes findings of the account's own product within AWS's limits, and leaves their workflow alone."""

from __future__ import annotations

import pytest

NEW, LATER = "2026-03-04T05:06:07Z", "2026-03-04T06:06:07Z"


def finding(account, number: int = 1, **members) -> dict:
    """A finding with what is required."""
    product = f"arn:aws:securityhub:{account.region}:{account.account_id}:product/{account.account_id}/default"
    required = {
        "SchemaVersion": "2018-10-08",
        "Id": f"finding-{number}",
        "ProductArn": product,
        "GeneratorId": "rule",
        "AwsAccountId": account.account_id,
        "CreatedAt": NEW,
        "UpdatedAt": NEW,
        "Title": "a title",
        "Description": "a description",
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::bucket"}],
    }
    return {**required, **members}


@pytest.fixture
def hub(account):
    """A client of the account, in which Security Hub is enabled."""
    client = account.client("securityhub")
    client.enable_security_hub()
    return client


def shown(hub) -> dict[str, tuple[str, str]]:
    """Record state and workflow status by id."""
    return {one["Id"]: (one["RecordState"], one["Workflow"]["Status"]) for one in hub.get_findings()["Findings"]}


def test_what_is_not_enabled_takes_nothing(account, refused):
    client = account.client("securityhub")
    with refused("InvalidAccessException", "is not subscribed to AWS Security Hub"):
        client.batch_import_findings(Findings=[finding(account)])
    client.enable_security_hub()
    assert client.batch_import_findings(Findings=[finding(account)])["SuccessCount"] == 1
    client.disable_security_hub()
    with refused("InvalidAccessException"):
        client.get_findings()


def test_import_updates_what_is_older_and_leaves_the_workflow_alone(account, hub):
    hub.batch_import_findings(Findings=[finding(account), finding(account, 2, Workflow={"Status": "SUPPRESSED"})])
    assert shown(hub) == {"finding-1": ("ACTIVE", "NEW"), "finding-2": ("ACTIVE", "SUPPRESSED")}
    update = {"Workflow": {"Status": "RESOLVED"}, "RecordState": "ARCHIVED"}
    hub.batch_import_findings(Findings=[finding(account, **update)])
    assert shown(hub)["finding-1"] == ("ACTIVE", "NEW"), "it is not newer"
    hub.batch_import_findings(Findings=[finding(account, UpdatedAt=LATER, **update)])
    assert shown(hub)["finding-1"] == ("ARCHIVED", "NEW")


@pytest.mark.parametrize(
    ("members", "part"),
    [
        ({"Title": "x" * 257}, "Title"),
        ({"Description": "x" * 1025}, "Description"),
        ({"Id": "x" * 513}, "Id"),
        ({"Resources": [{"Type": "Other", "Id": str(number)} for number in range(33)]}, "Resources"),
        ({"Resources": [{"Type": "Other", "Id": "i", "Tags": {str(n): "v" for n in range(51)}}]}, "Tags"),
        ({"AwsAccountId": "999999999999"}, "AwsAccountId"),
        ({"UpdatedAt": "yesterday"}, "UpdatedAt"),
    ],
)
def test_finding_beyond_a_limit_fails_alone(account, hub, members, part):
    answer = hub.batch_import_findings(Findings=[finding(account, **members), finding(account, 2)])
    assert (answer["FailedCount"], answer["SuccessCount"]) == (1, 1)
    assert part in answer["FailedFindings"][0]["ErrorMessage"]
    assert set(shown(hub)) == {"finding-2"}


def test_more_than_a_hundred_and_other_products_are_refused_whole(account, hub, refused):
    with refused("InvalidInputException", "less than or equal to 100"):
        hub.batch_import_findings(Findings=[finding(account, number) for number in range(101)])
    other = finding(account)["ProductArn"].replace(account.account_id, "999999999999")
    with refused("InvalidAccessException", "may not import"):
        hub.batch_import_findings(Findings=[finding(account), finding(account, 2, ProductArn=other)])
    assert shown(hub) == {}


def test_request_is_held_against_the_model(account, hub, refused):
    with refused("InvalidInputException", "findings.1.member.title"):
        # White space alone: botocore does not look at patterns.
        hub.batch_import_findings(Findings=[finding(account, Title=" ")])


def test_what_was_not_updated_for_90_days_is_deleted(account, hub):
    hub.batch_import_findings(Findings=[finding(account)])
    account.advance(89 * 24 * 3600)
    assert set(shown(hub)) == {"finding-1"}
    account.advance(2 * 24 * 3600)
    assert shown(hub) == {}


def test_role_imports_into_the_product_that_its_policy_names(account, hub, role, refused):
    product = finding(account)["ProductArn"]
    allowed = account.as_role(role({"Action": ["securityhub:BatchImportFindings"], "Resource": product}))
    assert allowed.client("securityhub").batch_import_findings(Findings=[finding(account)])["SuccessCount"] == 1
    with refused("AccessDeniedException"):
        allowed.client("securityhub").get_findings()
    elsewhere = product.replace("/default", "/other")
    denied = account.as_role(role({"Action": ["securityhub:BatchImportFindings"], "Resource": elsewhere}))
    with refused("AccessDeniedException"):
        denied.client("securityhub").batch_import_findings(Findings=[finding(account)])


def test_cloud_control_reads_the_hub_where_it_is_enabled(account, refused):
    client = account.client("cloudcontrol")
    arn = f"arn:aws:securityhub:{account.region}:{account.account_id}:hub/default"
    with refused("ResourceNotFoundException", "was not found"):
        client.get_resource(TypeName="AWS::SecurityHub::Hub", Identifier=arn)
    account.client("securityhub").enable_security_hub()
    assert (
        client.get_resource(TypeName="AWS::SecurityHub::Hub", Identifier=arn)["ResourceDescription"]["Identifier"]
        == arn
    )


def test_faults_reach_it(account, hub, refused):
    account.throttle("securityhub", "*", 1)
    with refused("TooManyRequestsException"):
        hub.batch_import_findings(Findings=[finding(account)])
    assert hub.batch_import_findings(Findings=[finding(account)])["SuccessCount"] == 1

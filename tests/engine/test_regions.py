"""One deployment over several regions of an account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from account.client import prepare_landing_zone
from engine.deployment import Deployment, yaml_program
from engine.test_functions import eventually
from harness.leftovers import leftovers

HOME, FIRST, SECOND = "eu-west-1", "us-east-1", "eu-central-1"
# A rule that eu-central-1 does not offer.
REGIONAL = "RDS_DB_SECURITY_GROUP_NOT_ALLOWED"
INPUTS = {
    "recorder": {"mode": "auto"},
    "rules": {
        "managed": [
            {"identifier": "IAM_PASSWORD_POLICY"},
            {"identifier": REGIONAL},
            {"identifier": "S3_BUCKET_VERSIONING_ENABLED", "remediation": {"acceptInferred": True}},
        ]
    },
    "reports": {"forceDestroy": True},
    "tags": {"team": "security"},
}
OUTPUTS = {"bucketName": "${compliance.bucketName}", "budgetName": "${compliance.budgetName}"}
BUDGET = {"cost": {"monthlyBudgetUsd": 20}}


def program(folder: Path, *regions: str, **inputs) -> Path:
    """The whole in these regions."""
    return yaml_program(folder, {**INPUTS, **inputs, "regions": list(regions)}, OUTPUTS)


@pytest.fixture(scope="module")
def three(deploy, tmp_path_factory) -> Deployment:
    """Home reuses its recorder, the others get one."""
    return deploy(program(tmp_path_factory.mktemp("three"), HOME, FIRST, SECOND, **BUDGET))


def budgeted(deployment: Deployment) -> list[str]:
    """The regions whose cost the budget counts."""
    asked = {"AccountId": deployment.account.account_id, "BudgetName": deployment.outputs["budgetName"]}
    return deployment.client("budgets").describe_budget(**asked)["Budget"]["CostFilters"]["Region"]


def rules(deployment: Deployment, region: str) -> list[str]:
    """Names of the rules of a region."""
    found = deployment.account.in_region(region).client("config").describe_config_rules()["ConfigRules"]
    return sorted(rule["ConfigRuleName"] for rule in found)


def regions_of(urns) -> set[str]:
    """The regions that logical names have; home for the others."""
    names = [urn.rsplit("::", 1)[1] for urn in urns]
    return {next((code for code in (FIRST, SECOND, "ap-south-1") if code in name), HOME) for name in names}


def is_of_all(urn: str) -> bool:
    """What knows all regions: aggregator, budget, and the functions with their configuration and permissions."""
    name = urn.rsplit("::", 1)[1]
    parts = ("aggregation", "aggregation-aggregator", "budget", "budget-budget")
    return name in ("compliance", *(f"compliance-{part}" for part in parts)) or name.startswith("compliance-functions")


def test_each_region_has_its_rules_and_home_those_of_iam(three):
    other = rules(three, FIRST)
    assert set(rules(three, HOME)) - set(other) == {"iam-password-policy"}
    assert set(other) - set(rules(three, SECOND)) == {"rds-db-security-group-not-allowed"}
    assert (len(other), len(rules(three, SECOND))) == (6, 5)


def test_every_child_is_in_the_region_of_its_name(three):
    for resource in three.resources:
        region = resource.get("outputs", {}).get("region")
        if resource["type"].startswith("aws:") and region is not None:
            assert {region} == regions_of([resource["urn"]]), resource["urn"]
    kinds = {kind for region in (FIRST, SECOND) for kind in leftovers(three.account.in_region(region))}
    # Roles, buckets and dashboards are the same in every region.
    assert kinds - {"roles", "buckets", "dashboards", "budgets"} == {"authorizations", "event rules", "rules"}


def test_recorders_of_other_regions_deliver_to_the_bucket_of_home(three):
    for region in (FIRST, SECOND):
        config = three.account.in_region(region).client("config")
        (channel,) = config.describe_delivery_channels()["DeliveryChannels"]
        assert channel["s3BucketName"] == three.outputs["bucketName"]
        (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        assert status["recording"]
        (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
        assert not recorder["recordingGroup"]["includeGlobalResourceTypes"]


def test_the_report_has_every_region(three):
    for region in (HOME, FIRST, SECOND):
        three.account.in_region(region).put_evaluations(
            "s3-bucket-versioning-enabled",
            [{"resourceType": "AWS::S3::Bucket", "resourceId": f"in-{region}", "complianceType": "NON_COMPLIANT"}],
        )
    answer = three.invoke("compliance-aggregation", {})
    assert answer["nonCompliant"] == 3
    report = three.record(answer["report"].replace("index.html", "summary.json"))
    assert {source["region"] for source in report["sources"]} == {HOME, FIRST, SECOND}


def test_the_report_names_the_rules_that_a_region_does_not_evaluate(three):
    page = three.invoke("compliance-aggregation", {})["report"]
    body = three.client("s3").get_object(Bucket=three.outputs["bucketName"], Key=page)["Body"]
    text = body.read().decode()
    found = set(
        re.findall(r"<td>([a-z0-9-]+)</td><td>([A-Z_0-9]+)</td><td>(assessed[^<]*|not assessed[^<]*)</td>", text)
    )
    assert found == {
        (FIRST, "IAM_PASSWORD_POLICY", f"assessed in {HOME}"),
        (SECOND, "IAM_PASSWORD_POLICY", f"assessed in {HOME}"),
        (SECOND, REGIONAL, "not assessed: not offered there"),
    }


def test_the_budget_covers_every_region(three):
    assert budgeted(three) == [HOME, FIRST, SECOND]


def test_another_up_changes_nothing(three):
    again = three.stack.up()
    assert again.none, again.touched
    refreshed = three.stack.refresh()
    assert refreshed.none, refreshed.touched


def test_a_region_that_is_added_and_removed_is_touched_alone(deploy, tmp_path):
    one = deploy(program(tmp_path / "one", HOME, FIRST, **BUDGET))
    aggregator = next(entry["urn"] for entry in one.resources if "ConfigurationAggregator" in entry["type"])
    program(one.stack.folder, HOME, FIRST, "ap-south-1", **BUDGET)
    added = one.stack.up()
    assert budgeted(one) == [HOME, FIRST, "ap-south-1"]
    assert added.touched[aggregator] == "update"
    touched = [urn for urn in added.touched if not is_of_all(urn)]
    assert regions_of(touched) == {"ap-south-1"}, touched
    program(one.stack.folder, HOME, "ap-south-1", **BUDGET)
    removed = one.stack.up()
    assert regions_of(urn for urn in removed.touched if not is_of_all(urn)) == {FIRST}
    assert rules(one, FIRST) == []
    assert budgeted(one) == [HOME, "ap-south-1"]
    one.stack.destroy()
    for region in (HOME, FIRST, "ap-south-1"):
        # The service-linked role is the account's, and stays.
        assert leftovers(one.account.in_region(region)) == {"roles": ["AWSServiceRoleForConfig"]}


def test_what_is_wrong_in_a_region_is_refused_at_its_place(deploy, tmp_path, new_account):
    account = new_account()
    other = account.in_region(FIRST)
    other.client("config").put_aggregation_authorization(
        AuthorizedAccountId=account.account_id, AuthorizedAwsRegion=HOME
    )
    inputs = {"recorder": {"mode": "reuse"}}
    deployment = deploy(program(tmp_path / "wrong", FIRST, SECOND, **inputs), account=account, up=False)
    prepare_landing_zone(account.in_region(SECOND))
    done = deployment.stack.run("preview", check=False)
    text = done.stdout + done.stderr
    assert "regions[0]" in text and f"no configuration recorder in {FIRST}" in text
    assert "delete-aggregation-authorization" in text
    assert "regions[1]" not in text


def test_a_change_in_another_region_is_told_by_home(deploy, tmp_path, new_account):
    account = new_account()
    prepare_landing_zone(account.in_region(FIRST))
    address = "security@example.com"
    inputs = {"notifications": {"emails": {"security": address}}, "recorder": {"mode": "reuse"}}
    told = deploy(program(tmp_path / "told", FIRST, **inputs), account=account)
    account.confirm_email(f"arn:aws:sns:{HOME}:{account.account_id}:compliance-alerts", address)
    there, rule = account.in_region(FIRST), "s3-bucket-versioning-enabled"
    bucket = {"resourceType": "AWS::S3::Bucket", "resourceId": "far-away"}
    there.put_evaluations(rule, [{**bucket, "complianceType": "COMPLIANT"}])
    # Two runs settle what is known of the region.
    for _ in range(2):
        ask = {"trigger": "region", "region": FIRST, "of": "schedule", "number": 0}
        assert told.invoke("compliance-processing", ask)["region"] == FIRST
    before = len(account.mails())
    there.put_evaluations(rule, [{**bucket, "complianceType": "NON_COMPLIANT"}])
    new = eventually(lambda: account.mails()[before:])
    assert any(FIRST in mail["text"] and "far-away" in mail["text"] for mail in new), new
    assert [entry for entry in account.lost() if account.account_id in entry["source"]] == []

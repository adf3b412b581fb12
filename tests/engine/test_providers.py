"""Explicit `aws` providers: everything goes where they say, and nothing where the environment says."""

from __future__ import annotations

from collections import Counter

import pytest

from account.client import prepare_landing_zone
from engine.children import CHILDREN, COMPONENTS, EMAIL
from engine.deployment import PROGRAMS, Deployment
from harness.leftovers import leftovers

# What has no region: the role's name is all that AWS knows.
GLOBAL = {"roles"}


@pytest.fixture(scope="module")
def another(deploy, new_account) -> Deployment:
    """Everything in us-east-2, while the environment says eu-west-1."""
    return everywhere(deploy, new_account, "another-region", "us-east-2")


@pytest.fixture(scope="module")
def two(deploy, new_account) -> Deployment:
    """Two monitors in one stack."""
    return everywhere(deploy, new_account, "two-regions", "eu-central-1", "eu-north-1")


def everywhere(deploy, new_account, program: str, *regions: str) -> Deployment:
    """The program in an account that is prepared in these regions too."""
    account = new_account()
    for region in regions:
        prepare_landing_zone(account.in_region(region))
    return deploy(PROGRAMS / program, account=account)


def provider(deployment: Deployment, name: str) -> str:
    """The reference by which resources name an explicit provider."""
    found = [entry for entry in deployment.of_type("pulumi:providers:aws") if entry["urn"].endswith(f"::{name}")]
    return f"{found[0]['urn']}::{found[0]['id']}"


def children(deployment: Deployment) -> list[dict]:
    """The AWS resources."""
    return [resource for resource in deployment.resources if resource["type"].startswith("aws:")]


def test_every_child_has_the_explicit_provider(another):
    assert {child["provider"] for child in children(another)} == {provider(another, "elsewhere")}
    assert len(another.of_type("pulumi:providers:aws")) == 1


def test_every_child_is_in_the_region_of_the_provider(another):
    assert {child["outputs"].get("region", "us-east-2") for child in children(another)} == {"us-east-2"}
    assert {kind: names for kind, names in leftovers(another.account).items() if kind not in GLOBAL | {"buckets"}} == {}
    assert "functions" in leftovers(another.account.in_region("us-east-2"))


def test_every_look_up_asks_the_explicit_provider(another):
    account = another.account.account_id
    assert another.outputs == {
        "bucketName": f"compliance-reports-{account}-us-east-2",
        "processingLambdaArn": f"arn:aws:lambda:us-east-2:{account}:function:compliance-processing",
        "dashboardName": "ComplianceMonitoring-us-east-2",
        "snsTopicArn": f"arn:aws:sns:us-east-2:{account}:compliance-alerts",
    }
    assert "eu-west-1" not in str([child["inputs"] for child in children(another)])


def test_the_functions_work_there(another):
    elsewhere = Deployment(another.stack, another.account.in_region("us-east-2"))
    assert elsewhere.invoke("compliance-processing", {})["record"] in elsewhere.objects()


def test_two_monitors_are_in_one_stack_each_with_all_its_children(two):
    # Without the address.
    once = Counter(COMPONENTS | CHILDREN) - Counter({"aws:sns/topicSubscription:TopicSubscription": 1})
    types = Counter(resource["type"] for resource in two.resources if not resource["type"].startswith("pulumi:"))
    assert types == once + once


def test_each_monitor_is_in_its_own_region_under_its_own_prefix(two):
    account = two.account.account_id
    assert two.outputs["south"] == f"south-reports-{account}-eu-central-1"
    assert two.outputs["north"] == f"north-reports-{account}-eu-north-1"
    assert two.outputs["southDashboard"] == "south-monitoring-eu-central-1"
    assert two.outputs["northDashboard"] == "north-monitoring-eu-north-1"
    for prefix, name, region in (("south", "frankfurt", "eu-central-1"), ("north", "stockholm", "eu-north-1")):
        own = [child for child in children(two) if child["urn"].split("::")[-1].startswith(f"{prefix}-")]
        assert len(own) == (CHILDREN - Counter(EMAIL)).total()
        assert {child["provider"] for child in own} == {provider(two, name)}
        assert {child["outputs"].get("region", region) for child in own} == {region}


def test_every_name_begins_with_the_prefix(two):
    for prefix, region in (("south", "eu-central-1"), ("north", "eu-north-1")):
        account = two.account.in_region(region)
        rules = account.client("config").describe_config_rules()["ConfigRules"]
        functions = account.client("lambda").list_functions()["Functions"]
        queues = account.client("sqs").list_queues()["QueueUrls"]
        names = [rule["ConfigRuleName"] for rule in rules] + [entry["FunctionName"] for entry in functions]
        names += [url.rsplit("/", 1)[1] for url in queues]
        assert len(names) == 4 + 3 + 6
        assert [name for name in names if not name.startswith(f"{prefix}-")] == []


def test_another_up_changes_nothing(two):
    again = two.stack.up()
    assert again.none, again.touched


def test_a_destroy_takes_both_and_leaves_nothing(deploy, new_account):
    both = everywhere(deploy, new_account, "two-regions", "eu-central-1", "eu-north-1")
    both.stack.destroy()
    for region in ("eu-west-1", "eu-central-1", "eu-north-1"):
        assert leftovers(both.account.in_region(region)) == {}

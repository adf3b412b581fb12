"""Each part by itself, and a company's own component made of parts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from engine.children import EMAIL, of_part, type_of
from engine.deployment import EXAMPLES, PROGRAMS, Deployment
from harness.leftovers import keys, leftovers, state

ENCRYPTION = of_part("Encryption")
REPORT_STORE = of_part("ReportStore")
# With two addresses.
ALERTS = of_part("Alerts") + Counter(EMAIL) + Counter(EMAIL)
HISTORY = of_part("History")
ALARMS = of_part("Alarms")
# Of two rules that the program gives, and none of the baseline.
RULE_SET = Counter({"aws-compliance:index:RuleSet": 1, "aws:cfg/rule:Rule": 2})
AUTHORIZATION = Counter({"aws:cfg/aggregateAuthorization:AggregateAuthorization": 1})
AGGREGATION = of_part("Aggregation")
PARTS = {
    "part-encryption": ENCRYPTION,
    "part-report-store": ENCRYPTION + REPORT_STORE,
    "part-functions": ENCRYPTION + REPORT_STORE + of_part("Functions"),
    "part-alerts": ENCRYPTION + ALERTS,
    # One of `ALERTS` tests the way through the topic.
    "part-alarms": ENCRYPTION + ALERTS + ALARMS,
    "part-history": ENCRYPTION + REPORT_STORE + HISTORY,
    "part-rule-set": RULE_SET,
    # The own account is not among those that it sees.
    "part-aggregation": AGGREGATION - AUTHORIZATION,
    "part-aggregation-source": AUTHORIZATION + Counter({"aws-compliance:index:AggregationSource": 1}),
    "part-dashboard": of_part("Dashboard"),
}
# What is said each time: the account that it lists has not authorized it.
SAID = {"part-aggregation": ["`AggregationSource` with aggregatorAccountId"]}
COMPANY = "company:platform:GuardedWorkload"


@pytest.fixture(scope="module")
def deployments() -> dict[str, Deployment]:
    """The deployments of parts that are not destroyed yet."""
    return {}


@pytest.fixture
def deployed(deploy, deployments) -> Callable[[str], Deployment]:
    """The deployment of a part, made for the first test that asks for it."""

    def make(name: str) -> Deployment:
        if name not in deployments:
            deployments[name] = deploy(PROGRAMS / name)
        return deployments[name]

    return make


@pytest.fixture(params=PARTS)
def part(request, deployed) -> tuple[str, Deployment]:
    """A part and its deployment."""
    return request.param, deployed(request.param)


def types(deployment: Deployment) -> Counter:
    """How many resources of each type there are, providers and stack aside."""
    found = [type_of(resource["urn"]) for resource in deployment.resources]
    return Counter(kind for kind in found if not kind.startswith("pulumi:"))


def test_a_part_has_its_own_children_and_no_others(part):
    name, deployment = part
    assert types(deployment) == PARTS[name]
    assert all(deployment.outputs.values())


def test_another_up_and_a_refresh_change_nothing(part):
    name, deployment = part
    for changes, said in ((deployment.stack.up(), SAID.get(name, [])), (deployment.stack.refresh(), [])):
        assert changes.none, changes.touched
        told = [diagnostic["message"] for diagnostic in changes.diagnostics]
        assert len(told) == len(said), told
        assert all(part in message for part, message in zip(said, told, strict=True)), told


@pytest.mark.parametrize("language", ["typescript", "python"])
def test_a_company_makes_a_component_of_its_own_from_parts(deploy, language):
    deployment = deploy(EXAMPLES / "platform-team" / language)
    account = deployment.account
    assert types(deployment) == ENCRYPTION + ALERTS - Counter(EMAIL) + RULE_SET + Counter({COMPANY: 1})
    assert deployment.outputs == {
        "topicArn": f"arn:aws:sns:{account.region}:{account.account_id}:payments-alerts",
        "ruleNames": ["payments-encrypted-volumes", "payments-s3-bucket-versioning-enabled"],
    }
    again = deployment.stack.up()
    assert (again.none, again.diagnostics) == (True, []), again.touched
    deployment.stack.destroy()
    assert leftovers(account).keys() == {"keys"}


def test_functions_run_with_the_settings_given(deployed):
    deployment = deployed("part-functions")
    client, name = deployment.client("lambda"), deployment.outputs["processingLambdaName"]
    found = client.get_function(FunctionName=name)
    assert (found["Configuration"]["MemorySize"], found["Configuration"]["Timeout"]) == (512, 60)
    assert found["Concurrency"]["ReservedConcurrentExecutions"] == 5
    assert [group["retentionInDays"] for group in deployment.client("logs").describe_log_groups()["logGroups"]] == [
        30
    ] * 3
    assert (
        deployment.client("events").describe_rule(Name="compliance-schedule")["ScheduleExpression"]
        == "cron(0 6 * * ? *)"
    )
    url = deployment.client("sqs").get_queue_url(QueueName="compliance-processing-events")["QueueUrl"]
    attributes = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert attributes["Attributes"]["VisibilityTimeout"] == str(6 * 60)
    # The rule is not there: the record says so, and the run does not fail.
    assert deployment.invoke(name, {})["missing"] == 1


def test_rules_are_as_the_program_wants_them(deployed):
    deployment = deployed("part-rule-set")
    assert deployment.outputs["configRuleNames"] == ["platform-passwords", "platform-encrypted-volumes"]
    rules = {
        rule["ConfigRuleName"]: rule for rule in deployment.client("config").describe_config_rules()["ConfigRules"]
    }
    passwords = rules["platform-passwords"]
    assert (passwords["Description"], passwords["MaximumExecutionFrequency"]) == ("Passwords are long", "Six_Hours")
    assert json.loads(passwords["InputParameters"])["MinimumPasswordLength"] == "16"
    assert rules["platform-encrypted-volumes"]["Scope"] == {"ComplianceResourceTypes": ["AWS::EC2::Volume"]}


def test_a_destroy_of_a_store_keeps_its_objects_readable_where_the_key_is_another_part(deploy):
    deployment = deploy(PROGRAMS / "part-report-store")
    deployment.client("s3").put_object(Bucket=deployment.outputs["bucketName"], Key="reports/x", Body=b"x")
    deployment.stack.destroy()
    kept = deployment.client("s3").get_object(Bucket=deployment.outputs["bucketName"], Key="reports/x")
    assert kept["Body"].read() == b"x"
    assert [state(deployment.account, key) for key in keys(deployment.account)] == ["Enabled"]


def test_an_aggregation_says_once_what_the_others_deploy(deploy):
    deployment = deploy(PROGRAMS / "part-aggregation", up=False)
    told = deployment.stack.preview().text
    assert told.count("deploy `AggregationSource` with") == 1
    assert "account 999988887777 in eu-west-1, us-east-1" in told
    deployment.stack.up()
    found = deployment.client("config").describe_configuration_aggregators()["ConfigurationAggregators"]
    source = found[0]["AccountAggregationSources"][0]
    assert (source["AccountIds"], sorted(source["AwsRegions"])) == (["999988887777"], ["eu-west-1", "us-east-1"])


def test_a_source_authorizes_the_aggregator_of_another_account_and_region(deployed):
    deployment = deployed("part-aggregation-source")
    found = deployment.client("config").describe_aggregation_authorizations()["AggregationAuthorizations"]
    assert [(entry["AuthorizedAccountId"], entry["AuthorizedAwsRegion"]) for entry in found] == [
        ("999988887777", "us-east-1")
    ]
    assert deployment.outputs["authorizedRegion"] == deployment.account.region


def test_a_monitor_departs_from_its_defaults_where_it_is_told_to(deploy):
    deployment = deploy(PROGRAMS / "options")
    outputs = deployment.outputs
    assert outputs["kmsKeyArn"] == outputs["kmsKeyId"] == outputs["keyArn"]
    assert (outputs["bucketName"], outputs["configRuleNames"]) == ("my-own-reports", ["mine-encrypted-volumes"])
    assert outputs.get("dashboardName") is None
    assert len(keys(deployment.account)) == 1
    found = deployment.client("config").describe_configuration_aggregators()["ConfigurationAggregators"]
    assert found[0]["AccountAggregationSources"][0]["AllAwsRegions"] is True
    assert deployment.client("cloudwatch").list_dashboards()["DashboardEntries"] == []
    assert deployment.invoke("mine-processing", {})["rules"] == 1
    again = deployment.stack.up()
    assert again.none, again.touched


def test_a_monitor_without_rules_is_deployed_and_hears_of_none(deploy, tmp_path):
    component = {"type": "aws-compliance:index:ComplianceMonitoring", "properties": {"rules": {"baseline": False}}}
    program = {"name": "no-rules", "runtime": "yaml", "resources": {"compliance": component}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps(program))
    deployment = deploy(tmp_path)
    pattern = deployment.client("events").describe_rule(Name="compliance-compliance-change")["EventPattern"]
    assert json.loads(pattern)["detail"]["configRuleName"] == [{"exists": False}]
    assert deployment.invoke("compliance-processing", {})["rules"] == 0


# What a destroy keeps by default, by program. The bucket of part-functions is deleted because its program says so.
KEPT = {
    "part-alarms": {"keys"},
    "part-alerts": {"keys"},
    "part-encryption": {"keys"},
    "part-functions": {"keys"},
    "part-history": {"keys", "buckets"},
    "part-report-store": {"keys", "buckets"},
}


def test_a_destroy_of_a_part_leaves_nothing_but_bucket_and_key(part, deployments):
    name, deployment = part
    del deployments[name]
    deployment.stack.destroy()
    assert leftovers(deployment.account).keys() == KEPT.get(name, set())

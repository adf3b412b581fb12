"""Rules, Config role, aggregator and dashboard of the deployed example, as the account's own APIs show them."""

from __future__ import annotations

import json

import pytest

from engine.deployment import tags_of

RULES = {
    "ec2-approved-instance-types": ("DESIRED_INSTANCE_TYPE", {"instanceType": "t2.micro,t2.small,t3.micro,t3.small"}),
    "s3-bucket-encryption-enabled": ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", {}),
    "rds-backup-retention-enabled": ("DB_INSTANCE_BACKUP_ENABLED", {}),
    "ebs-volumes-encrypted": ("ENCRYPTED_VOLUMES", {}),
}


@pytest.fixture(scope="module")
def config(monitor):
    """AWS Config of the account."""
    return monitor.client("config")


@pytest.fixture(scope="module")
def widgets(monitor) -> dict[str, dict]:
    """The dashboard's widgets by title."""
    cloudwatch = monitor.client("cloudwatch")
    body = cloudwatch.get_dashboard(DashboardName=monitor.outputs["dashboardName"])["DashboardBody"]
    graphs = [widget for widget in json.loads(body)["widgets"] if widget["type"] == "metric"]
    return {widget["properties"]["title"]: widget for widget in graphs}


def tagged(config, arn: str) -> dict[str, str]:
    """The tags of a resource of AWS Config."""
    return tags_of(config.list_tags_for_resource(ResourceArn=arn)["Tags"])


@pytest.mark.parametrize("name", RULES)
def test_a_rule_of_the_baseline_is_evaluated(monitor, config, name):
    rule = config.describe_config_rules(ConfigRuleNames=[name])["ConfigRules"][0]
    identifier, parameters = RULES[name]
    assert rule["Source"] == {"Owner": "AWS", "SourceIdentifier": identifier}
    assert json.loads(rule.get("InputParameters", "{}")) == parameters
    assert rule["ConfigRuleState"] == "ACTIVE"
    assert "MaximumExecutionFrequency" not in rule
    assert tagged(config, rule["ConfigRuleArn"]) == monitor.tags


def test_there_are_these_rules_and_no_others(monitor, config):
    names = {rule["ConfigRuleName"] for rule in config.describe_config_rules()["ConfigRules"]}
    assert names == set(RULES) == set(monitor.outputs["configRuleNames"])


def test_recorder_and_delivery_channel_are_the_landing_zones(monitor, config):
    recorders = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert [recorder["name"] for recorder in recorders] == ["default"]
    assert recorders[0]["roleARN"].endswith(":role/landing-zone-config")
    assert monitor.outputs["configRoleArn"] == recorders[0]["roleARN"], "the role in use"
    assert len(config.describe_delivery_channels()["DeliveryChannels"]) == 1


def test_finding_14_there_is_no_role_for_config_beside_the_recorders_own(monitor):
    roles = monitor.client("iam").list_roles()["Roles"]
    trusted = [role["RoleName"] for role in roles if "config.amazonaws.com" in str(role["AssumeRolePolicyDocument"])]
    assert trusted == ["landing-zone-config"]


def test_the_aggregator_sees_this_account_and_region(monitor, config):
    aggregators = config.describe_configuration_aggregators()["ConfigurationAggregators"]
    assert [entry["ConfigurationAggregatorName"] for entry in aggregators] == ["compliance-aggregator"]
    assert monitor.outputs["configAggregatorName"] == "compliance-aggregator"
    sources = aggregators[0]["AccountAggregationSources"]
    assert [source["AccountIds"] for source in sources] == [[monitor.account.account_id]]
    assert [source["AwsRegions"] for source in sources] == [[monitor.account.region]]
    assert tagged(config, aggregators[0]["ConfigurationAggregatorArn"]) == monitor.tags


def test_the_account_admits_its_own_aggregator(monitor, config):
    found = config.describe_aggregation_authorizations()["AggregationAuthorizations"]
    assert [(entry["AuthorizedAccountId"], entry["AuthorizedAwsRegion"]) for entry in found] == [
        (monitor.account.account_id, monitor.account.region)
    ]
    assert tagged(config, found[0]["AggregationAuthorizationArn"]) == monitor.tags


def test_the_dashboard_is_named_by_region(monitor):
    assert monitor.outputs["dashboardName"] == f"ComplianceMonitoring-{monitor.account.region}"


@pytest.mark.parametrize(
    ("title", "metric", "statistic"),
    [("Invocations", "Invocations", "Sum"), ("Errors", "Errors", "Sum"), ("Duration (ms)", "Duration", "Maximum")],
)
def test_the_dashboard_shows_how_each_function_does(widgets, title, metric, statistic):
    properties = widgets[title]["properties"]
    assert properties["metrics"] == [
        ["AWS/Lambda", metric, "FunctionName", f"compliance-{handler}"]
        for handler in ("processing", "aggregation", "remediation")
    ]
    assert properties["stat"] == statistic


@pytest.mark.parametrize(
    ("title", "handler", "what"),
    [("Rules", "processing", "Rules"), ("Evaluations, all accounts and regions", "aggregation", "Evaluations")],
)
def test_the_dashboard_shows_what_the_functions_found(widgets, title, handler, what):
    assert widgets[title]["properties"]["metrics"] == [
        ["ComplianceMonitoring", f"{kind}{what}", "FunctionName", f"compliance-{handler}"]
        for kind in ("Compliant", "NonCompliant")
    ]


def test_the_dashboard_shows_what_is_open_by_severity_and_by_rule(monitor, widgets):
    assert widgets["Open findings by severity"]["properties"]["metrics"] == [
        ["ComplianceMonitoring", "OpenFindings", "FunctionName", "compliance-aggregation", "Severity", severity]
        for severity in ("critical", "high", "medium", "low", "informational")
    ]
    ((search,),) = widgets["Open findings by rule, the worst"]["properties"]["metrics"]
    assert search["expression"].startswith("SEARCH('{ComplianceMonitoring,FunctionName,Rule} MetricName=")


def test_the_dashboard_shows_what_should_be_zero_and_what_was_told(widgets):
    def shown(title: str) -> set[tuple[str, str]]:
        return {(name, function) for _, name, _, function in widgets[title]["properties"]["metrics"]}

    processing = ("DeliveryLost", "IncompletePacks", "SourcesSilent", "UnconfirmedSubscriptions", "UnreadableRules")
    assert shown("Zero if all is well") == {
        *((name, "compliance-processing") for name in processing),
        *((name, "compliance-aggregation") for name in ("RecorderStopped", "UnreadableResources")),
    }
    assert shown("Looks and notices") == {(name, "compliance-processing") for name in ("Looks", "Notices")}


def test_every_widget_is_of_this_region_and_overlaps_no_other(monitor, widgets):
    assert {widget["properties"]["region"] for widget in widgets.values()} == {monitor.account.region}
    cells = [
        (x, y)
        for widget in widgets.values()
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24

"""Reads through an aggregator: from each account and region it lists that has authorized it, its own included.

AWS pages: "SelectAggregateResourceConfig", "DescribeAggregateComplianceByConfigRules".
"""

from ministack.core.responses import get_account_id, get_region, request_scope

from account.config import compliance, delays, inventory
from account.config.errors import ConfigError
from account.config.paging import page
from account.config.query import Query, parse
from account.config.state import Place, RegionState, at, moto_at, moto_here, now, places

COMPLIANCE_TYPE = "AWS::Config::ResourceCompliance"


def select_aggregate_resource_config(request: dict) -> dict:
    """Rows of a query over the compliance of each evaluated resource, 100 to a page."""
    query = parse(request["Expression"])
    found = [row for place in _visible(request) for row in (*compliance_rows(place, query), *_inventory(place, query))]
    rows, token = page(found, request, default=100)
    return {"Results": rows, "QueryInfo": {"SelectFields": [{"Name": field} for field in query.fields]}, **token}


def describe_aggregate_compliance_by_config_rules(request: dict) -> dict:
    """Compliance of each rule of each visible account and region."""
    filters = request.get("Filters") or {}
    found = []
    for account, region in _visible(request):
        state = delays.aggregated(at((account, region)))
        for name in sorted(state.rules):
            kind = compliance.of_rule(state, name)
            row = {"ConfigRuleName": name, "AccountId": account, "AwsRegion": region}
            if {**row, "ComplianceType": kind}.items() >= filters.items():
                row["Compliance"] = {"ComplianceType": kind}
                if kind == compliance.NON_COMPLIANT:
                    row["Compliance"]["ComplianceContributorCount"] = compliance.contributors(state, name)
                found.append(row)
    some, token = page(found, request, default=100)
    return {"AggregateComplianceByConfigRules": some, **token}


def get_aggregate_compliance_details_by_config_rule(request: dict) -> dict:
    """Results of one rule of a visible account and region, one for each resource."""
    place = (request["AccountId"], request["AwsRegion"])
    state, name = delays.aggregated(at(place)), request["ConfigRuleName"]
    if place not in _visible(request) or name not in state.rules:
        raise ConfigError("ValidationException", f"The aggregator has no rule {name} of {place[0]} in {place[1]}.")
    wanted = request.get("ComplianceType")
    results = [
        {**evaluation, "AccountId": place[0], "AwsRegion": place[1]}
        for evaluation in state.evaluations.of_rule(name)
        if wanted in (None, evaluation["ComplianceType"])
    ]
    some, token = page(results, request, default=50)
    return {"AggregateEvaluationResults": some, **token}


def describe_configuration_aggregator_sources_status(request: dict) -> dict:
    """For each listed account and region, whether its data arrives, of some statuses where they are named."""
    statuses = [_status(place) for place in _listed(_aggregator(request))]
    if wanted := request.get("UpdateStatus"):
        statuses = [status for status in statuses if status["LastUpdateStatus"] in wanted]
    some, token = page(statuses, request, default=100)
    return {"AggregatedSourceStatusList": some, **token}


def fail_source(place: Place, status: str, seconds: float) -> None:
    """From now on an account and region arrive as `FAILED` or `OUTDATED`, last read so long ago; `SUCCEEDED` ends it.

    What aggregators have of it stays readable, as on AWS.
    """
    at(place).arrival = None if status == "SUCCEEDED" else (status, now() - seconds)


def _status(place: Place) -> dict:
    source = {"SourceId": place[0], "SourceType": "ACCOUNT", "AwsRegion": place[1]}
    if not _authorized(place):
        # Nothing was ever read of it.
        return {**source, "LastUpdateStatus": "FAILED", "LastErrorCode": "NotAuthorized"}
    status, updated = at(place).arrival or ("SUCCEEDED", now())
    return {**source, "LastUpdateStatus": status, "LastUpdateTime": updated}


def compliance_rows(place: Place, query: Query) -> list[str]:
    """Rows of a query over the compliance of each evaluated resource, as the index knows it by now."""
    state = delays.aggregated(at(place))
    results = state.evaluations
    items = results.computed(("items", place), lambda: _resource_compliance(place, state))
    return results.computed(("rows", place, query.expression), lambda: query.rows(items))


def _resource_compliance(place: Place, state: RegionState) -> list[dict]:
    account, region = place
    resources: dict[tuple[str, str], list[dict]] = {}
    for (name, resource_type, resource_id), evaluation in sorted(state.evaluations.items()):
        if evaluation["ComplianceType"] != compliance.NOT_APPLICABLE:
            resources.setdefault((resource_type, resource_id), []).append(_rule_result(state, name, evaluation))
    return [
        {
            "resourceType": COMPLIANCE_TYPE,
            "resourceId": f"{resource_type}/{resource_id}",
            "accountId": account,
            "awsRegion": region,
            "configuration": {
                "targetResourceType": resource_type,
                "targetResourceId": resource_id,
                "complianceType": compliance.summed_up(rule["complianceType"] for rule in rules),
                "configRuleList": rules,
            },
        }
        for (resource_type, resource_id), rules in resources.items()
    ]


def _rule_result(state: RegionState, name: str, evaluation: dict) -> dict:
    rule = state.rules[name]
    return {
        "configRuleName": name,
        "configRuleArn": rule["ConfigRuleArn"],
        "configRuleId": rule["ConfigRuleId"],
        "complianceType": evaluation["ComplianceType"],
    }


def _inventory(place: Place, query: Query) -> list[str]:
    with request_scope(*place):
        return query.rows(inventory.items())


def _visible(request: dict) -> list[Place]:
    return [place for place in _listed(_aggregator(request)) if _authorized(place)]


def _aggregator(request: dict):
    name = request["ConfigurationAggregatorName"]
    aggregator = moto_here().config_aggregators.get(name)
    if aggregator is None:
        raise ConfigError(
            "NoSuchConfigurationAggregatorException",
            "The configuration aggregator does not exist. Check the configuration aggregator name and try again.",
        )
    return aggregator


def _listed(aggregator) -> list[Place]:
    """The accounts and regions an account aggregator lists; "all regions" are those where anything is known."""
    listed = []
    for source in aggregator.account_aggregation_sources or []:
        for account in source.account_ids:
            regions = source.aws_regions or [region for owner, region in places() if owner == account]
            listed += [(account, region) for region in regions]
    return listed


def _authorized(place: Place) -> bool:
    return f"{get_account_id()}/{get_region()}" in moto_at(place).aggregation_authorizations


OPERATIONS = {
    "SelectAggregateResourceConfig": select_aggregate_resource_config,
    "DescribeAggregateComplianceByConfigRules": describe_aggregate_compliance_by_config_rules,
    "GetAggregateComplianceDetailsByConfigRule": get_aggregate_compliance_details_by_config_rule,
    "DescribeConfigurationAggregatorSourcesStatus": describe_configuration_aggregator_sources_status,
}

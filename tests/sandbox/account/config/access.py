"""The resources IAM checks a Config call on (AWS page "Actions, resources, and condition keys for AWS Config")."""

from account.config.state import arn, here, moto_here

BY_RULE = frozenset(
    {
        "DeleteConfigRule",
        "DeleteEvaluationResults",
        "DescribeComplianceByConfigRule",
        "DescribeConfigRuleEvaluationStatus",
        "DescribeConfigRules",
        "GetComplianceDetailsByConfigRule",
        "PutConfigRule",
        "StartConfigRulesEvaluation",
    }
)
BY_AGGREGATOR = frozenset(
    {
        "DeleteConfigurationAggregator",
        "DescribeAggregateComplianceByConfigRules",
        "DescribeConfigurationAggregatorSourcesStatus",
        "GetAggregateComplianceDetailsByConfigRule",
        "PutConfigurationAggregator",
        "SelectAggregateResourceConfig",
    }
)
BY_RECORDER = frozenset(
    {
        "DeleteConfigurationRecorder",
        "DescribeConfigurationRecorders",
        "DescribeConfigurationRecorderStatus",
        "StartConfigurationRecorder",
        "StopConfigurationRecorder",
    }
)
BY_AUTHORIZATION = frozenset({"DeleteAggregationAuthorization", "PutAggregationAuthorization"})
BY_PACK = frozenset({"DeleteConformancePack", "DescribeConformancePackCompliance", "PutConformancePack"})
BY_ARN = frozenset({"ListTagsForResource", "TagResource", "UntagResource"})


def resources(operation: str, request: dict) -> list[str]:
    """ARNs the call is about, at least one; `*` where AWS knows no narrower resource for it."""
    if operation in BY_RULE:
        names = request.get("ConfigRuleNames") or [
            request.get("ConfigRuleName") or request.get("ConfigRule", {}).get("ConfigRuleName")
        ]
        return [_rule_arn(name) for name in names]
    if operation in BY_AGGREGATOR:
        return [_aggregator_arn(request.get("ConfigurationAggregatorName"))]
    if operation in BY_RECORDER:
        return [_recorder_arn(request)]
    if operation in BY_AUTHORIZATION:
        return [arn("aggregation-authorization", f"{request['AuthorizedAccountId']}/{request['AuthorizedAwsRegion']}")]
    if operation in BY_PACK:
        return [_pack_arn(request["ConformancePackName"])]
    if operation in BY_ARN:
        return [request["ResourceArn"]]
    return ["*"]


def _rule_arn(name: str | None) -> str:
    """A rule's ARN holds its id, not its name; a rule that does not exist is `config-rule/*`, every rule is `*`."""
    if not name:
        return "*"
    rule = here().rules.get(name)
    return rule["ConfigRuleArn"] if rule else arn("config-rule", "*")


def _aggregator_arn(name: str | None) -> str:
    aggregator = moto_here().config_aggregators.get(name or "")
    return aggregator.configuration_aggregator_arn if aggregator else arn("config-aggregator", "*")


def _recorder_arn(request: dict) -> str:
    """A call that names no recorder is about all of them, `*`: a statement that names some does not allow it."""
    state = here()
    one = request.get("ConfigurationRecorderName")
    names = request.get("ConfigurationRecorderNames") or ([one] if one else [])
    if not names:
        return request.get("Arn") or "*"
    linked = {recorder["name"]: recorder for recorder in state.linked.values()}
    known = state.recorders.get(names[0]) or linked.get(names[0])
    return known["arn"] if known else arn("configuration-recorder", "*")


def _pack_arn(name: str) -> str:
    pack = here().packs.get(name)
    return pack["ConformancePackArn"] if pack else arn("conformance-pack", f"{name}/*")

"""Evaluation results, and the reads over them in one account and region.

Results come from `evaluation.py`, which judges the account's own resources, or through the door for tests.
AWS pages: "DescribeComplianceByConfigRule", "DescribeConfigRuleEvaluationStatus", "GetComplianceDetailsByConfigRule",
"DescribeComplianceByResource", "DeleteEvaluationResults".
"""

from account.config import delays, events
from account.config.errors import invalid, not_an_enum
from account.config.paging import chosen, page
from account.config.rules import no_such_rule
from account.config.state import RegionState, here, now

COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE = "COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"
INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
CONTRIBUTORS_COUNTED = 25


def record(rule_name: str, results: list[dict]) -> int:
    """Store results of a rule, newest per resource, and announce each change on the event bus; how many there were.

    A result: `resourceType`, `resourceId`, `complianceType`, `annotation` (optional).
    """
    state, changes = here(), 0
    if rule_name not in state.rules:
        raise no_such_rule(rule_name)
    state.evaluated[rule_name] = now()
    for result in results:
        if result["complianceType"] not in (COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE):
            raise not_an_enum(result["complianceType"], "complianceType", (COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE))
        key = (rule_name, result["resourceType"], result["resourceId"])
        previous = state.evaluations.get(key)
        state.evaluations[key] = _evaluation(key, result)
        delays.note(state, key, state.evaluations[key])
        if previous is None or previous["ComplianceType"] != result["complianceType"]:
            events.announce(state.rules[rule_name], state.evaluations[key], previous)
            changes += 1
    return changes


def forget(rule_name: str, resources: list[tuple[str, str]]) -> int:
    """Drop the results of resources (type, id) that are gone and announce that the rule applies to them no more."""
    state = here()
    for resource_type, resource_id in resources:
        key = (rule_name, resource_type, resource_id)
        previous = state.evaluations.pop(key)
        delays.note(state, key, None)
        if previous["ComplianceType"] != NOT_APPLICABLE:
            last = _evaluation(key, {"complianceType": NOT_APPLICABLE})
            events.announce(state.rules[rule_name], last, previous)
    return len(resources)


def _evaluation(key: tuple[str, str, str], result: dict) -> dict:
    rule_name, resource_type, resource_id = key
    evaluation = {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": rule_name,
                "ResourceType": resource_type,
                "ResourceId": resource_id,
                "EvaluationMode": "DETECTIVE",
            },
            "OrderingTimestamp": now(),
        },
        "ComplianceType": result["complianceType"],
        "ResultRecordedTime": now(),
        "ConfigRuleInvokedTime": now(),
    }
    if result.get("annotation"):
        evaluation["Annotation"] = result["annotation"][:256]
    return evaluation


def of_rule(state: RegionState, rule_name: str) -> str:
    """Compliance of a rule: of all its resources, or INSUFFICIENT_DATA where it has none."""
    return summed_up(e["ComplianceType"] for e in state.evaluations.of_rule(rule_name))


def summed_up(compliance_types) -> str:
    """One non-compliant makes all of it non-compliant; what does not apply does not count."""
    kinds = set(compliance_types) - {NOT_APPLICABLE}
    if NON_COMPLIANT in kinds:
        return NON_COMPLIANT
    return COMPLIANT if kinds else INSUFFICIENT_DATA


def contributors(state: RegionState, rule_name: str) -> dict:
    """How many resources make a rule non-compliant, counted to 25."""
    count = sum(e["ComplianceType"] == NON_COMPLIANT for e in state.evaluations.of_rule(rule_name))
    return _capped(count, CONTRIBUTORS_COUNTED)


def describe_compliance_by_config_rule(request: dict) -> dict:
    """Compliance of each rule."""
    state = here()
    found = []
    for rule in chosen(state.rules, request.get("ConfigRuleNames"), no_such_rule):
        name = rule["ConfigRuleName"]
        compliance = {"ComplianceType": of_rule(state, name)}
        if compliance["ComplianceType"] == NON_COMPLIANT:
            compliance["ComplianceContributorCount"] = contributors(state, name)
        if _wanted(request, compliance["ComplianceType"]):
            found.append({"ConfigRuleName": name, "Compliance": compliance})
    some, token = page(found, request, default=25)
    return {"ComplianceByConfigRules": some, **token}


def describe_config_rule_evaluation_status(request: dict) -> dict:
    """When each rule was last evaluated; one that never was has no times."""
    state, found = here(), []
    for rule in chosen(state.rules, request.get("ConfigRuleNames"), no_such_rule):
        names = {name: rule[name] for name in ("ConfigRuleName", "ConfigRuleArn", "ConfigRuleId")}
        at = state.evaluated.get(rule["ConfigRuleName"])
        times = {"LastSuccessfulInvocationTime": at, "LastSuccessfulEvaluationTime": at} if at else {}
        found.append({**names, **times, "FirstEvaluationStarted": at is not None})
    some, token = page(found, request, default=150, most=150)
    return {"ConfigRulesEvaluationStatus": some, **token}


def get_compliance_details_by_config_rule(request: dict) -> dict:
    """Results of one rule, one for each resource."""
    state, name = here(), request["ConfigRuleName"]
    if name not in state.rules:
        raise no_such_rule(name)
    return _results(state.evaluations.of_rule(name), request)


def get_compliance_details_by_resource(request: dict) -> dict:
    """Results of one resource, one for each rule."""
    wanted = (request.get("ResourceType"), request.get("ResourceId"))
    if not all(wanted):
        raise invalid("ResourceType and ResourceId are both required")
    found = [e for (_, *resource), e in sorted(here().evaluations.items()) if tuple(resource) == wanted]
    return _results(found, request)


def describe_compliance_by_resource(request: dict) -> dict:
    """Compliance of each resource over all rules."""
    resources: dict[tuple[str, str], list[str]] = {}
    wanted = (request.get("ResourceType"), request.get("ResourceId"))
    for (_, *resource), evaluation in sorted(here().evaluations.items()):
        if all(asked in (None, given) for asked, given in zip(wanted, resource, strict=True)):
            resources.setdefault(tuple(resource), []).append(evaluation["ComplianceType"])
    found = []
    for (resource_type, resource_id), kinds in resources.items():
        compliance = {"ComplianceType": summed_up(kinds)}
        if compliance["ComplianceType"] == NON_COMPLIANT:
            compliance["ComplianceContributorCount"] = _capped(kinds.count(NON_COMPLIANT), CONTRIBUTORS_COUNTED)
        if _wanted(request, compliance["ComplianceType"]):
            found.append({"ResourceType": resource_type, "ResourceId": resource_id, "Compliance": compliance})
    some, token = page(found, request, default=10)
    return {"ComplianceByResources": some, **token}


def get_compliance_summary_by_config_rule(request: dict) -> dict:
    """How many rules are compliant and how many are not, counted to 25."""
    state = here()
    kinds = [of_rule(state, name) for name in state.rules]
    return {
        "ComplianceSummary": {
            "CompliantResourceCount": _capped(kinds.count(COMPLIANT), CONTRIBUTORS_COUNTED),
            "NonCompliantResourceCount": _capped(kinds.count(NON_COMPLIANT), CONTRIBUTORS_COUNTED),
            "ComplianceSummaryTimestamp": now(),
        }
    }


def _results(found: list[dict], request: dict) -> dict:
    some, token = page([e for e in found if _wanted(request, e["ComplianceType"])], request, default=10)
    return {"EvaluationResults": some, **token}


def _wanted(request: dict, compliance_type: str) -> bool:
    return compliance_type in (request.get("ComplianceTypes") or [compliance_type])


def _capped(count: int, cap: int) -> dict:
    return {"CappedCount": min(count, cap), "CapExceeded": count > cap}


def delete_evaluation_results(request: dict) -> dict:
    """Forget the results of a rule, of which no event tells; the rule gives new ones when it is evaluated again."""
    state, name = here(), request["ConfigRuleName"]
    if name not in state.rules:
        raise no_such_rule(name)
    for key in [key for key in state.evaluations if key[0] == name]:
        del state.evaluations[key]
        delays.note(state, key, None)
    return {}


OPERATIONS = {
    "DeleteEvaluationResults": delete_evaluation_results,
    "DescribeComplianceByConfigRule": describe_compliance_by_config_rule,
    "DescribeComplianceByResource": describe_compliance_by_resource,
    "DescribeConfigRuleEvaluationStatus": describe_config_rule_evaluation_status,
    "GetComplianceDetailsByConfigRule": get_compliance_details_by_config_rule,
    "GetComplianceDetailsByResource": get_compliance_details_by_resource,
    "GetComplianceSummaryByConfigRule": get_compliance_summary_by_config_rule,
}

"""Evaluation of rules over the account's real state, in one account and region.

A rule that the account can judge (`judges.py`) gets a verdict for each resource that is there now; a resource that is
gone loses its verdict. Each change is announced on the event bus, nothing else is. All other rules keep the results
that tests gave them. AWS pages: "StartConfigRulesEvaluation", "Evaluation Mode and Trigger Types for AWS Config Rules".
"""

import json

from account.config import compliance, delays
from account.config.errors import invalid
from account.config.judges import JUDGES, UNDECIDED, Finding
from account.config.paging import chosen
from account.config.rules import no_such_rule
from account.config.state import here, moto_here

MOST_RULES = 25


def start_config_rules_evaluation(request: dict) -> None:
    """Evaluate the rules named; done when it answers, where AWS begins only then."""
    names = request.get("ConfigRuleNames")
    if not names or len(names) > MOST_RULES:
        raise invalid(f"ConfigRuleNames: expected 1 to {MOST_RULES} names")
    if not delays.postpone(names):
        evaluate(names)


def evaluate(names: list[str] | None = None) -> dict[str, int]:
    """Evaluate some rules, or all; name -> number of verdicts that changed, for each rule the account can judge.

    While the recorder stands still nothing new is known of the resources, and the verdicts stay as they are.
    """
    rules = chosen(here().rules, names, no_such_rule)
    if not _recording():
        return {}
    return {rule["ConfigRuleName"]: _evaluate(rule) for rule in rules if _can_judge(rule)}


def _evaluate(rule: dict) -> int:
    name, found = rule["ConfigRuleName"], list(_findings(rule))
    results = [
        {
            "resourceType": finding.resource_type,
            "resourceId": finding.resource_id,
            "complianceType": compliance.COMPLIANT if finding.complies else compliance.NON_COMPLIANT,
            "annotation": finding.annotation,
        }
        for finding in found
    ]
    there = {(finding.resource_type, finding.resource_id) for finding in found}
    gone = [key[1:] for key in here().evaluations if key[0] == name and key[1:] not in there]
    return compliance.record(name, results) + compliance.forget(name, gone)


def _findings(rule: dict) -> list[Finding]:
    judge = JUDGES[rule["Source"]["SourceIdentifier"]]
    return [f for f in judge(_parameters(rule)) if _in_scope(rule.get("Scope") or {}, f) and recorded(f.resource_type)]


def _can_judge(rule: dict) -> bool:
    identifier = rule["Source"]["SourceIdentifier"]
    managed = rule["Source"]["Owner"] == "AWS" and identifier in JUDGES
    return managed and UNDECIDED.get(identifier) not in _parameters(rule)


def _parameters(rule: dict) -> dict[str, str]:
    return json.loads(rule.get("InputParameters") or "{}")


def _in_scope(scope: dict, finding: Finding) -> bool:
    if key := scope.get("TagKey"):
        return key in finding.tags and scope.get("TagValue") in (None, "", finding.tags[key])
    types, identity = scope.get("ComplianceResourceTypes") or [], scope.get("ComplianceResourceId")
    return (not types or finding.resource_type in types) and identity in (None, "", finding.resource_id)


def _recording() -> bool:
    return any(recorder.status.recording for recorder in moto_here().recorders.values())


def recorded(resource_type: str) -> bool:
    """Whether the recorder records a type: all, a list, or all but a list."""
    group = next(iter(moto_here().recorders.values())).recording_group
    listed, excluded = group.resource_types, group.exclusion_by_resource_types["resourceTypes"]
    return (not listed or resource_type in listed) and resource_type not in excluded


OPERATIONS = {"StartConfigRulesEvaluation": start_config_rules_evaluation}

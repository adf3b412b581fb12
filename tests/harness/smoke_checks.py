"""What the smoke test requires of every rule and of every alarm of a deployment."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .artefacts import ROOT

FACTS = ROOT / "provider/catalog/facts/managed-rules.json"
# Most names of one request (AWS Config API Reference, "DescribeConfigRules").
NAMES = 25
RESULTS = ("COMPLIANT", "NON_COMPLIANT")
# The alarm on open findings, and the severities that it counts by default (`alarms.severities`).
FOUND, COUNTED = "non-compliance", ("critical", "high")


@dataclass
class Checked:
    """What is wrong, a sentence each, and what is right for a reason that the table names."""

    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def problem(self) -> str | None:
        """What is wrong, as one text."""
        return "; ".join(self.wrong) or None


def rules(config: Any, names: list[str]) -> Checked:
    """Every rule has a result, or a reason why it has none. At least one has a result."""
    checked, evaluated = Checked(), 0
    for some in (names[start : start + NAMES] for start in range(0, len(names), NAMES)):
        found = config.describe_compliance_by_config_rule(ConfigRuleNames=some)["ComplianceByConfigRules"]
        states = {one["ConfigRuleName"]: one.get("Compliance", {}).get("ComplianceType") for one in found}
        status = config.describe_config_rule_evaluation_status(ConfigRuleNames=some)["ConfigRulesEvaluationStatus"]
        last = {one["ConfigRuleName"]: one for one in status}
        for rule in config.describe_config_rules(ConfigRuleNames=some)["ConfigRules"]:
            name = rule["ConfigRuleName"]
            if states.get(name) in RESULTS:
                evaluated += 1
            elif reason := _without_resources(config, rule, last.get(name, {})):
                checked.notes.append(f"{name}: {reason}")
            else:
                error = last.get(name, {}).get("LastErrorMessage")
                checked.wrong.append(f"{name} was not evaluated" + (f": {error}" if error else ""))
    if not evaluated:
        checked.wrong.append("no rule has a result")
    return checked


def _without_resources(config: Any, rule: dict, status: dict) -> str | None:
    """Why a rule has no result although nothing is wrong."""
    types = _types(rule)
    if types:
        counts = config.get_discovered_resource_counts(resourceTypes=types)
        if not counts.get("totalDiscoveredResources"):
            return f"no result, because AWS Config has discovered no {' or '.join(types)}"
    if status.get("LastSuccessfulEvaluationTime") and not status.get("LastErrorCode"):
        return f"evaluated, and it applies to no resource of {' or '.join(types) or 'any type'}"
    return None


def _types(rule: dict) -> list[str]:
    """The types that a rule evaluates: those of its scope, else those that AWS documents."""
    given = rule.get("Scope", {}).get("ComplianceResourceTypes")
    facts = json.loads(FACTS.read_text(encoding="utf-8")).get(rule["Source"]["SourceIdentifier"], {})
    documented = (one.strip() for one in (facts.get("Resource Types") or "").split(","))
    return given or [one for one in documented if one.startswith("AWS::")]


def alarms(cloudwatch: Any, prefix: str, expected: set[str], severities: dict[str, int]) -> Checked:
    """No alarm is missing or in ALARM, but that on open findings where the last report has such findings.

    severities: the open findings of that report by severity.
    """
    kinds = ["MetricAlarm", "CompositeAlarm"]
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{prefix}-", AlarmTypes=kinds)
    found = {one["AlarmName"]: one for page in pages for kind in kinds for one in page.get(f"{kind}s", [])}
    checked = Checked([f"{name} is missing" for name in sorted(expected - found.keys())])
    if not found:
        checked.wrong.append("there are no alarms")
    counted = {one: severities.get(one, 0) for one in COUNTED}
    for name, alarm in sorted(found.items()):
        if alarm["StateValue"] != "ALARM":
            continue
        if name == f"{prefix}-{FOUND}" and any(counted.values()):
            told = ", ".join(f"{count} {severity}" for severity, count in counted.items() if count)
            checked.notes.append(f"{name} is in ALARM, as it must be: the report has open findings ({told})")
        else:
            checked.wrong.append(f"{name} is in ALARM: {alarm.get('StateReason')}")
    return checked

"""Remediations of rules: kept, listed and deleted; what runs them is Systems Manager.

AWS pages: "PutRemediationConfigurations", "RemediationConfiguration", "DeleteRemediationConfiguration". Documents of
Amazon's and what they need are those of `provider/catalog/facts/remediations.json`; the text of refusals is ours.
"""

import functools
import json
from pathlib import Path

from account import policies
from account.config.errors import ConfigError, invalid, not_an_enum
from account.config.rules import no_such_rule
from account.config.state import arn, here, random_suffix

FACTS = Path(__file__).resolve().parents[4] / "provider" / "catalog" / "facts" / "remediations.json"
ROLE = "AutomationAssumeRole"
KEPT = (
    "ConfigRuleName",
    "TargetType",
    "TargetId",
    "TargetVersion",
    "Parameters",
    "ResourceType",
    "Automatic",
    "ExecutionControls",
    "MaximumAutomaticAttempts",
    "RetryAttemptSeconds",
)


@functools.cache
def _required() -> dict[str, set[str]]:
    """Amazon's own documents, each with the parameters that any remediation must give it."""
    found: dict[str, set[str]] = {}
    for fact in json.loads(FACTS.read_text())["remediations"].values():
        for one in (fact, *fact["alternatives"]):
            if one["owner"] == "Amazon":
                needed = set(one.get("requiredParameters") or [])
                found[one["document"]] = found.get(one["document"], needed) & needed
    return found


def put_remediation_configurations(request: dict) -> dict:
    """Add or change the remediations of rules."""
    wanted = request["RemediationConfigurations"]
    for remediation in wanted:
        _check(remediation)
    for remediation in wanted:
        name = remediation["ConfigRuleName"]
        known = here().remediations.get(name)
        identity = known["Arn"] if known else arn("remediation-configuration", f"{name}/{random_suffix()}")
        kept = {key: remediation[key] for key in KEPT if key in remediation}
        here().remediations[name] = {"Automatic": False, **kept, "Arn": identity}
    return {"FailedBatches": []}


def describe_remediation_configurations(request: dict) -> dict:
    """The remediations of the rules asked for; a rule without one is left out."""
    names = request["ConfigRuleNames"]
    return {"RemediationConfigurations": [here().remediations[name] for name in names if name in here().remediations]}


def delete_remediation_configuration(request: dict) -> None:
    """Remove the remediation of a rule."""
    name = request["ConfigRuleName"]
    if here().remediations.pop(name, None) is None:
        raise ConfigError("NoSuchRemediationConfigurationException", f"No RemediationConfiguration for rule {name}")


def _check(remediation: dict) -> None:
    name = remediation["ConfigRuleName"]
    if name not in here().rules:
        raise no_such_rule(name)
    if remediation.get("TargetType") != "SSM_DOCUMENT":
        raise not_an_enum(remediation.get("TargetType"), "targetType", ("SSM_DOCUMENT",))
    parameters = remediation.get("Parameters") or {}
    for parameter, value in parameters.items():
        _check_value(parameter, value)
    needed = _required().get(remediation["TargetId"])
    if needed is None:
        raise invalid(f"The document {remediation['TargetId']} does not exist or is not accessible.")
    missing = sorted(needed - set(parameters))
    if missing:
        raise invalid(f"The document {remediation['TargetId']} needs the parameters {', '.join(missing)}.")
    role = (parameters.get(ROLE) or {}).get("StaticValue", {}).get("Values", [""])[0]
    if ROLE in parameters and not policies.role_exists(role):
        raise ConfigError("InsufficientPermissionsException", f"The role {role} cannot be assumed or does not exist.")
    if remediation.get("Automatic") and not (
        ROLE in parameters and "MaximumAutomaticAttempts" in remediation and "RetryAttemptSeconds" in remediation
    ):
        raise invalid(f"An automatic remediation needs {ROLE}, MaximumAutomaticAttempts and RetryAttemptSeconds.")


def _check_value(name: str, value: dict) -> None:
    if ("ResourceValue" in value) == ("StaticValue" in value):
        raise invalid(f"The parameter {name} takes either a ResourceValue or a StaticValue.")
    if "ResourceValue" in value and value["ResourceValue"].get("Value") != "RESOURCE_ID":
        raise not_an_enum(value["ResourceValue"].get("Value"), "resourceValue.value", ("RESOURCE_ID",))


OPERATIONS = {
    "PutRemediationConfigurations": put_remediation_configurations,
    "DescribeRemediationConfigurations": describe_remediation_configurations,
    "DeleteRemediationConfiguration": delete_remediation_configuration,
}

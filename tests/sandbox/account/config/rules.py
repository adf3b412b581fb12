"""Config rules: PutConfigRule with everything it refuses, and the reads and the removal.

AWS pages: "PutConfigRule", "ConfigRule", "Service Limits" of the AWS Config developer guide.
"""

import json

from ministack.core.responses import get_account_id
from ministack.services import lambda_svc

from account import policies
from account.config import delays
from account.config.custom_rules import FREQUENCIES, check_custom_rule
from account.config.errors import ConfigError, invalid, not_an_enum, too_long
from account.config.managed_rules import check_managed_rule
from account.config.paging import chosen, page
from account.config.state import arn, here, moto_here, random_suffix
from account.config.tags import tag_new

RULES_PER_REGION = 1000
OWNERS = ("AWS", "CUSTOM_LAMBDA", "CUSTOM_POLICY")
KEPT = ("Description", "Scope", "Source", "InputParameters", "MaximumExecutionFrequency", "EvaluationModes")


def put_config_rule(request: dict) -> None:
    """Create a rule, or take over the rule of that name, as AWS does without a word."""
    put_rule(request["ConfigRule"], request.get("Tags"))


def put_rule(wanted: dict, tags: list[dict] | None = None, created_by: str | None = None) -> None:
    """The same for a service of AWS, whose rules nobody else changes."""
    if not moto_here().recorders:
        raise ConfigError(
            "NoAvailableConfigurationRecorderException",
            "There are no configuration recorders available to provide the role needed to describe your resources. "
            "Create a configuration recorder.",
        )
    name = _name(wanted)
    rules = here().rules
    existing = rules.get(name)
    _refuse_of_another(existing, created_by)
    _check(wanted, existing)
    if existing is None and len(rules) >= RULES_PER_REGION:
        raise ConfigError(
            "MaxNumberOfConfigRulesExceededException",
            f"Failed to put config rule '{name}' because the maximum number of config rules: {RULES_PER_REGION} "
            "is reached.",
        )
    identity = existing or {"ConfigRuleId": f"config-rule-{random_suffix()}"}
    rule = {key: wanted[key] for key in KEPT if key in wanted}
    rule.setdefault("EvaluationModes", [{"Mode": "DETECTIVE"}])
    rule["ConfigRuleName"] = name
    rule["ConfigRuleId"] = identity["ConfigRuleId"]
    rule["ConfigRuleArn"] = arn("config-rule", identity["ConfigRuleId"])
    rule["ConfigRuleState"] = "ACTIVE"
    if created_by:
        rule["CreatedBy"] = created_by
    rules[name] = rule
    if existing is None:
        tag_new(rule["ConfigRuleArn"], tags)
    # AWS evaluates a rule by itself some minutes after it was put; without a delay a test says when.
    delays.postpone([name])


def describe_config_rules(request: dict) -> dict:
    """Rules by name, 25 to a page."""
    rules, token = page(chosen(here().rules, request.get("ConfigRuleNames"), no_such_rule), request, default=25)
    return {"ConfigRules": rules, **token}


def delete_config_rule(request: dict) -> None:
    """Remove a rule and its results."""
    name = request["ConfigRuleName"]
    if name not in here().rules:
        raise no_such_rule(name)
    _refuse_of_another(here().rules[name], None)
    if name in here().remediations:
        raise ConfigError(
            "ResourceInUseException",
            f"The rule {name} has a remediation action associated with it. Delete the remediation action first.",
        )
    remove_rule(name)


def remove_rule(name: str) -> None:
    """Remove a rule that is there, and its results, whoever made it."""
    state = here()
    rule = state.rules.pop(name)
    state.tags.pop(rule["ConfigRuleArn"], None)
    state.evaluated.pop(name, None)
    for key in [key for key in state.evaluations if key[0] == name]:
        del state.evaluations[key]


def no_such_rule(name: str) -> ConfigError:
    """What every call says of a rule that is not there."""
    return ConfigError(
        "NoSuchConfigRuleException",
        f"The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name.",
    )


def _refuse_of_another(rule: dict | None, created_by: str | None) -> None:
    if rule is not None and rule.get("CreatedBy") != created_by:
        raise ConfigError(
            "AccessDeniedException",
            "An AWS service owns ServiceLinkedConfigRule. You do not have permissions to take action on this rule.",
        )


def _name(wanted: dict) -> str:
    if wanted.get("ConfigRuleName"):
        if len(wanted["ConfigRuleName"]) > 128:
            raise too_long(wanted["ConfigRuleName"], "configRule.configRuleName", 128)
        return wanted["ConfigRuleName"]
    for rule in here().rules.values():
        if wanted.get("ConfigRuleId") == rule["ConfigRuleId"] or wanted.get("ConfigRuleArn") == rule["ConfigRuleArn"]:
            return rule["ConfigRuleName"]
    raise invalid("One or more identifiers needs to be provided. Provide Name or Id or Arn")


def _check(wanted: dict, existing: dict | None) -> None:
    if existing is None and (wanted.get("ConfigRuleArn") or wanted.get("ConfigRuleId")):
        raise invalid(
            "ConfigRule Arn and Id can not be specified when creating a new ConfigRule. ConfigRule Arn and Id are "
            "generated by the service. Please try the request again without specifying ConfigRule Arn or Id"
        )
    if wanted.get("ConfigRuleState", "ACTIVE") != "ACTIVE":
        raise invalid(f"The ConfigRuleState {wanted['ConfigRuleState']} is invalid. Only ACTIVE is permitted")
    if len(wanted.get("Description", "")) > 256:
        raise too_long(wanted["Description"], "configRule.description", 256)
    frequency = wanted.get("MaximumExecutionFrequency")
    if frequency and frequency not in FREQUENCIES:
        raise not_an_enum(frequency, "configRule.maximumExecutionFrequency", FREQUENCIES)
    _check_scope(wanted.get("Scope") or {})
    parameters = _parameters(wanted.get("InputParameters"))
    _check_source(wanted["Source"], parameters, frequency)


def _check_scope(scope: dict) -> None:
    types, resource = scope.get("ComplianceResourceTypes") or [], scope.get("ComplianceResourceId")
    if scope.get("TagValue") and not scope.get("TagKey"):
        raise invalid("Tag key should not be empty when tag value is provided in scope")
    if scope.get("TagKey") and (types or resource):
        raise invalid("Scope cannot be applied to both resource and tag")
    if resource and len(types) != 1:
        raise invalid("A single resourceType should be provided when resourceId is provided in scope")


def _parameters(text: str | None) -> dict[str, str]:
    """The parameters of a rule: a JSON object of strings, at most 1,024 characters."""
    if not text:
        return {}
    if len(text) > 1024:
        raise too_long(text, "configRule.inputParameters", 1024)
    try:
        parameters = json.loads(text)
    except ValueError as error:
        raise invalid(f"Invalid json {text} passed in the InputParameters field") from error
    if not isinstance(parameters, dict):
        raise invalid(f"Invalid json {text} passed in the InputParameters field")
    for name, value in parameters.items():
        if not isinstance(value, str) or not value.strip():
            raise invalid(f"Blank spaces are not acceptable for input parameter: {name}.")
    return parameters


def _check_source(source: dict, parameters: dict[str, str], frequency: str | None) -> None:
    owner = source.get("Owner")
    if owner not in OWNERS:
        raise not_an_enum(owner, "configRule.source.owner", OWNERS)
    if (owner == "AWS") == bool(source.get("SourceDetails")):
        raise invalid(
            "SourceDetails should be null/empty if the owner is AWS. SourceDetails should be provided if the owner is "
            "CUSTOM_LAMBDA or CUSTOM_POLICY"
        )
    if owner == "AWS":
        check_managed_rule(source.get("SourceIdentifier", ""), parameters, frequency)
        return
    check_custom_rule(source, frequency)
    if owner == "CUSTOM_LAMBDA" and not _may_invoke(source.get("SourceIdentifier", "")):
        raise ConfigError(
            "InsufficientPermissionsException",
            f"The AWS Lambda function {source.get('SourceIdentifier')} cannot be invoked. Check the specified function "
            "ARN, and check the function's permissions.",
        )


def _may_invoke(function_arn: str) -> bool:
    found = lambda_svc.function_policy_for_arn(function_arn)
    context = {"aws:SourceAccount": get_account_id()}
    return found is not None and policies.service_allowed(
        found[0], "config.amazonaws.com", "lambda:InvokeFunction", function_arn, context
    )


OPERATIONS = {
    "PutConfigRule": put_config_rule,
    "DescribeConfigRules": describe_config_rules,
    "DeleteConfigRule": delete_config_rule,
}

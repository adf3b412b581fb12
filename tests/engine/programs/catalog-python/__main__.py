"""The functions of the catalogue from Python."""

import pulumi
import pulumi_aws_compliance as compliance

# Identifiers are an enumeration, and any text.
rule = compliance.get_managed_rule(identifier=compliance.ManagedRuleIdentifier.ACCESS_KEYS_ROTATED)
pulumi.export("trigger", rule.trigger)
pulumi.export("parameter", rule.parameters[0].name)
pulumi.export("rules", len(compliance.get_framework(id="hipaa").rules))
pulumi.export("costs", compliance.get_cost_estimate(region="eu-west-1").expected_usd > 1)
checked = compliance.check_rules(
    rules=compliance.RulesArgs(managed=[compliance.ManagedRuleArgs(identifier="S3_BUCKET_SSE_ENABLED")]),
    frameworks=[compliance.FrameworkArgs(id="hippa")],
)
pulumi.export("paths", [each.path for each in checked.errors])

"""Packs, own rules, severities and remediations, with the types of the SDK."""

import pulumi
import pulumi_aws_compliance as compliance

policy = "rule encrypted when resourceType == 'AWS::EC2::Volume' { configuration.encrypted == true }"
managed = compliance.ManagedRuleArgs(
    identifier="S3_BUCKET_VERSIONING_ENABLED",
    severity=compliance.RuleSeverity.CRITICAL,
    remediation=compliance.ManagedRuleRemediationArgs(accept_inferred=True),
)
own_policy = compliance.CustomRuleArgs(
    name="own-policy",
    guard=compliance.GuardPolicyArgs(policy=policy),
    scope=compliance.ScopeArgs(resource_types=["AWS::EC2::Volume"]),
    severity=compliance.RuleSeverity.LOW,
)
own_function = compliance.CustomRuleArgs(
    name="own-function",
    function=compliance.RuleFunctionArgs(arn=pulumi.Config().require("functionArn")),
    triggers=compliance.TriggersArgs(frequency="Six_Hours"),
)
monitoring = compliance.ComplianceMonitoring(
    "compliance",
    reports=compliance.ReportsArgs(force_destroy=True),
    rules=compliance.RulesArgs(managed=[managed], custom=[own_policy, own_function]),
    frameworks=[
        compliance.FrameworkArgs(
            id="security-best-practices-for-efs",
            deploy_as=compliance.DeployAs.CONFORMANCE_PACK,
            severities={"EFS_IN_BACKUP_PLAN": compliance.RuleSeverity.HIGH},
        )
    ],
)
pulumi.export("bucketName", monitoring.bucket_name)
pulumi.export("rules", monitoring.config_rule_names)
pulumi.export("packs", monitoring.conformance_pack_names)

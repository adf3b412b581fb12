"""A compliance monitor in Python."""

import pulumi
from pulumi_aws_compliance import ComplianceMonitoring, NotificationsArgs, ReportsArgs

config = pulumi.Config()
compliance = ComplianceMonitoring(
    "compliance",
    notifications=NotificationsArgs(emails={"security": "security@example.com"}),
    reports=ReportsArgs(
        retention_days=config.get_int("retentionDays"),
        force_destroy=config.get_bool("forceDestroy"),
    ),
    tags={"team": "security"},
)

pulumi.export("bucketName", compliance.bucket_name)
pulumi.export("bucketArn", compliance.bucket_arn)
pulumi.export("kmsKeyId", compliance.kms_key_id)
pulumi.export("kmsKeyArn", compliance.kms_key_arn)
pulumi.export("processingLambdaArn", compliance.processing_lambda_arn)
pulumi.export("processingLambdaName", compliance.processing_lambda_name)
pulumi.export("aggregationLambdaArn", compliance.aggregation_lambda_arn)
pulumi.export("aggregationLambdaName", compliance.aggregation_lambda_name)
pulumi.export("remediationLambdaArn", compliance.remediation_lambda_arn)
pulumi.export("remediationLambdaName", compliance.remediation_lambda_name)
pulumi.export("snsTopicArn", compliance.sns_topic_arn)
pulumi.export("historyWorkgroupName", compliance.history_workgroup_name)
pulumi.export("conformancePackNames", compliance.conformance_pack_names)
pulumi.export("ledgerTableName", compliance.ledger_table_name)
pulumi.export("pendingEmails", compliance.pending_emails)
pulumi.export("pendingRoutes", compliance.pending_routes)
pulumi.export("dashboardName", compliance.dashboard_name)
pulumi.export("configRuleNames", compliance.config_rule_names)
pulumi.export("configAggregatorName", compliance.config_aggregator_name)
pulumi.export("lambdaRoleArn", compliance.lambda_role_arn)
pulumi.export("configRoleArn", compliance.config_role_arn)
pulumi.export("afterDestroy", compliance.after_destroy)

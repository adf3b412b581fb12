// A compliance monitor in Go.
package main

import (
	"github.com/aws-compliance/pulumi-aws-compliance/sdk/go/awscompliance"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		reports := &awscompliance.ReportsArgs{ForceDestroy: pulumi.BoolRef(settings.GetBool("forceDestroy"))}
		if settings.Get("retentionDays") != "" {
			reports.RetentionDays = pulumi.Int(settings.RequireInt("retentionDays"))
		}
		compliance, err := awscompliance.NewComplianceMonitoring(ctx, "compliance", &awscompliance.ComplianceMonitoringArgs{
			Notifications: &awscompliance.NotificationsArgs{
				Emails: pulumi.StringMap{"security": pulumi.String("security@example.com")},
			},
			Reports: reports,
			Tags:    pulumi.StringMap{"team": pulumi.String("security")},
		})
		if err != nil {
			return err
		}
		ctx.Export("bucketName", compliance.BucketName)
		ctx.Export("bucketArn", compliance.BucketArn)
		ctx.Export("kmsKeyId", compliance.KmsKeyId)
		ctx.Export("kmsKeyArn", compliance.KmsKeyArn)
		ctx.Export("processingLambdaArn", compliance.ProcessingLambdaArn)
		ctx.Export("processingLambdaName", compliance.ProcessingLambdaName)
		ctx.Export("aggregationLambdaArn", compliance.AggregationLambdaArn)
		ctx.Export("aggregationLambdaName", compliance.AggregationLambdaName)
		ctx.Export("remediationLambdaArn", compliance.RemediationLambdaArn)
		ctx.Export("remediationLambdaName", compliance.RemediationLambdaName)
		ctx.Export("snsTopicArn", compliance.SnsTopicArn)
		ctx.Export("historyWorkgroupName", compliance.HistoryWorkgroupName)
		ctx.Export("conformancePackNames", compliance.ConformancePackNames)
		ctx.Export("ledgerTableName", compliance.LedgerTableName)
		ctx.Export("pendingEmails", compliance.PendingEmails)
		ctx.Export("pendingRoutes", compliance.PendingRoutes)
		ctx.Export("dashboardName", compliance.DashboardName)
		ctx.Export("configRuleNames", compliance.ConfigRuleNames)
		ctx.Export("configAggregatorName", compliance.ConfigAggregatorName)
		ctx.Export("lambdaRoleArn", compliance.LambdaRoleArn)
		ctx.Export("configRoleArn", compliance.ConfigRoleArn)
		ctx.Export("afterDestroy", compliance.AfterDestroy)
		return nil
	})
}

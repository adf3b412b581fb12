// Inputs that are wrong, from Go.
package main

import (
	"github.com/aws-compliance/pulumi-aws-compliance/sdk/go/awscompliance"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := awscompliance.NewComplianceMonitoring(ctx, "compliance", &awscompliance.ComplianceMonitoringArgs{
			Reports:       &awscompliance.ReportsArgs{RetentionDays: pulumi.Int(0)},
			Functions:     &awscompliance.FunctionsSettingsArgs{LogRetentionDays: pulumi.Int(8)},
			Notifications: &awscompliance.NotificationsArgs{Emails: pulumi.StringMap{"security": pulumi.String("sec")}},
		})
		return err
	})
}

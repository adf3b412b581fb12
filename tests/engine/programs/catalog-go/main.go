// The functions of the catalogue from Go.
package main

import (
	"github.com/aws-compliance/pulumi-aws-compliance/sdk/go/awscompliance"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// Identifiers are an enumeration, and any text.
		identifier := string(awscompliance.ManagedRuleIdentifierAccessKeysRotated)
		rule, err := awscompliance.GetManagedRule(ctx, &awscompliance.GetManagedRuleArgs{Identifier: identifier})
		if err != nil {
			return err
		}
		framework, err := awscompliance.GetFramework(ctx, &awscompliance.GetFrameworkArgs{Id: "hipaa"})
		if err != nil {
			return err
		}
		checked, err := awscompliance.CheckRules(ctx, &awscompliance.CheckRulesArgs{
			Rules:      &awscompliance.Rules{Managed: []awscompliance.ManagedRule{{Identifier: "S3_BUCKET_SSE_ENABLED"}}},
			Frameworks: []awscompliance.Framework{{Id: "hippa"}},
		})
		if err != nil {
			return err
		}
		estimate, err := awscompliance.GetCostEstimate(ctx, &awscompliance.GetCostEstimateArgs{Region: pulumi.StringRef("eu-west-1")})
		if err != nil {
			return err
		}
		var paths []string
		for _, each := range checked.Errors {
			paths = append(paths, each.Path)
		}
		ctx.Export("trigger", pulumi.String(rule.Trigger))
		ctx.Export("parameter", pulumi.String(rule.Parameters[0].Name))
		ctx.Export("rules", pulumi.Int(len(framework.Rules)))
		ctx.Export("costs", pulumi.Bool(estimate.ExpectedUsd > 1))
		ctx.Export("paths", pulumi.ToStringArray(paths))
		return nil
	})
}

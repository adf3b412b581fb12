// The look at the account as a function, from Go.
package main

import (
	"github.com/aws-compliance/pulumi-aws-compliance/sdk/go/awscompliance"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		create, owner := awscompliance.RecorderModeCreate, "audit/prod/compliance"
		status, err := awscompliance.GetAccountStatus(ctx, &awscompliance.GetAccountStatusArgs{RecorderMode: &create, Owner: &owner})
		if err != nil {
			return err
		}
		exported := pulumi.Map{
			"looked":         pulumi.Bool(status.Looked),
			"recorderAction": pulumi.String(status.RecorderAction),
			"aggregators":    pulumi.ToStringArray(status.Aggregators),
			"namesakes":      pulumi.ToStringArray(status.Namesakes),
			"wouldCreate":    pulumi.ToStringArray(status.WouldCreate),
			"wouldRefuse":    pulumi.ToStringArray(status.WouldRefuse),
			"warnings":       pulumi.ToStringArray(status.Warnings),
		}
		for name, text := range map[string]*string{
			"skipped": status.Skipped, "account": status.Account, "caller": status.Caller, "region": status.Region,
		} {
			if text != nil {
				exported[name] = pulumi.String(*text)
			}
		}
		for name, number := range map[string]*int{"rulesUsed": status.RulesUsed, "rulesAllowed": status.RulesAllowed} {
			if number != nil {
				exported[name] = pulumi.Int(*number)
			}
		}
		if exists := status.ServiceLinkedRoleExists; exists != nil {
			exported["serviceLinkedRoleExists"] = pulumi.Bool(*exists)
		}
		if recorder := status.Recorder; recorder != nil {
			exported["recorder"] = pulumi.Map{
				"name":      pulumi.String(recorder.Name),
				"recording": pulumi.BoolPtrFromPtr(recorder.Recording),
				"roleArn":   pulumi.StringPtrFromPtr(recorder.RoleArn),
			}
		}
		ctx.Export("status", exported)
		return nil
	})
}

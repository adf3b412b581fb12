import * as pulumi from "@pulumi/pulumi";
import { ComplianceMonitoring, DeployAs, RuleSeverity } from "pulumi-aws-compliance";

const policy = "rule encrypted when resourceType == 'AWS::EC2::Volume' { configuration.encrypted == true }";

const monitoring = new ComplianceMonitoring("compliance", {
    reports: { forceDestroy: true },
    rules: {
        managed: [
            {
                identifier: "S3_BUCKET_VERSIONING_ENABLED",
                severity: RuleSeverity.Critical,
                remediation: { acceptInferred: true },
            },
        ],
        custom: [
            {
                name: "own-policy",
                guard: { policy },
                scope: { resourceTypes: ["AWS::EC2::Volume"] },
                severity: RuleSeverity.Low,
            },
            {
                name: "own-function",
                function: { arn: new pulumi.Config().require("functionArn") },
                triggers: { frequency: "Six_Hours" },
            },
        ],
    },
    frameworks: [
        {
            id: "security-best-practices-for-efs",
            deployAs: DeployAs.ConformancePack,
            severities: { EFS_IN_BACKUP_PLAN: RuleSeverity.High },
        },
    ],
});

export const bucketName = monitoring.bucketName;
export const rules = monitoring.configRuleNames;
export const packs = monitoring.conformancePackNames;

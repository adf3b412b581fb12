import * as pulumi from "@pulumi/pulumi";
import { ComplianceMonitoring } from "pulumi-aws-compliance";

const config = new pulumi.Config();
const compliance = new ComplianceMonitoring("compliance", {
    notifications: { emails: { security: "security@example.com" } },
    reports: {
        retentionDays: config.getNumber("retentionDays"),
        forceDestroy: config.getBoolean("forceDestroy"),
    },
    tags: { team: "security" },
});

export const bucketName = compliance.bucketName;
export const bucketArn = compliance.bucketArn;
export const kmsKeyId = compliance.kmsKeyId;
export const kmsKeyArn = compliance.kmsKeyArn;
export const processingLambdaArn = compliance.processingLambdaArn;
export const processingLambdaName = compliance.processingLambdaName;
export const aggregationLambdaArn = compliance.aggregationLambdaArn;
export const aggregationLambdaName = compliance.aggregationLambdaName;
export const remediationLambdaArn = compliance.remediationLambdaArn;
export const remediationLambdaName = compliance.remediationLambdaName;
export const snsTopicArn = compliance.snsTopicArn;
export const historyWorkgroupName = compliance.historyWorkgroupName;
export const conformancePackNames = compliance.conformancePackNames;
export const ledgerTableName = compliance.ledgerTableName;
export const pendingEmails = compliance.pendingEmails;
export const pendingRoutes = compliance.pendingRoutes;
export const dashboardName = compliance.dashboardName;
export const configRuleNames = compliance.configRuleNames;
export const configAggregatorName = compliance.configAggregatorName;
export const lambdaRoleArn = compliance.lambdaRoleArn;
export const configRoleArn = compliance.configRoleArn;
export const afterDestroy = compliance.afterDestroy;

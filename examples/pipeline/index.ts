// The inputs are a file of their own, so that the pipeline checks them without an account.
import { readFileSync } from "node:fs";
import { ComplianceMonitoring, ComplianceMonitoringArgs } from "pulumi-aws-compliance";

const inputs = JSON.parse(readFileSync("compliance.json", "utf8")) as ComplianceMonitoringArgs;
const compliance = new ComplianceMonitoring("compliance", inputs);

export const bucketName = compliance.bucketName;
export const pendingEmails = compliance.pendingEmails;

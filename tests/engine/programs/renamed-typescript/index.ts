import * as pulumi from "@pulumi/pulumi";
import { ComplianceMonitoring } from "pulumi-aws-compliance";

const config = new pulumi.Config();
/** What the component was before: as `pulumi.Alias`, and `ungrouped` where it had no parent. */
const former = config.getObject<{ name?: string; stack?: string; project?: string; ungrouped?: boolean }>("former");
const { ungrouped, ...names } = former ?? {};
const alias = former && { ...names, ...(ungrouped ? { parent: pulumi.rootStackResource } : {}) };
const parent = config.getBoolean("grouped")
    ? new pulumi.ComponentResource("renamed:index:Group", "security")
    : undefined;

const monitoring = new ComplianceMonitoring(
    config.require("component"),
    {
        rules: { baseline: false, managed: [{ identifier: "EIP_ATTACHED" }] },
        alarms: { enabled: false },
        history: { enabled: false },
        reports: { onDestroy: "delete" },
    },
    { parent, aliases: alias ? [alias] : [] },
);

export const bucketName = monitoring.bucketName;

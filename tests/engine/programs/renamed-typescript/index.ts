import * as pulumi from "@pulumi/pulumi";
import { ComplianceMonitoring } from "pulumi-aws-compliance";

const config = new pulumi.Config();
const former = config.get("former");

const monitoring = new ComplianceMonitoring(
    config.require("component"),
    {},
    { aliases: former === undefined ? [] : [{ name: former }] },
);

export const bucketName = monitoring.bucketName;

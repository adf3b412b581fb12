import * as pulumi from "@pulumi/pulumi";
import { ComplianceMonitoring, ComplianceMonitoringArgs } from "pulumi-aws-compliance";

// The types are right; it is the values that AWS does not take.
new ComplianceMonitoring("compliance", new pulumi.Config().requireObject<ComplianceMonitoringArgs>("inputs"));

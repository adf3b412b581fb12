"""A component whose name is a setting, with an alias of its former one."""

import pulumi
import pulumi_aws_compliance as compliance

config = pulumi.Config()
former = config.get("former")
monitoring = compliance.ComplianceMonitoring(
    config.require("component"),
    opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name=former)] if former else []),
)
pulumi.export("bucketName", monitoring.bucket_name)

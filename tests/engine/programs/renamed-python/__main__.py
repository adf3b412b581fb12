"""A component that is renamed and moved by settings, with an alias of what it was before."""

import pulumi
import pulumi_aws_compliance as compliance

config = pulumi.Config()
# As `pulumi.Alias`, and `ungrouped` where the component had no parent.
former = config.get_object("former") or {}
parent = {"parent": pulumi.ROOT_STACK_RESOURCE} if former.pop("ungrouped", False) else {}
group = pulumi.ComponentResource("renamed:index:Group", "security") if config.get_bool("grouped") else None
monitoring = compliance.ComplianceMonitoring(
    config.require("component"),
    rules={"baseline": False, "managed": [{"identifier": "EIP_ATTACHED"}]},
    alarms={"enabled": False},
    history={"enabled": False},
    reports={"on_destroy": "delete"},
    opts=pulumi.ResourceOptions(parent=group, aliases=[pulumi.Alias(**former, **parent)] if former or parent else []),
)
pulumi.export("bucketName", monitoring.bucket_name)

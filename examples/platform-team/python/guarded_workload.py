"""What every workload of the company gets."""

import pulumi
from pulumi_aws_compliance import Alerts, Encryption, ManagedRuleArgs, NotificationsArgs, RulesArgs, RuleSet


class GuardedWorkload(pulumi.ComponentResource):
    """A key, two rules and a topic, and nothing that the workload does not need."""

    def __init__(
        self, name: str, owner: pulumi.Input[str], workload: str, options: pulumi.ResourceOptions | None = None
    ) -> None:
        """Tell `owner`; `workload` begins every physical name."""
        super().__init__("company:platform:GuardedWorkload", name, {}, options)
        child = pulumi.ResourceOptions(parent=self)
        tags = {"workload": workload}
        encryption = Encryption(f"{name}-encryption", name_prefix=workload, tags=tags, opts=child)
        identifiers = ("ENCRYPTED_VOLUMES", "S3_BUCKET_VERSIONING_ENABLED")
        managed = [ManagedRuleArgs(identifier=identifier) for identifier in identifiers]
        rules = RuleSet(
            f"{name}-rules",
            name_prefix=workload,
            tags=tags,
            rules=RulesArgs(baseline=False, managed=managed),
            opts=child,
        )
        alerts = Alerts(
            f"{name}-alerts",
            name_prefix=workload,
            tags=tags,
            kms_key_arn=encryption.kms_key_arn,
            notifications=NotificationsArgs(emails={"owner": owner}),
            opts=child,
        )
        self.topic_arn = alerts.topic_arn
        self.rule_names = rules.config_rule_names
        self.register_outputs({"topicArn": self.topic_arn, "ruleNames": self.rule_names})

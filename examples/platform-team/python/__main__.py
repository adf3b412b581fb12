"""A workload with the company's own component."""

import pulumi
from guarded_workload import GuardedWorkload

payments = GuardedWorkload("payments", owner="payments@example.com", workload="payments")

pulumi.export("topicArn", payments.topic_arn)
pulumi.export("ruleNames", payments.rule_names)

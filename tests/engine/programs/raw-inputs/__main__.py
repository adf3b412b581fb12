"""A component with the inputs that the configuration holds, whatever they are."""

import pulumi

inputs = pulumi.Config().require_object("inputs")
pulumi.ComponentResource("aws-compliance:index:ComplianceMonitoring", "compliance", inputs, remote=True)

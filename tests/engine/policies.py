"""Every policy document of a deployment, and the rules of our own that each must keep."""

from __future__ import annotations

import json
from dataclasses import dataclass

from engine.deployment import Deployment

# Where a document is, by the type of the resource that holds it: the input, and what kind of policy it is.
DOCUMENTS = {
    "aws:kms/key:Key": ("policy", "key"),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy", "resource"),
    "aws:sns/topicPolicy:TopicPolicy": ("policy", "resource"),
    "aws:sqs/queuePolicy:QueuePolicy": ("policy", "resource"),
    "aws:iam/role:Role": ("assumeRolePolicy", "trust"),
    "aws:iam/rolePolicy:RolePolicy": ("policy", "identity"),
}
# What proves for whom a service acts.
PROOFS = ("aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:aws:logs:arn")
# Services that send no such proof there, and where AWS says so.
NO_PROOF = {
    ("key", "events.amazonaws.com"): "Amazon SNS Developer Guide, 'Key management': EventBridge sends neither to a key",
    (
        "key",
        "cloudwatch.amazonaws.com",
    ): "Amazon SNS Developer Guide, 'Key management': its key policy has no condition",
    ("key", "sns.amazonaws.com"): "Amazon SQS Developer Guide, 'Key management': its key policy has no condition",
    ("trust", "lambda.amazonaws.com"): "AWS Lambda Developer Guide, 'Execution role': Lambda sends neither",
}
# What Lambda does in a function's name to put it into a VPC, before there is a network interface to be named.
NETWORK = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
# Actions that take no resource, and where AWS says so.
NO_RESOURCE = {
    "cloudwatch:GetMetricStatistics": "Service Authorization Reference, 'Amazon CloudWatch': it has no resource",
    "cloudwatch:PutMetricData": "Service Authorization Reference, 'Amazon CloudWatch': no resource, but a namespace",
    "config:DescribeComplianceByConfigRule": "Service Authorization Reference, 'AWS Config': it has no resource",
    "config:DescribeConformancePackStatus": "Service Authorization Reference, 'AWS Config': it has no resource",
    "config:DescribeConfigRules": "AWS Config API Reference, 'DescribeConfigRules': no name",
    "config:DescribeConfigurationRecorderStatus": "AWS Config API Reference, 'DescribeConfigurationRecorders': no name",
    "config:DescribeConfigurationRecorders": "AWS Config API Reference, 'DescribeConfigurationRecorders': no name",
    "config:GetComplianceDetailsByResource": "Service Authorization Reference, 'AWS Config': it has no resource",
    **dict.fromkeys(NETWORK, "AWS Lambda Developer Guide, 'Giving Lambda functions access to resources in a VPC'"),
    "cloudformation:DescribeStackResources": "CloudFormation API Reference, 'DescribeStackResources': no stack",
    "cloudtrail:DescribeTrails": "Service Authorization Reference, 'AWS CloudTrail': it has no resource",
    "config:GetDiscoveredResourceCounts": "Service Authorization Reference, 'AWS Config': it has no resource",
    "ec2:DescribeInstances": "Service Authorization Reference, 'Amazon EC2': it has no resource",
    "ec2:DescribeSecurityGroups": "Service Authorization Reference, 'Amazon EC2': it has no resource",
    "ec2:DescribeVolumes": "Service Authorization Reference, 'Amazon EC2': it has no resource",
    "ec2:DisableEbsEncryptionByDefault": "Service Authorization Reference, 'Amazon EC2': it has no resource",
    "ec2:EnableEbsEncryptionByDefault": "Service Authorization Reference, 'Amazon EC2': it has no resource",
    "ec2:GetEbsEncryptionByDefault": "Service Authorization Reference, 'Amazon EC2': it has no resource",
    "iam:DeleteAccountPasswordPolicy": "Service Authorization Reference, 'AWS IAM': it has no resource",
    "iam:GetAccountPasswordPolicy": "Service Authorization Reference, 'AWS IAM': it has no resource",
    "iam:UpdateAccountPasswordPolicy": "Service Authorization Reference, 'AWS IAM': it has no resource",
    "logs:DescribeLogGroups": "CloudWatch Logs API Reference, 'DescribeLogGroups': a prefix names no group",
    "rds:DescribeDBInstances": "Amazon RDS API Reference, 'DescribeDBInstances': a filter names no database",
    "config:SelectResourceConfig": "Service Authorization Reference, 'AWS Config': it has no resource",
    "tag:GetResources": "Service Authorization Reference, 'Amazon Resource Group Tagging API': it has no resource",
}


@dataclass(frozen=True)
class Policy:
    """One policy document: where it is, its kind, its statements."""

    place: str
    kind: str
    text: str

    @property
    def statements(self) -> list[dict]:
        """The statements, with every action, resource and principal as a list."""
        return [_listed(statement) for statement in json.loads(self.text)["Statement"]]


def policies(deployment: Deployment) -> list[Policy]:
    """Every document of the recorded state. A resource type that takes policies must be among `DOCUMENTS`."""
    found = []
    for resource in deployment.resources:
        name, kind = DOCUMENTS.get(resource["type"], (None, None))
        for member, value in (resource.get("inputs") or {}).items():
            if isinstance(value, str) and '"Statement"' in value:
                assert member == name, f"{resource['urn']} has a policy in `{member}`, which nobody checks"
                found.append(Policy(resource["urn"].split("::")[-1], kind, value))
    return found


def findings(policy: Policy) -> list[str]:
    """What is wrong with a document, each with the statement's id."""
    found = []
    for statement in policy.statements:
        found += [f"{statement.get('Sid')}: {text}" for text in _of_statement(policy.kind, statement)]
    return found


def _of_statement(kind: str, statement: dict) -> list[str]:
    if not statement.get("Sid"):
        return ["no Sid"]
    if statement["Effect"] != "Allow":
        return []
    found = []
    root = kind == "key" and [p.rsplit(":", 1)[1] for p in statement["Principal"].get("AWS", [])] == ["root"]
    for action in statement.get("Action", []):
        if "*" in action and not root:
            found.append(f"action {action}")
    for principals in statement.get("Principal", {}).values():
        found += [f"principal {principal}" for principal in principals if "*" in principal]
    narrow = [action for action in statement.get("Action", []) if action not in NO_RESOURCE]
    if kind != "key" and narrow and "*" in statement.get("Resource", []):
        found.append("resource *")
    if any(member in statement for member in ("NotAction", "NotResource", "NotPrincipal")):
        found.append("says what is not meant")
    for service in statement.get("Principal", {}).get("Service", []):
        keys = {key for condition in statement.get("Condition", {}).values() for key in condition}
        if not keys & set(PROOFS) and (kind, service) not in NO_PROOF:
            found.append(f"{service} need not say for whom it acts")
    return found


def _listed(statement: dict) -> dict:
    listed = dict(statement)
    for member in ("Action", "Resource"):
        if member in listed:
            listed[member] = _list(listed[member])
    if "Principal" in listed:
        everyone = {"AWS": "*"}
        principal = everyone if listed["Principal"] == "*" else listed["Principal"]
        listed["Principal"] = {kind: _list(names) for kind, names in principal.items()}
    return listed


def _list(value) -> list:
    return value if isinstance(value, list) else [value]

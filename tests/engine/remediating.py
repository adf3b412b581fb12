"""What tests of remediation share: a deployment with every action, people who approve, and the command they type."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from account.client import Account
from engine.deployment import Deployment
from harness import artefacts

# The rule of each action that changes something.
RULES = {
    "cloudtrail-validation": "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    "ebs-encryption-by-default": "EC2_EBS_ENCRYPTION_BY_DEFAULT",
    "iam-password-policy": "IAM_PASSWORD_POLICY",
    "instance-type": "DESIRED_INSTANCE_TYPE",
    "kms-rotation": "CMK_BACKING_KEY_ROTATION_ENABLED",
    "log-retention": "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
    "rds-backup": "DB_INSTANCE_BACKUP_ENABLED",
    "rds-deletion-protection": "RDS_INSTANCE_DELETION_PROTECTION_ENABLED",
    "s3-public-access-block": "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    "s3-tls-only": "S3_BUCKET_SSL_REQUESTS_ONLY",
    "s3-versioning": "S3_BUCKET_VERSIONING_ENABLED",
    "security-group-admin-ports": "INCOMING_SSH_DISABLED",
    "sns-encryption": "SNS_ENCRYPTED_KMS",
}
# Those of the baseline, which are deployed without being named.
BASELINE = {"instance-type": "ec2-approved-instance-types", "rds-backup": "rds-backup-retention-enabled"}
FUNCTION, PROCESSING = "compliance-remediation", "compliance-processing"
OUTPUTS = ("approverPolicy", "bucketName", "kmsKeyArn", "ledgerTableName", "remediationLambdaArn")


def inputs(remediation: dict, *actions: str) -> dict:
    """Inputs of a deployment with the rules of these actions."""
    managed = [{"identifier": RULES[action]} for action in actions if action not in BASELINE]
    return {"rules": {"managed": managed}, "remediation": remediation}


def outputs() -> dict:
    """What the program exports."""
    return {name: f"${{compliance.{name}}}" for name in OUTPUTS}


def rule(action: str) -> str:
    """Name of an action's rule in the account."""
    if action in BASELINE:
        return BASELINE[action]
    return RULES[action].lower().replace("_", "-")


def approver(deployed: Deployment, name: str) -> Account:
    """The account as somebody with the policy of approvers, and nothing else, sees it."""
    iam = deployed.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": deployed.account.account_id}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="approve", PolicyDocument=deployed.outputs["approverPolicy"])
    return deployed.account.as_role(role)


@dataclass(frozen=True)
class Answer:
    """What the command printed, and how it ended."""

    status: int
    text: str
    errors: str

    @property
    def json(self) -> dict:
        """The same as JSON."""
        return json.loads(self.text)


def command(deployed: Deployment, who: Account, *arguments: str) -> Answer:
    """Type `remediation` with these arguments as somebody."""
    place = ["--table", deployed.outputs["ledgerTableName"], "--region", deployed.account.region]
    return typed(who, "/usr/bin:/bin", *arguments, *place)


def typed(who: Account, path: str, *arguments: str) -> Answer:
    """Type `remediation` with these arguments and no others as somebody with this PATH."""
    program = Path(artefacts.plugin()) / "pulumi-resource-aws-compliance"
    environment = {"PATH": path, "HOME": "/nonexistent", "NO_PROXY": "127.0.0.1", **who.environment}
    ran = subprocess.run(
        [program, "remediation", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )
    return Answer(ran.returncode, ran.stdout, ran.stderr)


def approve(deployed: Deployment, who: Account, identity: str, *arguments: str) -> Answer:
    """Approve the plan that `show` shows."""
    shown = command(deployed, who, "show", identity, "--json")
    assert shown.status == 0, shown
    return command(deployed, who, "approve", identity, "--plan", shown.json["digest"], *arguments)


def find(deployed: Deployment, action: str, resource_type: str, resource: str, verdict: str = "NON_COMPLIANT") -> None:
    """Let a rule find a resource, and processing store it."""
    result = {"resourceType": resource_type, "resourceId": resource, "complianceType": verdict}
    deployed.account.put_evaluations(rule(action), [result])
    deployed.invoke(PROCESSING, {})


def run(deployed: Deployment) -> dict:
    """A run of remediation; its result."""
    return deployed.invoke(FUNCTION, {"trigger": "remediation"})


def items(deployed: Deployment) -> list[dict]:
    """Every remediation as the table has it."""
    table, partition = deployed.outputs["ledgerTableName"], f"remediation/{deployed.account.account_id}"
    found = deployed.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="#p = :p AND begins_with(#s, :s)",
        ExpressionAttributeNames={"#p": "partition", "#s": "sort"},
        ExpressionAttributeValues={
            ":p": {"S": f"{partition}/{deployed.account.region}"},
            ":s": {"S": "item/"},
        },
    )["Items"]
    return [json.loads(item["body"]["S"]) for item in found]


def item(deployed: Deployment, resource: str) -> dict:
    """The remediation of a resource."""
    found = [one for one in items(deployed) if one["resourceId"] == resource]
    assert len(found) == 1, items(deployed)
    return found[0]

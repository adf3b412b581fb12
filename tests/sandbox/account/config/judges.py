"""What managed rules find in the account's own services: the four of the baseline, and one on requests over plain HTTP.

Each judge looks at MiniStack's state of one account and region and yields a finding for each resource that the rule
applies to. AWS pages: "List of AWS Config Managed Rules", one page for each identifier.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_region
from ministack.services import ec2, rds, s3


class Finding(NamedTuple):
    """A verdict on one resource, and the tags a rule's scope may ask for."""

    resource_type: str
    resource_id: str
    complies: bool
    annotation: str
    tags: dict[str, str]


Judge = Callable[[dict[str, str]], Iterator[Finding]]


def desired_instance_type(parameters: dict[str, str]) -> Iterator[Finding]:
    """Instances, until they are terminated, are of one of the types in `instanceType`."""
    wanted = [kind.strip() for kind in parameters["instanceType"].split(",")]
    for identity, instance in ec2._instances.items():
        if instance["State"]["Name"] != "terminated":
            kind = instance["InstanceType"]
            why = "" if kind in wanted else f"Instance type {kind} is not one of {', '.join(wanted)}."
            yield Finding("AWS::EC2::Instance", identity, not why, why, _ec2_tags(identity))


def encrypted_volumes(_parameters: dict[str, str]) -> Iterator[Finding]:
    """Volumes that are attached are encrypted; of others the rule says nothing."""
    for identity, volume in ec2._volumes.items():
        if any(attachment["State"] == "attached" for attachment in volume["Attachments"]):
            why = "" if volume["Encrypted"] else "The volume is attached and not encrypted."
            yield Finding("AWS::EC2::Volume", identity, not why, why, _ec2_tags(identity))


def db_instance_backup_enabled(parameters: dict[str, str]) -> Iterator[Finding]:
    """Databases keep backups, as long as asked for and in the window asked for."""
    least = int(parameters.get("backupRetentionMinimum") or parameters.get("backupRetentionPeriod") or 1)
    window = parameters.get("preferredBackupWindow")
    replicas = parameters.get("checkReadReplicas", "true").lower() == "true"
    for database in rds._instances.values():
        if database.get("ReadReplicaSourceDBInstanceIdentifier") and not replicas:
            continue
        days, why = database["BackupRetentionPeriod"], ""
        if days < least:
            why = f"Backups are kept {days} days, expected at least {least}."
        elif window and database["PreferredBackupWindow"] != window:
            why = f"The backup window is {database['PreferredBackupWindow']}, expected {window}."
        tags = {tag["Key"]: tag["Value"] for tag in rds._tags.get(database["DBInstanceArn"], [])}
        # AWS Config knows a database by its `DbiResourceId`, not by its name.
        yield Finding("AWS::RDS::DBInstance", database["DbiResourceId"], not why, why, tags)


def bucket_encrypted(_parameters: dict[str, str]) -> Iterator[Finding]:
    """Every bucket complies: S3 encrypts all of them since January 2023, whatever is asked for."""
    for name in buckets():
        yield Finding("AWS::S3::Bucket", name, True, "", _bucket_tags(name))


def bucket_ssl_requests_only(_parameters: dict[str, str]) -> Iterator[Finding]:
    """The bucket's policy denies everyone every request that is not over TLS, on the bucket and on its objects."""
    for name in buckets():
        resource = f"arn:aws:s3:::{name}"
        asked = [("s3:ListBucket", resource), ("s3:GetObject", f"{resource}/any"), ("s3:PutObject", f"{resource}/any")]
        denied = all(_denied_over_http(name, action, what) for action, what in asked)
        why = "" if denied else "The bucket's policy does not deny requests over plain HTTP."
        yield Finding("AWS::S3::Bucket", name, not why, why, _bucket_tags(name))


def _denied_over_http(bucket: str, action: str, resource: str) -> bool:
    request = EvalContext(
        # Anybody: only a statement for everyone matches a principal that no policy names.
        principal_arn="arn:aws:iam::000000000000:user/anybody",
        principal_type="User",
        principal_account="000000000000",
        action=action,
        resource_arn=resource,
        region=get_region(),
        secure_transport=False,
    )
    return evaluate_resource_policy(s3._bucket_policies.get(bucket), request).decision == "Deny"


def buckets() -> list[str]:
    """The buckets of this region; names are kept for all regions of an account together."""
    return [name for name, bucket in s3._buckets.items() if bucket.get("region", "us-east-1") == get_region()]


def _bucket_tags(name: str) -> dict[str, str]:
    return dict(s3._bucket_tags.get(name) or {})


def _ec2_tags(identity: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in ec2._tags.get(identity, [])}


JUDGES: dict[str, Judge] = {
    "DB_INSTANCE_BACKUP_ENABLED": db_instance_backup_enabled,
    "DESIRED_INSTANCE_TYPE": desired_instance_type,
    "ENCRYPTED_VOLUMES": encrypted_volumes,
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED": bucket_encrypted,
    "S3_BUCKET_SSL_REQUESTS_ONLY": bucket_ssl_requests_only,
}
# What a judge cannot decide here: MiniStack does not keep the key of a volume.
UNDECIDED = {"ENCRYPTED_VOLUMES": "kmsId"}

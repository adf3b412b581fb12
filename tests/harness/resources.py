"""Compliant and noncompliant resources for the demo, and how the noncompliant ones are fixed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from account.client import Account

LARGE, SMALL = "m5.large", "t3.micro"


@dataclass(frozen=True)
class Bad:
    """A noncompliant resource, and why it is."""

    place: Account
    kind: str
    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.place.account_id} {self.place.region:10} {self.kind:22} {self.why}"


def put_good(place: Account) -> None:
    """Resources that comply with every rule: a bucket, a database, an instance with an encrypted data volume.

    Its root volume is of an image that is not encrypted, as they are; the demo lets go of it.
    """
    instance(place, SMALL)
    bucket(place, "good", tls_only=True)
    database(place, "good", backup_days=7)


def put_bad_storage(place: Account) -> list[Bad]:
    """An attached volume without encryption, a database without backups."""
    host = instance(place, SMALL)
    return [
        Bad(place, "AWS::EC2::Volume", attach(place, host, "/dev/sdg", encrypted=False), "attached and not encrypted"),
        Bad(place, "AWS::RDS::DBInstance", database(place, "bad", backup_days=0), "no backups"),
    ]


def put_bad_instance(place: Account) -> list[Bad]:
    """An instance of a type that is not approved."""
    return [Bad(place, "AWS::EC2::Instance", instance(place, LARGE), f"of the type {LARGE}, which is not approved")]


def put_bad_bucket(place: Account) -> list[Bad]:
    """A bucket open to plain HTTP."""
    return [Bad(place, "AWS::S3::Bucket", bucket(place, "bad", tls_only=False), "open to plain HTTP")]


def fix(bad: Bad) -> str:
    """Fix one resource; what was done."""
    match bad.kind:
        case "AWS::RDS::DBInstance":
            rds = bad.place.client("rds")
            rds.modify_db_instance(DBInstanceIdentifier=bad.name, BackupRetentionPeriod=7, ApplyImmediately=True)
            return "the database now retains backups for 7 days"
        case "AWS::S3::Bucket":
            demand_tls(bad.place, bad.name)
            return "the bucket's policy now denies plain HTTP"
        case "AWS::EC2::Instance":
            bad.place.client("ec2").terminate_instances(InstanceIds=[bad.name])
            return "the instance was terminated"
        case "AWS::EC2::Volume":
            bad.place.client("ec2").detach_volume(VolumeId=bad.name)
            return "the volume was detached"
        case kind:
            raise ValueError(f"no fix for {kind}")


def instance(place: Account, kind: str) -> str:
    """An instance that has an encrypted data volume and no other; its id."""
    ec2 = place.client("ec2")
    run = ec2.run_instances(ImageId="ami-0123456789abcdef0", InstanceType=kind, MinCount=1, MaxCount=1)["Instances"][0]
    for device in run["BlockDeviceMappings"]:
        ec2.detach_volume(VolumeId=device["Ebs"]["VolumeId"])
        ec2.delete_volume(VolumeId=device["Ebs"]["VolumeId"])
    attach(place, run["InstanceId"], "/dev/sdf", encrypted=True)
    return run["InstanceId"]


def attach(place: Account, host: str, device: str, *, encrypted: bool) -> str:
    """A volume of an instance; its id."""
    ec2 = place.client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{place.region}a", Size=8, Encrypted=encrypted)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=host, Device=device)
    return volume


def database(place: Account, name: str, *, backup_days: int) -> str:
    """A database; its name."""
    place.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="owner",
        ManageMasterUserPassword=True,
        BackupRetentionPeriod=backup_days,
    )
    return name


def bucket(place: Account, name: str, *, tls_only: bool) -> str:
    """A bucket; its name, which is global."""
    name = f"{name}-{place.account_id}-{place.region}"
    location = {} if place.region == "us-east-1" else {"LocationConstraint": place.region}
    configuration = {"CreateBucketConfiguration": location} if location else {}
    place.client("s3").create_bucket(Bucket=name, **configuration)
    if tls_only:
        demand_tls(place, name)
    return name


def demand_tls(place: Account, name: str) -> None:
    """Let a bucket's policy deny plain HTTP, in addition to what it says."""
    s3 = place.client("s3")
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    except s3.exceptions.from_code("NoSuchBucketPolicy"):
        policy = {"Version": "2012-10-17", "Statement": []}
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    over_http = {"Bool": {"aws:SecureTransport": "false"}}
    everyone = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources, "Condition": over_http}
    policy["Statement"].append(everyone)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))

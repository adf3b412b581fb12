"""Resources of one account and region as advanced queries return them: id, name, ARN, tags.

AWS page: "Querying the Current Configuration State of AWS Resources", the properties that every resource type has.
"""

from collections.abc import Iterator

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2, rds

from account.config.judges import _bucket_tags, _ec2_tags, buckets


def items() -> list[dict]:
    """Every resource that some rule judges here."""
    return [*_instances(), *_volumes(), *_databases(), *_buckets_here()]


def _instances() -> Iterator[dict]:
    for identity, instance in ec2._instances.items():
        if instance["State"]["Name"] != "terminated":
            # AWS Config gives an instance no name; a person's name of it is the tag `Name`.
            yield _item("AWS::EC2::Instance", identity, None, _ec2_arn("instance", identity), _ec2_tags(identity))


def _volumes() -> Iterator[dict]:
    for identity in ec2._volumes:
        yield _item("AWS::EC2::Volume", identity, None, _ec2_arn("volume", identity), _ec2_tags(identity))


def _databases() -> Iterator[dict]:
    for name, database in rds._instances.items():
        tags = {tag["Key"]: tag["Value"] for tag in rds._tags.get(database["DBInstanceArn"], [])}
        yield _item("AWS::RDS::DBInstance", database["DbiResourceId"], name, database["DBInstanceArn"], tags)


def _buckets_here() -> Iterator[dict]:
    for name in buckets():
        yield _item("AWS::S3::Bucket", name, name, f"arn:aws:s3:::{name}", _bucket_tags(name))


def _item(resource_type: str, identity: str, name: str | None, arn: str, tags: dict[str, str]) -> dict:
    item = {
        "accountId": get_account_id(),
        "awsRegion": get_region(),
        "resourceType": resource_type,
        "resourceId": identity,
        "arn": arn,
        "tags": [{"key": key, "value": value, "tag": f"{key}={value}"} for key, value in sorted(tags.items())],
    }
    return item if name is None else {**item, "resourceName": name}


def _ec2_arn(kind: str, identity: str) -> str:
    return f"arn:aws:ec2:{get_region()}:{get_account_id()}:{kind}/{identity}"

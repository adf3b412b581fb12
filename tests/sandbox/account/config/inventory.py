"""Resources of one account and region as advanced queries return them: id, name, ARN, tags.

AWS page: "Querying the Current Configuration State of AWS Resources", the properties that every resource type has.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, cloudwatch_logs, ec2, kms, rds, sns, sqs

from account import arns, clock
from account.config.judges import _bucket_tags, _ec2_tags, buckets


def items() -> list[dict]:
    """Every resource that some rule judges here, or that an action of remediation is about."""
    found = [*_instances(), *_volumes(), *_databases(), *_buckets_here(), *_groups_of_logs()]
    return [*found, *_keys(), *_security_groups(), *_topics(), *_queues(), *_trails()]


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


def _groups_of_logs() -> Iterator[dict]:
    for name, group in cloudwatch_logs._log_groups.items():
        yield _item("AWS::Logs::LogGroup", name, name, group["arn"], dict(group.get("tags") or {}))


def _keys() -> Iterator[dict]:
    for identity, key in kms._keys.items():
        tags = {tag["TagKey"]: tag["TagValue"] for tag in key.get("Tags") or []}
        yield _item("AWS::KMS::Key", identity, identity, key["Arn"], tags)


def _security_groups() -> Iterator[dict]:
    for identity, group in ec2._security_groups.items():
        arn = _ec2_arn("security-group", identity)
        yield _item("AWS::EC2::SecurityGroup", identity, group["GroupName"], arn, _ec2_tags(identity))


def _topics() -> Iterator[dict]:
    for arn, topic in sns._topics.items():
        yield _item("AWS::SNS::Topic", arn, arns.resource_of(arn), arn, dict(topic.get("tags") or {}))


def _queues() -> Iterator[dict]:
    for url, queue in sqs._queues.items():
        name = url.rsplit("/", 1)[-1]
        arn = f"arn:aws:sqs:{get_region()}:{get_account_id()}:{name}"
        yield _item("AWS::SQS::Queue", url, name, arn, dict(queue.get("tags") or {}))


def _trails() -> Iterator[dict]:
    for name, trail in cloudtrail._trails.items():
        tags = cloudtrail._trail_tags.get(trail["TrailARN"]) or {}
        yield _item("AWS::CloudTrail::Trail", trail["TrailARN"], name, trail["TrailARN"], dict(tags))


def _item(resource_type: str, identity: str, name: str | None, arn: str, tags: dict[str, str]) -> dict:
    item = {
        "accountId": get_account_id(),
        "awsRegion": get_region(),
        "resourceType": resource_type,
        "resourceId": identity,
        "arn": arn,
        # The index is always up to date here: each resource was recorded right now.
        "configurationItemCaptureTime": datetime.fromtimestamp(clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "tags": [{"key": key, "value": value, "tag": f"{key}={value}"} for key, value in sorted(tags.items())],
    }
    return item if name is None else {**item, "resourceName": name}


def _ec2_arn(kind: str, identity: str) -> str:
    return f"arn:aws:ec2:{get_region()}:{get_account_id()}:{kind}/{identity}"

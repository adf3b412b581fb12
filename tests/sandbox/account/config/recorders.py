"""Configuration recorder and delivery channel: moto's, with its limit of one each, and what it takes on trust.

AWS pages: "PutConfigurationRecorder", "PutDeliveryChannel", "Permissions for the Amazon S3 Bucket for the AWS Config
Delivery Channel".
"""

from ministack.core.responses import get_account_id
from ministack.services import s3

from account import policies
from account.config.errors import ConfigError
from account.config.state import moto_here

SERVICE = "config.amazonaws.com"


def put_configuration_recorder(request: dict) -> None:
    """Create or change the one recorder of this account and region."""
    recorder = request["ConfigurationRecorder"]
    if not policies.role_exists(recorder.get("roleARN", "")):
        raise ConfigError(
            "InvalidRoleException", f"You have provided a null or empty role, or one that is not there: {recorder}"
        )
    moto_here().put_configuration_recorder({"name": "default", **recorder})


def put_delivery_channel(request: dict) -> None:
    """Create or change the one delivery channel, whose bucket must be there and admit AWS Config."""
    channel = {"name": "default", **request["DeliveryChannel"]}
    bucket = channel.get("s3BucketName", "")
    if moto_here().recorders and bucket:
        _check_bucket(bucket, channel.get("s3KeyPrefix"))
    moto_here().put_delivery_channel(channel)


def _check_bucket(bucket: str, prefix: str | None) -> None:
    found = s3.bucket_policy_for_arn(f"arn:aws:s3:::{bucket}")
    if found is None:
        raise ConfigError("NoSuchBucketException", f"Cannot find a S3 bucket with the name {bucket}")
    account = get_account_id()
    folder = f"{prefix}/AWSLogs" if prefix else "AWSLogs"
    objects = f"arn:aws:s3:::{bucket}/{folder}/{account}/Config/ConfigWritabilityCheckFile"
    context = {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"}
    if policies.service_allowed(found[0], SERVICE, "s3:PutObject", objects, context):
        return
    if any(policies.role_allowed(r.role_arn, "s3:PutObject", objects, context) for r in moto_here().recorders.values()):
        return
    raise ConfigError(
        "InsufficientDeliveryPolicyException",
        f"Insufficient delivery policy to s3 bucket: {bucket}, unable to write to bucket, provided s3 key prefix is "
        f"'{prefix}', provided kms key is 'null'.",
    )


def _describe_recorders(request: dict) -> dict:
    names = request.get("ConfigurationRecorderNames")
    return {"ConfigurationRecorders": moto_here().describe_configuration_recorders(names)}


def _describe_recorder_status(request: dict) -> dict:
    names = request.get("ConfigurationRecorderNames")
    return {"ConfigurationRecordersStatus": moto_here().describe_configuration_recorder_status(names)}


def _describe_channels(request: dict) -> dict:
    return {"DeliveryChannels": moto_here().describe_delivery_channels(request.get("DeliveryChannelNames"))}


OPERATIONS = {
    "PutConfigurationRecorder": put_configuration_recorder,
    "DescribeConfigurationRecorders": _describe_recorders,
    "DescribeConfigurationRecorderStatus": _describe_recorder_status,
    "StartConfigurationRecorder": lambda r: moto_here().start_configuration_recorder(r["ConfigurationRecorderName"]),
    "StopConfigurationRecorder": lambda r: moto_here().stop_configuration_recorder(r["ConfigurationRecorderName"]),
    "DeleteConfigurationRecorder": lambda r: moto_here().delete_configuration_recorder(r["ConfigurationRecorderName"]),
    "PutDeliveryChannel": put_delivery_channel,
    "DescribeDeliveryChannels": _describe_channels,
    "DeleteDeliveryChannel": lambda r: moto_here().delete_delivery_channel(r["DeliveryChannelName"]),
}

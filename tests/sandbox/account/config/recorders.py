"""Configuration recorders and delivery channel: moto's, with its limit of one each, and what it takes on trust.

Beside the customer-managed recorder each service may have one of its own, which is of no use to rules.
AWS pages: "PutConfigurationRecorder", "PutServiceLinkedConfigurationRecorder", "RecordingMode", "PutDeliveryChannel",
"Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel".
"""

from ministack.core.responses import get_account_id
from ministack.services import s3

from account import policies
from account.config.errors import ConfigError, not_an_enum
from account.config.paging import page
from account.config.state import arn, here, moto_here, now, random_suffix
from account.config.tags import tag_new

SERVICE = "config.amazonaws.com"
LINKED_PREFIX = "AWSConfigurationRecorderFor"
FREQUENCIES = ("CONTINUOUS", "DAILY")
NEVER_DAILY = frozenset(
    {"AWS::Config::ResourceCompliance", "AWS::Config::ConformancePackCompliance", "AWS::Config::ConfigurationRecorder"}
)


def put_configuration_recorder(request: dict) -> None:
    """Create or change the one recorder of this account and region."""
    recorder = {"name": "default", **request["ConfigurationRecorder"]}
    _refuse_linked(recorder["name"])
    if not policies.role_exists(recorder.get("roleARN", "")):
        raise ConfigError(
            "InvalidRoleException", f"You have provided a null or empty role, or one that is not there: {recorder}"
        )
    if not policies.caller_may_pass(recorder["roleARN"], SERVICE):
        raise ConfigError("AccessDeniedException", policies.not_passed(recorder["roleARN"]))
    mode = _checked(recorder.pop("recordingMode", {"recordingFrequency": "CONTINUOUS"}))
    moto_here().put_configuration_recorder(recorder)
    known = here().recorders.get(recorder["name"])
    recorder_arn = known["arn"] if known else arn("configuration-recorder", f"{recorder['name']}/{random_suffix()}")
    here().recorders[recorder["name"]] = {"arn": recorder_arn, "recordingMode": mode}
    if known is None:
        tag_new(recorder_arn, request.get("Tags"))


def delete_configuration_recorder(request: dict) -> None:
    """Remove the customer-managed recorder."""
    name = request["ConfigurationRecorderName"]
    _refuse_linked(name)
    moto_here().delete_configuration_recorder(name)
    here().tags.pop(here().recorders.pop(name)["arn"], None)


def put_service_linked_configuration_recorder(request: dict) -> dict:
    """Create the recorder of a service; what it records is the service's own."""
    principal = request["ServicePrincipal"]
    if principal in here().linked:
        raise ConfigError("ConflictException", f"A service-linked recorder exists already for {principal}.")
    name = LINKED_PREFIX + principal.split(".")[0].title().replace("-", "")
    linked = {
        "arn": arn("configuration-recorder", f"{name}/{random_suffix()}"),
        "name": name,
        "recordingScope": "INTERNAL",
        "servicePrincipal": principal,
        "recordingMode": {"recordingFrequency": "CONTINUOUS"},
        "roleARN": f"arn:aws:iam::{get_account_id()}:role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig",
    }
    here().linked[principal] = linked
    tag_new(linked["arn"], request.get("Tags"))
    return {"Arn": linked["arn"], "Name": name}


def list_configuration_recorders(request: dict) -> dict:
    """All recorders in short, those of services too."""
    members = ("arn", "name", "servicePrincipal", "recordingScope")
    found = [*_customer_managed(None), *here().linked.values()]
    summaries = [{key: recorder[key] for key in members if key in recorder} for recorder in found]
    some, token = page(sorted(summaries, key=lambda one: one["name"]), request, default=20, most=20)
    return {"ConfigurationRecorderSummaries": some, **token}


def describe_configuration_recorders(request: dict) -> dict:
    """One recorder by name, service or ARN; without any, the customer-managed one alone."""
    if linked := _linked(request):
        return {"ConfigurationRecorders": [linked]}
    return {"ConfigurationRecorders": _customer_managed(request.get("ConfigurationRecorderNames"))}


def describe_configuration_recorder_status(request: dict) -> dict:
    """Whether one recorder records; without a name, the customer-managed one."""
    if linked := _linked(request):
        status = {key: linked[key] for key in ("arn", "name", "servicePrincipal")}
        return {"ConfigurationRecordersStatus": [{**status, "recording": True, "lastStatusChangeTime": now()}]}
    found = moto_here().describe_configuration_recorder_status(request.get("ConfigurationRecorderNames"))
    return {"ConfigurationRecordersStatus": [{**one, "arn": here().recorders[one["name"]]["arn"]} for one in found]}


def _customer_managed(names: list[str] | None) -> list[dict]:
    found = moto_here().describe_configuration_recorders(names)
    return [{**one, **here().recorders[one["name"]], "recordingScope": "PAID"} for one in found]


def _linked(request: dict) -> dict | None:
    names = request.get("ConfigurationRecorderNames") or []
    for linked in here().linked.values():
        if linked["name"] in names or linked["arn"] == request.get("Arn"):
            return linked
    principal = request.get("ServicePrincipal")
    if principal and principal not in here().linked:
        raise ConfigError("NoSuchConfigurationRecorderException", f"There is no recorder of {principal}.")
    return here().linked.get(principal)


def _refuse_linked(name: str) -> None:
    if name.startswith(LINKED_PREFIX):
        raise ConfigError("UnmodifiableEntityException", f"{name} is a service-linked configuration recorder.")


def _checked(mode: dict) -> dict:
    """A recording mode as AWS takes it: two frequencies, one override, some types never daily."""
    overrides = mode.get("recordingModeOverrides", [])
    for part in (mode, *overrides):
        if part.get("recordingFrequency") not in FREQUENCIES:
            raise not_an_enum(part.get("recordingFrequency"), "configurationRecorder.recordingMode", FREQUENCIES)
    if len(overrides) > 1:
        raise ConfigError(
            "ValidationException",
            "1 validation error detected: Value at 'configurationRecorder.recordingMode.recordingModeOverrides' failed "
            "to satisfy constraint: Member must have length less than or equal to 1",
        )
    for part in overrides:
        never = sorted(NEVER_DAILY.intersection(part["resourceTypes"]))
        if part["recordingFrequency"] == "DAILY" and never:
            raise ConfigError("ValidationException", f"Daily recording cannot be specified for {', '.join(never)}.")
    return mode


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


def _describe_channels(request: dict) -> dict:
    return {"DeliveryChannels": moto_here().describe_delivery_channels(request.get("DeliveryChannelNames"))}


OPERATIONS = {
    "PutConfigurationRecorder": put_configuration_recorder,
    "PutServiceLinkedConfigurationRecorder": put_service_linked_configuration_recorder,
    "ListConfigurationRecorders": list_configuration_recorders,
    "DescribeConfigurationRecorders": describe_configuration_recorders,
    "DescribeConfigurationRecorderStatus": describe_configuration_recorder_status,
    "StartConfigurationRecorder": lambda r: moto_here().start_configuration_recorder(r["ConfigurationRecorderName"]),
    "StopConfigurationRecorder": lambda r: moto_here().stop_configuration_recorder(r["ConfigurationRecorderName"]),
    "DeleteConfigurationRecorder": delete_configuration_recorder,
    "PutDeliveryChannel": put_delivery_channel,
    "DescribeDeliveryChannels": _describe_channels,
    "DeleteDeliveryChannel": lambda r: moto_here().delete_delivery_channel(r["DeliveryChannelName"]),
}

"""Configuration recorder and delivery channel."""

import json

import pytest


def test_a_second_customer_managed_recorder_is_refused(recorded, refused):
    role = recorded.client("iam").get_role(RoleName="landing-zone-config")["Role"]["Arn"]
    with refused("MaxNumberOfConfigurationRecordersExceededException"):
        recorded.client("config").put_configuration_recorder(ConfigurationRecorder={"name": "second", "roleARN": role})


def test_a_second_delivery_channel_is_refused(recorded, refused):
    bucket = f"config-delivery-{recorded.account_id}-us-east-1"
    with refused("MaxNumberOfDeliveryChannelsExceededException"):
        recorded.client("config").put_delivery_channel(DeliveryChannel={"name": "second", "s3BucketName": bucket})


def test_the_landing_zone_leaves_a_recorder_that_records(recorded):
    status = recorded.client("config").describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert [(s["name"], s["recording"]) for s in status] == [("default", True)]


def test_a_recorder_without_a_channel_does_not_start(account, role, refused):
    config = account.client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": role(service="config.amazonaws.com")}
    )
    with refused("NoAvailableDeliveryChannelException"):
        config.start_configuration_recorder(ConfigurationRecorderName="default")


def test_a_recorder_with_a_role_that_is_not_there_is_refused(account, refused):
    role = f"arn:aws:iam::{account.account_id}:role/none"
    with refused("InvalidRoleException"):
        account.client("config").put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})


@pytest.mark.parametrize(
    ("policy", "code"), [(None, "InsufficientDeliveryPolicyException"), ("no bucket", "NoSuchBucketException")]
)
def test_a_channel_into_a_bucket_that_does_not_admit_config_is_refused(account, role, refused, policy, code):
    config, bucket = account.client("config"), f"delivery-{account.account_id}"
    if policy != "no bucket":
        account.client("s3").create_bucket(Bucket=bucket)
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": role(service="config.amazonaws.com")}
    )
    with refused(code):
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})


def test_the_last_channel_of_a_running_recorder_stays(recorded, refused):
    with refused("LastDeliveryChannelDeleteFailedException"):
        recorded.client("config").delete_delivery_channel(DeliveryChannelName="default")


def test_recorders_of_two_regions_do_not_see_each_other(recorded):
    elsewhere = recorded.in_region("eu-west-1").client("config")
    assert elsewhere.describe_configuration_recorders()["ConfigurationRecorders"] == []
    assert json.dumps(elsewhere.describe_delivery_channels()["DeliveryChannels"]) == "[]"


def test_the_status_of_the_recorder_needs_the_permission_for_it(recorded, role, refused):
    arn = recorded.client("config").describe_configuration_recorders()["ConfigurationRecorders"][0]["arn"]
    action = "config:DescribeConfigurationRecorderStatus"
    named = {"ConfigurationRecorderNames": ["default"]}
    seen = recorded.as_role(role({"Action": action, "Resource": f"{arn.split('/')[0]}/*"}))
    status = seen.client("config").describe_configuration_recorder_status(**named)["ConfigurationRecordersStatus"]
    assert [one["recording"] for one in status] == [True]
    other = recorded.as_role(role({"Action": action, "Resource": arn + "x"}))
    with refused("AccessDeniedException"):
        other.client("config").describe_configuration_recorder_status(**named)

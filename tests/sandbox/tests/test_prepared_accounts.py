"""What prepares an account for the look: recorders of all kinds, tags, and AWS on a bad day."""

import time

import pytest

from account.client import prepare_landing_zone

LINKED = "observabilityadmin.amazonaws.com"


def names(recorders: list[dict]) -> list[str]:
    return [recorder["name"] for recorder in recorders]


def test_a_service_linked_recorder_shows_where_it_is_asked_for(recorded):
    config = recorded.client("config")
    made = config.put_service_linked_configuration_recorder(ServicePrincipal=LINKED)
    assert names(config.describe_configuration_recorders()["ConfigurationRecorders"]) == ["default"]
    assert names(config.list_configuration_recorders()["ConfigurationRecorderSummaries"]) == [made["Name"], "default"]
    (linked,) = config.describe_configuration_recorders(ServicePrincipal=LINKED)["ConfigurationRecorders"]
    assert (linked["arn"], linked["servicePrincipal"], linked["recordingScope"]) == (made["Arn"], LINKED, "INTERNAL")


def test_a_service_linked_recorder_is_of_no_use_to_rules_and_stays_as_it_is(account, refused):
    config = account.client("config")
    made = config.put_service_linked_configuration_recorder(ServicePrincipal=LINKED)
    assert config.describe_configuration_recorders()["ConfigurationRecorders"] == []
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    with refused("NoAvailableConfigurationRecorderException"):
        config.put_config_rule(ConfigRule={"ConfigRuleName": "x", "Source": source})
    with refused("ConflictException"):
        config.put_service_linked_configuration_recorder(ServicePrincipal=LINKED)
    with refused("UnmodifiableEntityException"):
        config.delete_configuration_recorder(ConfigurationRecorderName=made["Name"])


def test_a_recorder_keeps_its_mode_and_its_tags(account):
    mode = {
        "recordingFrequency": "DAILY",
        "recordingModeOverrides": [{"resourceTypes": ["AWS::EC2::Volume"], "recordingFrequency": "CONTINUOUS"}],
    }
    prepare_landing_zone(account, recordingMode=mode)
    config = account.client("config")
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingMode"] == mode
    config.tag_resource(ResourceArn=recorder["arn"], Tags=[{"Key": "team", "Value": "audit"}])
    assert config.list_tags_for_resource(ResourceArn=recorder["arn"])["Tags"] == [{"Key": "team", "Value": "audit"}]


@pytest.mark.parametrize(
    "overrides",
    [
        [{"resourceTypes": ["AWS::Config::ResourceCompliance"], "recordingFrequency": "DAILY"}],
        [
            {"resourceTypes": ["AWS::EC2::Volume"], "recordingFrequency": "DAILY"},
            {"resourceTypes": ["AWS::EC2::Instance"], "recordingFrequency": "DAILY"},
        ],
    ],
)
def test_a_mode_that_aws_does_not_take_is_refused(recorded, refused, overrides):
    config = recorded.client("config")
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    mode = {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": overrides}
    wanted = {"name": "default", "roleARN": recorder["roleARN"], "recordingMode": mode}
    with refused("ValidationException"):
        config.put_configuration_recorder(ConfigurationRecorder=wanted)


def test_a_recorder_that_leaves_types_out(account):
    left_out = {"resourceTypes": ["AWS::EC2::Volume"]}
    strategy = {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}
    prepare_landing_zone(
        account, recordingGroup={"exclusionByResourceTypes": left_out, "recordingStrategy": strategy}, start=False
    )
    config = account.client("config")
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingGroup"]["exclusionByResourceTypes"] == left_out
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert not status["recording"]


@pytest.mark.parametrize(
    ("service", "action", "code"),
    [
        ("config", "DescribeConfigRules", "ThrottlingException"),
        ("sts", "GetCallerIdentity", "Throttling"),
        ("kms", "*", "ThrottlingException"),
    ],
)
def test_the_next_calls_of_an_action_are_throttled(account, other_account, refused, service, action, code):
    call = {
        "config": lambda one: one.client("config").describe_config_rules(),
        "sts": lambda one: one.client("sts").get_caller_identity(),
        "kms": lambda one: one.client("kms").list_keys(),
    }[service]
    account.throttle(service, action, times=2)
    call(other_account)
    for _ in range(2):
        with refused(code):
            call(account)
    call(account)


def test_an_answer_comes_late(account):
    account.slow_down("config", "DescribeConfigRules", times=1, seconds=0.5)
    started = time.monotonic()
    account.client("config").describe_config_rules()
    assert time.monotonic() - started > 0.5


def test_a_session_ends(account, role, refused):
    session = account.as_role(role({"Action": "sqs:ListQueues"}))
    session.client("sqs").list_queues()
    session.expire()
    for service, call in (("sts", "get_caller_identity"), ("config", "describe_config_rules")):
        with refused("ExpiredToken" if service == "sts" else "ExpiredTokenException"):
            getattr(session.client(service), call)()

"""Recorders of all kinds, seen and judged."""

import pytest

from account.client import prepare_landing_zone

from .requests import OWNER, request, tags

LINKED = "observabilityadmin.amazonaws.com"
COMPLIANCE_TYPE = "AWS::Config::ResourceCompliance"


def test_a_good_account_has_one_line(look, recorded):
    answer = look(recorded, **request(recorded.account_id))
    assert answer.told == [
        f"status : account {recorded.account_id}, region eu-west-1: the recorder `default` records all resource types, "
        "global ones included, continuously"
    ]
    assert answer.action == "reuse"
    assert answer.look["unread"] == []
    assert "recorder          default, recording: all resource types" in answer.table
    (recorder,) = answer.look["recorders"]
    assert (recorder["kind"], recorder["recording"], recorder["tags"]) == ("customerManaged", True, {})
    assert answer.look["deliveryChannels"][0]["bucket"].startswith("config-delivery-")


def test_no_recorder(look, account):
    answer = look(account, **request(account.account_id))
    assert answer.told == [
        f"error recorder.mode: account {account.account_id} has no configuration recorder in eu-west-1; set it to "
        "`create`"
    ]
    assert answer.action == "refuse"


@pytest.mark.parametrize("mode", ["auto", "create"])
def test_no_recorder_and_one_is_wanted(look, account, mode):
    answer = look(account, **request(account.account_id, recorder={"mode": mode, "name": "compliance-recorder"}))
    assert (answer.action, answer.problems) == ("create", [])
    assert "no recorder yet, one is created" in answer.told[0]


def test_a_recorder_of_another_region_is_none(look, recorded):
    elsewhere = recorded.in_region("us-east-1")
    assert look(elsewhere, **request(recorded.account_id)).action == "refuse"
    assert look(elsewhere, **request(recorded.account_id, region="eu-west-1")).action == "reuse"


def test_a_stopped_recorder(look, account):
    prepare_landing_zone(account, start=False)
    (told,) = look(account, **request(account.account_id)).problems
    assert told.startswith("warning recorder.mode: the recorder `default` is stopped: rules see no change until")
    assert "start-configuration-recorder --configuration-recorder-name default" in told


def test_a_recorder_without_a_channel(look, account):
    prepare_landing_zone(account, start=False)
    account.client("config").delete_delivery_channel(DeliveryChannelName="default")
    (told,) = look(account, **request(account.account_id)).problems
    assert "is stopped and has no delivery channel" in told


def test_a_service_linked_recorder_is_named_and_not_used(look, account):
    account.client("config").put_service_linked_configuration_recorder(ServicePrincipal=LINKED)
    answer = look(account, **request(account.account_id))
    (told,) = answer.problems
    assert "has no configuration recorder in eu-west-1 (`AWSConfigurationRecorderForObservabilityadmin`" in told
    (linked,) = answer.look["recorders"]
    assert (linked["kind"], linked["servicePrincipal"]) == ("serviceLinked", LINKED)


def test_a_service_linked_recorder_beside_ours_changes_nothing(look, recorded):
    recorded.client("config").put_service_linked_configuration_recorder(ServicePrincipal=LINKED)
    answer = look(recorded, **request(recorded.account_id))
    assert (answer.action, answer.problems) == ("reuse", [])
    assert [one["kind"] for one in answer.look["recorders"]] == ["customerManaged", "serviceLinked"]


def test_the_recorder_of_control_tower_is_recognised(look, account):
    prepare_landing_zone(account, name="aws-controltower-BaselineConfigRecorder")
    answer = look(account, **request(account.account_id))
    assert (answer.action, answer.problems) == ("reuse", [])
    assert "`aws-controltower-BaselineConfigRecorder` of AWS Control Tower records" in answer.told[0]
    answer = look(account, **request(account.account_id, recorder={"mode": "create"}))
    assert "of AWS Control Tower in eu-west-1 already" in answer.problems[0]


def test_create_where_one_is(look, recorded):
    answer = look(recorded, **request(recorded.account_id, recorder={"mode": "create", "name": "compliance-recorder"}))
    assert answer.problems == [
        f"error recorder.mode: account {recorded.account_id} has the recorder `default` in eu-west-1 already, and AWS "
        "allows one; set it to `reuse`"
    ]


@pytest.mark.parametrize("marked", [True, False])
def test_auto_keeps_our_own_over_any_number_of_runs(look, account, marked):
    wanted = {"mode": "auto", "name": "compliance-recorder"}
    assert look(account, **request(account.account_id, recorder=wanted)).action == "create"
    prepare_landing_zone(account, name="compliance-recorder")
    if marked:
        config = account.client("config")
        (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
        config.tag_resource(ResourceArn=recorder["arn"], Tags=tags(OWNER))
        wanted = {"mode": "auto", "name": "renamed-recorder"}
    assert [look(account, **request(account.account_id, recorder=wanted)).action for _ in range(3)] == ["keep"] * 3


def test_a_channel_that_was_left_behind(look, recorded):
    config = recorded.client("config")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    config.delete_configuration_recorder(ConfigurationRecorderName="default")
    answer = look(recorded, **request(recorded.account_id, recorder={"mode": "create", "name": "compliance-recorder"}))
    assert "has the delivery channel `default` (to the bucket `config-delivery-" in answer.problems[0]


def test_rules_whose_types_are_not_recorded(look, account):
    only = {"resourceTypes": ["AWS::EC2::Instance", "AWS::S3::Bucket"]}
    prepare_landing_zone(account, recordingGroup=only)
    told = look(account, **request(account.account_id)).problems
    assert [line.split("`")[1] for line in told[:2]] == ["rds-backup-retention-enabled", "ebs-volumes-encrypted"]
    assert told[2].startswith(f"warning : the recorder `default` does not record `{COMPLIANCE_TYPE}`")


def test_rules_whose_types_are_left_out(look, account):
    left_out = {"resourceTypes": ["AWS::EC2::Volume"]}
    group = {"exclusionByResourceTypes": left_out, "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}
    prepare_landing_zone(account, recordingGroup=group)
    answer = look(account, **request(account.account_id))
    (told,) = answer.problems
    assert "the rule `ebs-volumes-encrypted` looks at `AWS::EC2::Volume`, which the recorder `default`" in told
    assert "records all resource types but `AWS::EC2::Volume`, continuously" in answer.told[-1]


def test_a_rule_of_ones_own_whose_types_a_reused_recorder_lacks(look, account):
    prepare_landing_zone(account, recordingGroup={"resourceTypes": ["AWS::EC2::Volume", COMPLIANCE_TYPE]})
    rules = [
        {
            "path": ["rules", "managed", number, "identifier"],
            "name": name,
            "resourceTypes": types,
            "changeTriggered": triggered,
        }
        for number, (name, types, triggered) in enumerate(
            [
                ("tables", ["AWS::DynamoDB::Table"], True),
                ("volumes-and-tables", ["AWS::EC2::Volume", "AWS::DynamoDB::Table"], True),
                ("volumes", ["AWS::EC2::Volume"], True),
                ("periodic", ["AWS::DynamoDB::Table"], False),
            ]
        )
    ]
    looks = "looks at `AWS::DynamoDB::Table`, which the recorder `default` does not record: it"
    assert look(account, **request(account.account_id, rules=rules)).problems == [
        f"warning rules.managed[0].identifier: the rule `tables` {looks} has no results until they are recorded",
        f"warning rules.managed[1].identifier: the rule `volumes-and-tables` {looks} does not see these until they are "
        "recorded",
    ]


@pytest.mark.parametrize("mode", ["auto", "create"])
def test_rules_whose_types_a_recorder_of_ours_will_leave_out(look, account, mode):
    left_out = {"strategy": "allExcept", "resourceTypes": ["AWS::EC2::Volume"]}
    wanted = {"mode": mode, "name": "compliance-recorder", "records": left_out, "frequency": "continuous"}
    told = (
        "warning rules.baseline: the rule `ebs-volumes-encrypted` looks at `AWS::EC2::Volume`, which the recorder "
        "`compliance-recorder` does not record: it has no results until they are recorded"
    )
    assert look(account, **request(account.account_id, recorder=wanted)).problems == [told]
    # Once it is there it is judged by what this run makes of it.
    prepare_landing_zone(account, name="compliance-recorder")
    assert look(account, **request(account.account_id, recorder=wanted)).problems == [told]


def test_rules_whose_types_are_recorded_daily(look, account):
    override = {"resourceTypes": ["AWS::EC2::Volume", "AWS::S3::Bucket"], "recordingFrequency": "DAILY"}
    prepare_landing_zone(
        account, recordingMode={"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": [override]}
    )
    told = look(account, **request(account.account_id)).problems
    assert len(told) == 2
    assert all("recorded daily by `default`: changes show in its results up to a day later" in line for line in told)


def test_a_recorder_that_records_daily(look, account):
    override = {"resourceTypes": ["AWS::EC2::Volume"], "recordingFrequency": "CONTINUOUS"}
    prepare_landing_zone(account, recordingMode={"recordingFrequency": "DAILY", "recordingModeOverrides": [override]})
    answer = look(account, **request(account.account_id))
    assert len(answer.problems) == 3
    assert "global ones included, daily; `AWS::EC2::Volume` continuously" in answer.told[-1]

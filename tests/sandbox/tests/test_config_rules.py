"""PutConfigRule: what it refuses, and that it takes over a namesake in silence."""

import json

import pytest

VOLUMES = {"ConfigRuleName": "volumes", "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}}
TYPES = {"ConfigRuleName": "types", "Source": {"Owner": "AWS", "SourceIdentifier": "DESIRED_INSTANCE_TYPE"}}
INVALID = "InvalidParameterValueException"


def managed(identifier: str, **rest) -> dict:
    """A rule of this identifier."""
    return {"ConfigRuleName": "rule", "Source": {"Owner": "AWS", "SourceIdentifier": identifier}, **rest}


def test_a_rule_where_no_recorder_exists_is_refused(account, refused):
    with refused("NoAvailableConfigurationRecorderException"):
        account.client("config").put_config_rule(ConfigRule=VOLUMES)


def test_an_identifier_that_does_not_exist_is_refused(recorded, refused):
    with refused(INVALID, "The sourceIdentifier DB_BACKUP_RETENTION_CHECK is invalid"):
        recorded.client("config").put_config_rule(ConfigRule=managed("DB_BACKUP_RETENTION_CHECK"))


def test_a_frequency_on_a_change_only_rule_is_refused(recorded, refused):
    with refused(INVALID, "MaximumExecutionFrequency"):
        recorded.client("config").put_config_rule(ConfigRule={**VOLUMES, "MaximumExecutionFrequency": "Six_Hours"})


def test_a_frequency_on_a_periodic_rule_is_kept(recorded):
    config = recorded.client("config")
    config.put_config_rule(ConfigRule=managed("IAM_ROOT_ACCESS_KEY_CHECK", MaximumExecutionFrequency="Six_Hours"))
    assert config.describe_config_rules()["ConfigRules"][0]["MaximumExecutionFrequency"] == "Six_Hours"


def test_a_missing_required_parameter_is_refused(recorded, refused):
    with refused(INVALID, "The required parameter [instanceType] is not present in the inputParameters"):
        recorded.client("config").put_config_rule(ConfigRule=TYPES)


def test_a_parameter_the_rule_does_not_have_is_refused(recorded, refused):
    parameters = json.dumps({"instanceType": "t3.micro", "instanceTypes": "t3.small"})
    with refused(INVALID, "Unknown parameters"):
        recorded.client("config").put_config_rule(ConfigRule={**TYPES, "InputParameters": parameters})


@pytest.mark.parametrize(
    ("parameters", "part"),
    [("{", "Invalid json"), ('["a"]', "Invalid json"), ('{"kmsId": 1}', "Blank spaces"), ('{"kmsId": " "}', "Blank")],
)
def test_parameters_that_are_not_an_object_of_strings_are_refused(recorded, refused, parameters, part):
    with refused(INVALID, part):
        recorded.client("config").put_config_rule(ConfigRule={**VOLUMES, "InputParameters": parameters})


def test_parameters_of_more_than_1024_characters_are_refused(recorded, refused):
    parameters = json.dumps({"kmsId": "k" * 1024})
    with refused("ValidationException", "1024"):
        recorded.client("config").put_config_rule(ConfigRule={**VOLUMES, "InputParameters": parameters})


@pytest.mark.parametrize(
    "scope",
    [
        {"TagValue": "v"},
        {"TagKey": "k", "ComplianceResourceTypes": ["AWS::EC2::Volume"]},
        {"ComplianceResourceTypes": ["AWS::EC2::Volume", "AWS::S3::Bucket"], "ComplianceResourceId": "vol-1"},
    ],
)
def test_a_scope_that_says_two_things_is_refused(recorded, refused, scope):
    with refused(INVALID):
        recorded.client("config").put_config_rule(ConfigRule={**VOLUMES, "Scope": scope})


def test_a_custom_rule_whose_function_does_not_admit_config_is_refused(recorded, refused):
    function = f"arn:aws:lambda:us-east-1:{recorded.account_id}:function:none"
    details = [{"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}]
    source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": function, "SourceDetails": details}
    with refused("InsufficientPermissionsException"):
        recorded.client("config").put_config_rule(ConfigRule={"ConfigRuleName": "custom", "Source": source})


def test_a_rule_is_described_as_it_was_put_and_is_active(recorded):
    config = recorded.client("config")
    scope = {"ComplianceResourceTypes": ["AWS::EC2::Volume"]}
    config.put_config_rule(ConfigRule={**VOLUMES, "Description": "d", "Scope": scope})
    rule = config.describe_config_rules(ConfigRuleNames=["volumes"])["ConfigRules"][0]
    assert rule["ConfigRuleState"] == "ACTIVE"
    assert (rule["Description"], rule["Scope"], rule["Source"]) == ("d", scope, VOLUMES["Source"])
    prefix = f"arn:aws:config:us-east-1:{recorded.account_id}:config-rule/config-rule-"
    assert rule["ConfigRuleArn"].startswith(prefix)


def test_a_namesake_is_taken_over_without_a_word_and_keeps_its_arn_and_tags(recorded):
    config = recorded.client("config")
    config.put_config_rule(ConfigRule=VOLUMES, Tags=[{"Key": "owner", "Value": "first"}])
    before = config.describe_config_rules()["ConfigRules"][0]
    config.put_config_rule(
        ConfigRule={**VOLUMES, "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}},
        Tags=[{"Key": "owner", "Value": "second"}],
    )
    after = config.describe_config_rules()["ConfigRules"]
    assert [rule["ConfigRuleArn"] for rule in after] == [before["ConfigRuleArn"]]
    assert after[0]["Source"]["SourceIdentifier"] == "S3_BUCKET_VERSIONING_ENABLED"
    tags = config.list_tags_for_resource(ResourceArn=before["ConfigRuleArn"])["Tags"]
    assert tags == [{"Key": "owner", "Value": "first"}]


def test_tags_come_and_go_by_arn(recorded, refused):
    config = recorded.client("config")
    config.put_config_rule(ConfigRule=VOLUMES, Tags=[{"Key": "a", "Value": "1"}])
    arn = config.describe_config_rules()["ConfigRules"][0]["ConfigRuleArn"]
    config.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    config.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert config.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    with refused("ResourceNotFoundException"):
        config.list_tags_for_resource(ResourceArn=f"{arn}x")


def test_a_deleted_rule_is_gone_with_its_results(recorded, refused):
    config = recorded.client("config")
    config.put_config_rule(ConfigRule=VOLUMES)
    result = {"resourceType": "AWS::EC2::Volume", "resourceId": "vol-1", "complianceType": "COMPLIANT"}
    recorded.put_evaluations("volumes", [result])
    config.delete_config_rule(ConfigRuleName="volumes")
    assert config.describe_compliance_by_resource()["ComplianceByResources"] == []
    with refused("NoSuchConfigRuleException"):
        config.delete_config_rule(ConfigRuleName="volumes")


def test_rules_come_25_to_a_page(recorded):
    config = recorded.client("config")
    for number in range(27):
        config.put_config_rule(ConfigRule={**VOLUMES, "ConfigRuleName": f"rule-{number:02}"})
    pages = list(config.get_paginator("describe_config_rules").paginate())
    assert [len(page["ConfigRules"]) for page in pages] == [25, 2]


CHANGE = {"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}
SCHEDULE = {"EventSource": "aws.config", "MessageType": "ScheduledNotification"}


def guard(details: list[dict], **policy) -> dict:
    """The source of a rule written in Guard."""
    given = {"PolicyRuntime": "guard-2.x.x", "PolicyText": "rule x { configuration.encrypted == true }", **policy}
    return {"Owner": "CUSTOM_POLICY", "CustomPolicyDetails": given, "SourceDetails": details}


def test_a_rule_written_in_guard_is_taken(recorded):
    config = recorded.client("config")
    config.put_config_rule(ConfigRule={"ConfigRuleName": "guard", "Source": guard([CHANGE])})
    (found,) = config.describe_config_rules(ConfigRuleNames=["guard"])["ConfigRules"]
    assert found["Source"] == guard([CHANGE])


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (guard([CHANGE], PolicyRuntime="guard-1.x.x"), "ValidationException"),
        (guard([CHANGE], PolicyText="x" * 10_001), "ValidationException"),
        (guard([CHANGE], PolicyText=" "), "InvalidParameterValueException"),
        (guard([SCHEDULE]), "InvalidParameterValueException"),
        (guard([{**CHANGE, "MaximumExecutionFrequency": "One_Hour"}]), "InvalidParameterValueException"),
        (guard([]), "InvalidParameterValueException"),
        (guard([{**CHANGE, "MessageType": "No"}]), "ValidationException"),
        ({"Owner": "CUSTOM_POLICY", "SourceDetails": [CHANGE]}, "InvalidParameterValueException"),
    ],
)
def test_a_custom_rule_that_cannot_be_one_is_refused(recorded, refused, source, code):
    with refused(code):
        recorded.client("config").put_config_rule(ConfigRule={"ConfigRuleName": "guard", "Source": source})

"""Remediations of rules: one a rule, with a document and what it needs, gone before the rule goes."""

import pytest

RULE = "s3-bucket-versioning-enabled"
DOCUMENT = "AWS-ConfigureS3BucketVersioning"
RESOURCE = {"ResourceValue": {"Value": "RESOURCE_ID"}}


@pytest.fixture
def config(recorded):
    """AWS Config with one rule."""
    client = recorded.client("config")
    source = {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}
    client.put_config_rule(ConfigRule={"ConfigRuleName": RULE, "Source": source})
    return client


def put(config, **changes) -> None:
    wanted = {
        "ConfigRuleName": RULE,
        "TargetType": "SSM_DOCUMENT",
        "TargetId": DOCUMENT,
        "Parameters": {"BucketName": RESOURCE},
        **changes,
    }
    config.put_remediation_configurations(RemediationConfigurations=[wanted])


def test_a_remediation_is_put_changed_and_deleted(config, role, refused):
    assume = role({"Action": "s3:PutBucketVersioning"}, service="ssm.amazonaws.com")
    put(config)
    put(config, Parameters={"BucketName": RESOURCE, "AutomationAssumeRole": {"StaticValue": {"Values": [assume]}}})
    (found,) = config.describe_remediation_configurations(ConfigRuleNames=[RULE])["RemediationConfigurations"]
    assert (found["TargetId"], found["Automatic"], sorted(found["Parameters"])) == (
        DOCUMENT,
        False,
        ["AutomationAssumeRole", "BucketName"],
    )
    with refused("ResourceInUseException"):
        config.delete_config_rule(ConfigRuleName=RULE)
    config.delete_remediation_configuration(ConfigRuleName=RULE)
    with refused("NoSuchRemediationConfigurationException"):
        config.delete_remediation_configuration(ConfigRuleName=RULE)
    config.delete_config_rule(ConfigRuleName=RULE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ConfigRuleName": "no-such-rule"}, "NoSuchConfigRuleException"),
        ({"TargetId": "AWS-NoSuchDocument"}, "InvalidParameterValueException"),
        ({"Parameters": {}}, "InvalidParameterValueException"),
        (
            {"Parameters": {"BucketName": {**RESOURCE, "StaticValue": {"Values": ["x"]}}}},
            "InvalidParameterValueException",
        ),
        ({"Parameters": {"BucketName": {"StaticValue": {"Values": ["x"] * 26}}}}, "ValidationException"),
        ({"Automatic": True}, "InvalidParameterValueException"),
        (
            {
                "Parameters": {
                    "BucketName": RESOURCE,
                    "AutomationAssumeRole": {"StaticValue": {"Values": ["arn:aws:iam::111122223333:role/none"]}},
                }
            },
            "InsufficientPermissionsException",
        ),
    ],
)
def test_what_cannot_work_is_refused(config, refused, changes, code):
    with refused(code):
        put(config, **changes)

"""Conformance packs: what their template may be, the rules they bring, how a deployment that fails ends."""

import json

import pytest

NAME = "compliance-hipaa"


def rule(identifier: str, name: str | None = None, **properties) -> dict:
    """A rule in a template."""
    given = {"ConfigRuleName": name or identifier.lower().replace("_", "-"), **properties}
    return {
        "Type": "AWS::Config::ConfigRule",
        "Properties": {**given, "Source": {"Owner": "AWS", "SourceIdentifier": identifier}},
    }


def template(*rules: dict, **more) -> str:
    """A template of these rules."""
    return json.dumps({"Resources": {f"Rule{number}": rule for number, rule in enumerate(rules)}, **more})


def put(config, body: str, name: str = NAME, **more) -> str:
    """The pack's ARN."""
    return config.put_conformance_pack(ConformancePackName=name, TemplateBody=body, **more)["ConformancePackArn"]


def status(config, name: str = NAME) -> dict:
    """The second look: the first one says that it is in progress."""
    look = lambda: config.describe_conformance_pack_status(ConformancePackNames=[name])  # noqa: E731
    (first,), (second,) = look()["ConformancePackStatusDetails"], look()["ConformancePackStatusDetails"]
    assert first["ConformancePackState"] == "CREATE_IN_PROGRESS"
    return second


def rule_names(config) -> list[str]:
    """Names of all rules of the account."""
    pages = config.get_paginator("describe_config_rules").paginate()
    return [rule["ConfigRuleName"] for page in pages for rule in page["ConfigRules"]]


def test_a_pack_brings_its_rules_under_names_of_its_own_and_takes_them_along(recorded, refused):
    config = recorded.client("config")
    body = template(rule("ENCRYPTED_VOLUMES"), rule("ACCESS_KEYS_ROTATED", InputParameters={"maxAccessKeyAge": 90}))
    first = put(config, body, Tags=[{"Key": "a", "Value": "1"}])
    assert status(config)["ConformancePackState"] == "CREATE_COMPLETE"
    suffix = first.rsplit("/", 1)[1]
    assert suffix.startswith("conformance-pack-")
    assert rule_names(config) == [f"access-keys-rotated-{suffix}", f"encrypted-volumes-{suffix}"]
    (keys,) = config.describe_config_rules(ConfigRuleNames=[f"access-keys-rotated-{suffix}"])["ConfigRules"]
    assert (json.loads(keys["InputParameters"]), keys["CreatedBy"]) == (
        {"maxAccessKeyAge": "90"},
        "config-conforms.amazonaws.com",
    )
    with refused("AccessDeniedException"):
        config.delete_config_rule(ConfigRuleName=keys["ConfigRuleName"])
    assert config.list_tags_for_resource(ResourceArn=first)["Tags"] == [{"Key": "a", "Value": "1"}]

    assert put(config, template(rule("ENCRYPTED_VOLUMES"))) == first, "a pack of that name is taken over"
    assert rule_names(config) == [f"encrypted-volumes-{suffix}"]
    config.delete_conformance_pack(ConformancePackName=NAME)
    assert rule_names(config) == []
    with refused("NoSuchConformancePackException"):
        config.describe_conformance_packs(ConformancePackNames=[NAME])


def test_what_a_rule_of_it_finds_is_the_packs_compliance(recorded):
    config = recorded.client("config")
    put(config, template(rule("ENCRYPTED_VOLUMES"), rule("EIP_ATTACHED")))
    name = next(name for name in rule_names(config) if name.startswith("encrypted"))
    verdict = {"resourceType": "AWS::EC2::Volume", "resourceId": "vol-1", "complianceType": "NON_COMPLIANT"}
    recorded.put_evaluations(name, [verdict])
    told = config.describe_conformance_pack_compliance(ConformancePackName=NAME)["ConformancePackRuleComplianceList"]
    assert [one["ComplianceType"] for one in told] == ["INSUFFICIENT_DATA", "NON_COMPLIANT"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (rule("S3_BUCKET_SSE_ENABLED"), "The sourceIdentifier S3_BUCKET_SSE_ENABLED is invalid"),
        (rule("ENCRYPTED_VOLUMES", InputParameters={"noSuch": "1"}), "Unknown parameters"),
        (rule("ENCRYPTED_VOLUMES", MaximumExecutionFrequency="Six_Hours"), "is not allowed"),
        (rule("IAM_GROUP_HAS_USERS_CHECK", "eip-attached"), "the same ConfigRuleName"),
    ],
)
def test_a_pack_that_fails_has_no_rules_and_says_why(recorded, broken, reason):
    config = recorded.client("config")
    put(config, template(rule("EIP_ATTACHED"), broken))
    told = status(config)
    assert told["ConformancePackState"] == "CREATE_FAILED"
    assert reason in told["ConformancePackStatusReason"]
    assert rule_names(config) == []


def test_an_update_that_fails_removes_what_was_there(recorded):
    config = recorded.client("config")
    put(config, template(rule("EIP_ATTACHED")))
    put(config, template(rule("EIP_ATTACHED"), rule("NO_SUCH_RULE")))
    assert status(config)["ConformancePackState"] == "CREATE_FAILED"
    assert rule_names(config) == []


def many(count: int) -> str:
    return template(*(rule("ENCRYPTED_VOLUMES", f"rule-{number}") for number in range(count)))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("x", "unsupported structure"),
        ("{", "Template format error"),
        ('{"Resources": {}}', "at least one resource"),
        (json.dumps({"Resources": {"a-b": rule("ENCRYPTED_VOLUMES")}}), "non alphanumeric"),
        (json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}), "AWS::S3::Bucket"),
        (many(131), "at most 130"),
        (template(rule("ENCRYPTED_VOLUMES", Description={"Ref": "Who"})), "Unresolved"),
        (template(rule("ENCRYPTED_VOLUMES"), Parameters={"Who": {"Type": "String"}}), "must have values"),
    ],
)
def test_a_template_that_does_not_read_is_refused_at_once(recorded, refused, body, message):
    with refused("ConformancePackTemplateValidationException", message):
        put(recorded.client("config"), body)


def test_a_template_may_have_130_rules_and_51_200_bytes(recorded, refused):
    config = recorded.client("config")
    put(config, many(130))
    assert len(rule_names(config)) == 130
    body = template(rule("ENCRYPTED_VOLUMES"))
    put(config, body + " " * (51_200 - len(body)))
    with refused("ValidationException", "less than or equal to 51200"):
        put(config, body + " " * (51_201 - len(body)))
    with refused("InvalidParameterValueException"):
        config.put_conformance_pack(ConformancePackName=NAME)


def test_a_larger_template_comes_from_a_bucket(recorded, refused):
    config, s3 = recorded.client("config"), recorded.client("s3")
    bucket = f"templates-{recorded.account_id}"
    s3.create_bucket(Bucket=bucket)
    body = template(rule("ENCRYPTED_VOLUMES"))
    for key, size in (("right.json", 300_000), ("large.json", 300_001)):
        s3.put_object(Bucket=bucket, Key=key, Body=body + " " * (size - len(body)))
    config.put_conformance_pack(ConformancePackName=NAME, TemplateS3Uri=f"s3://{bucket}/right.json")
    assert len(rule_names(config)) == 1
    for key, message in (("large.json", "at most 300000"), ("none.json", "cannot be read")):
        with refused("ConformancePackTemplateValidationException", message):
            config.put_conformance_pack(ConformancePackName=NAME, TemplateS3Uri=f"s3://{bucket}/{key}")


def test_parameters_are_declared_bounded_and_kept(recorded, refused):
    config = recorded.client("config")
    body = template(rule("ENCRYPTED_VOLUMES", Description={"Ref": "Who"}), Parameters={"Who": {"Type": "String"}})
    given = [{"ParameterName": "Who", "ParameterValue": "audit"}]
    put(config, body, ConformancePackInputParameters=given)
    (pack,) = config.describe_conformance_packs()["ConformancePackDetails"]
    assert pack["ConformancePackInputParameters"] == given
    (found,) = config.describe_config_rules()["ConfigRules"]
    assert found["Description"] == "audit"
    with refused("ConformancePackTemplateValidationException", "do not exist"):
        put(config, template(rule("ENCRYPTED_VOLUMES")), ConformancePackInputParameters=given)


def test_names_and_numbers_are_bounded(recorded, refused):
    config = recorded.client("config")
    body = template(rule("ENCRYPTED_VOLUMES"))
    for number in range(50):
        put(config, body, f"pack-{number}")
    put(config, body, "pack-49")
    with refused("MaxNumberOfConformancePacksExceededException"):
        put(config, body, "pack-50")
    with refused("ValidationException", "conformancePackName"):
        put(config, body, "pci-dss-4.0")


def test_there_is_no_pack_without_a_recorder(account, refused):
    with refused("ConformancePackTemplateValidationException", "recorder"):
        put(account.client("config"), template(rule("ENCRYPTED_VOLUMES")))

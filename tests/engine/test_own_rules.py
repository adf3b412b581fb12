"""Own rules, severities and remediations beside a pack, from the SDKs' types: taken by the account, gone at the end."""

from __future__ import annotations

import io
import json
import sys
import zipfile

import pytest

from engine.deployment import PROGRAMS, Deployment, deployment, yaml_program
from engine.policies import findings, policies
from harness.engine import EngineError
from harness.leftovers import leftovers

REMEDIATION = "aws:cfg/remediationConfiguration:RemediationConfiguration"
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
RULES = ["own-function", "own-policy", "s3-bucket-versioning-enabled"]


def own_function(account) -> str:
    """A function that could be a rule; its ARN."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o100755 << 16
        archive.writestr(entry, f"#!{sys.executable}\n")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [LAMBDA]})
    role = account.client("iam").create_role(RoleName="landing-zone-own", AssumeRolePolicyDocument=policy)["Role"][
        "Arn"
    ]
    made = account.client("lambda").create_function(
        FunctionName="own",
        Role=role,
        Runtime="provided.al2023",
        Handler="own",
        Code={"ZipFile": package.getvalue()},
    )
    return made["FunctionArn"]


@pytest.fixture(scope="module", params=["python", "typescript"])
def deployed(request, engine, new_account) -> Deployment:
    """The program of a language, in an account that has the function."""
    account = new_account()
    arn = own_function(account)
    return deployment(engine, PROGRAMS / f"deploying-{request.param}", account, functionArn=arn)


def test_the_account_takes_own_rules_and_may_invoke_the_function(deployed):
    config = deployed.client("config")
    found = {
        rule["ConfigRuleName"]: rule for rule in config.describe_config_rules(ConfigRuleNames=RULES)["ConfigRules"]
    }
    assert set(RULES) <= set(deployed.outputs["rules"])
    policy = found["own-policy"]["Source"]
    assert (policy["Owner"], policy["CustomPolicyDetails"]["PolicyRuntime"]) == ("CUSTOM_POLICY", "guard-2.x.x")
    function = found["own-function"]["Source"]
    assert [detail["MessageType"] for detail in function["SourceDetails"]] == ["ScheduledNotification"]
    (statement,) = json.loads(deployed.client("lambda").get_policy(FunctionName="own")["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "config.amazonaws.com"}
    assert statement["Condition"]["StringEquals"]["AWS:SourceAccount"] == deployed.account.account_id


def test_the_remediation_is_for_people_to_start_under_a_role_that_does_no_more(deployed):
    config = deployed.client("config")
    name = "s3-bucket-versioning-enabled"
    (found,) = config.describe_remediation_configurations(ConfigRuleNames=[name])["RemediationConfigurations"]
    assert (found["TargetId"], found["Automatic"]) == ("AWS-ConfigureS3BucketVersioning", False)
    assert found["Parameters"]["BucketName"] == {"ResourceValue": {"Value": "RESOURCE_ID"}}
    role = found["Parameters"]["AutomationAssumeRole"]["StaticValue"]["Values"][0]
    iam = deployed.client("iam")
    (policy,) = iam.list_role_policies(RoleName=role.split("/")[-1])["PolicyNames"]
    document = iam.get_role_policy(RoleName=role.split("/")[-1], PolicyName=policy)["PolicyDocument"]
    (statement,) = document["Statement"]
    assert statement["Action"] == [
        "s3:PutBucketVersioning",
        "ssm:GetAutomationExecution",
        "ssm:StartAutomationExecution",
    ]


def test_no_policy_of_it_breaks_the_rules_of_our_own(deployed):
    found = {policy.place: findings(policy) for policy in policies(deployed)}
    # Which resources a rule will find is not known before: the account is its bound, by a condition.
    remediation = "compliance-rules-s3-bucket-versioning-enabled-remediation-policy"
    expected = {remediation: ["Remediate: resource *"]}
    assert {place: told for place, told in found.items() if told} == expected


def test_reports_weigh_rules_as_they_are_told_to(deployed):
    verdict = {"resourceType": "AWS::S3::Bucket", "resourceId": "b", "complianceType": "NON_COMPLIANT"}
    for rule in ("s3-bucket-versioning-enabled", "own-policy"):
        deployed.account.put_evaluations(rule, [verdict])
    answer = deployed.invoke("compliance-aggregation", {})
    report = deployed.record(answer["report"].replace("index.html", "report.json"))
    found = {finding["rule"]: finding["severity"] for finding in report["findings"]}
    assert found == {"s3-bucket-versioning-enabled": "critical", "own-policy": "low"}
    severities = {rule["name"]: rule["severity"] for rule in report["rules"]}
    assert severities["own-function"] == "medium"
    (pack,) = deployed.outputs["packs"]
    start = f"{pack.removesuffix('-efs')}"
    packed = {name: severity for name, severity in severities.items() if name.endswith("efs-in-backup-plan")}
    assert start.startswith("compliance-") and list(packed.values()) == ["high"]


def test_another_up_and_a_refresh_change_nothing(deployed):
    for changes in (deployed.stack.up(), deployed.stack.refresh()):
        assert changes.none, changes.touched


def test_every_problem_of_own_rules_is_told_in_one_message(deploy, tmp_path):
    inputs = {
        "rules": {
            "managed": [{"identifier": "S3_BUCKET_LOGGING_ENABLED", "remediation": {"document": "AWS-S3Logging"}}],
            "custom": [
                {"name": "ebs-volumes-encrypted", "guard": {"policy": "rule x {", "runtime": "guard-1"}},
                {"name": "own", "function": {"arn": "arn:aws:lambda:us-east-1:111122223333:function:own"}},
            ],
        }
    }
    wrong = deploy(yaml_program(tmp_path / "wrong", inputs), up=False)
    with pytest.raises(EngineError) as caught:
        wrong.stack.preview()
    parts = [
        "5 inputs are wrong",
        "rules.managed[0].remediation.document",
        "nearest: `AWS-ConfigureS3BucketLogging`",
        "rules.custom[0].name",
        "rules.custom[0].guard.policy",
        "nearest: `guard-2.x.x`",
        "rules.custom[1].function.arn",
        "expected a function of eu-west-1",
    ]
    assert [part for part in parts if part not in str(caught.value)] == []


def test_destroy_leaves_nothing(deployed):
    deployed.stack.destroy()
    deployed.client("lambda").delete_function(FunctionName="own")
    assert leftovers(deployed.account) == {}

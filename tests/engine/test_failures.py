"""Failures this design answers, each in two halves.

The account refuses the bad request as AWS does, and the default component never sends it.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from account.client import Account, prepare_landing_zone
from aws_plugin import facts
from engine.children import CHILDREN

INVALID = "InvalidParameterValueException"


@pytest.fixture
def recorded(account) -> Account:
    """An account as a landing zone leaves it."""
    prepare_landing_zone(account)
    return account


def managed(identifier: str, **rest) -> dict:
    """A rule of this identifier."""
    return {"ConfigRuleName": "rule", "Source": {"Owner": "AWS", "SourceIdentifier": identifier}, **rest}


def inputs(monitor, token: str) -> list[dict]:
    """The recorded inputs of the resources of a type, at least one."""
    found = [resource["inputs"] for resource in monitor.of_type(token)]
    assert found
    return found


class TestSecondConfigurationRecorder:
    def test_the_account_refuses_it(self, recorded, refused):
        role = recorded.client("iam").get_role(RoleName="landing-zone-config")["Role"]["Arn"]
        with refused("MaxNumberOfConfigurationRecordersExceededException"):
            recorded.client("config").put_configuration_recorder(
                ConfigurationRecorder={"name": "second", "roleARN": role}
            )

    def test_the_component_makes_none(self, monitor):
        assert monitor.of_type("aws:cfg/recorder:Recorder") == []
        recorders = monitor.client("config").describe_configuration_recorders()["ConfigurationRecorders"]
        assert [recorder["name"] for recorder in recorders] == ["default"]


class TestSecondDeliveryChannel:
    def test_the_account_refuses_it(self, recorded, refused):
        channel = {"name": "second", "s3BucketName": f"config-delivery-{recorded.account_id}-{recorded.region}"}
        with refused("MaxNumberOfDeliveryChannelsExceededException"):
            recorded.client("config").put_delivery_channel(DeliveryChannel=channel)

    def test_the_component_makes_none(self, monitor):
        assert monitor.of_type("aws:cfg/deliveryChannel:DeliveryChannel") == []
        channels = monitor.client("config").describe_delivery_channels()["DeliveryChannels"]
        assert [channel["name"] for channel in channels] == ["default"]


class TestIdentifierThatDoesNotExist:
    def test_the_account_refuses_it(self, recorded, refused):
        with refused(INVALID, "The sourceIdentifier DB_BACKUP_RETENTION_CHECK is invalid"):
            recorded.client("config").put_config_rule(ConfigRule=managed("DB_BACKUP_RETENTION_CHECK"))

    def test_every_identifier_of_the_component_exists(self, monitor):
        known = json.loads((Path(facts.FACTS).parents[1] / "catalog/facts/managed-rules.json").read_text())
        used = {rule["source"]["sourceIdentifier"] for rule in inputs(monitor, "aws:cfg/rule:Rule")}
        assert "DB_INSTANCE_BACKUP_ENABLED" in used
        assert used <= set(known)


class TestLogGroupWhoseKeyDoesNotAdmitCloudWatchLogs:
    def test_the_account_refuses_it(self, account, refused):
        key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
        with refused("InvalidParameterException", "does not exist or is not allowed"):
            account.client("logs").create_log_group(logGroupName="/aws/lambda/x", kmsKeyId=key)

    def test_the_key_of_the_component_admits_them_and_each_group_has_it(self, monitor):
        policy = json.loads(inputs(monitor, "aws:kms/key:Key")[0]["policy"])
        principals = [statement["Principal"].get("Service") for statement in policy["Statement"]]
        assert f"logs.{monitor.account.region}.amazonaws.com" in principals
        groups = monitor.client("logs").describe_log_groups()["logGroups"]
        assert [group["kmsKeyId"] for group in groups] == [monitor.outputs["kmsKeyArn"]] * 3


class TestManagedPolicyThatDoesNotExist:
    def test_the_account_refuses_it(self, recorded, refused):
        with refused("NoSuchEntity", "ConfigRole"):
            recorded.client("iam").attach_role_policy(
                RoleName="landing-zone-config", PolicyArn="arn:aws:iam::aws:policy/service-role/ConfigRole"
            )

    def test_the_component_attaches_none(self, monitor):
        types = {resource["type"] for resource in monitor.resources}
        assert "aws:iam/role:Role" in types and "aws:iam/rolePolicyAttachment:RolePolicyAttachment" not in types


class TestDashboardMetricsWithObjectsForDimensions:
    def test_the_account_refuses_them(self, account, refused):
        metric = ["AWS/Lambda", "Invocations", {"FunctionName": "processing"}, {"stat": "Sum"}]
        widget = {"type": "metric", "properties": {"region": "eu-west-1", "metrics": [metric]}}
        with refused("InvalidParameterInput", "/widgets/0/properties/metrics/0"):
            account.client("cloudwatch").put_dashboard(
                DashboardName="d", DashboardBody=json.dumps({"widgets": [widget]})
            )

    def test_the_dimensions_of_the_component_are_pairs_of_texts(self, monitor):
        body = json.loads(inputs(monitor, "aws:cloudwatch/dashboard:Dashboard")[0]["dashboardBody"])
        metrics = [metric for widget in body["widgets"] for metric in widget["properties"].get("metrics", [])]
        assert len(metrics) > 10
        searches = [metric for metric in metrics if isinstance(metric[0], dict)]
        assert [metric[0]["expression"].startswith("SEARCH(") for metric in searches] == [True]
        for metric in metrics:
            # Namespace and name, then pairs of a dimension's name and value.
            assert metric in searches or (len(metric) % 2 == 0 and all(isinstance(part, str) for part in metric)), (
                metric
            )


class TestPackageWithoutRunnableBootstrap:
    @pytest.mark.parametrize(("name", "mode"), [("handler", 0o755), ("bootstrap", 0o644)])
    def test_the_account_refuses_it(self, account, refused, name, mode):
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = account.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        with refused(INVALID, "bootstrap"):
            account.client("lambda").create_function(
                FunctionName="f",
                Role=role,
                Runtime="provided.al2023",
                Handler="f",
                Code={"ZipFile": package(name, mode)},
            )

    def test_the_package_of_the_component_has_one(self, monitor):
        for function in inputs(monitor, "aws:lambda/function:Function"):
            with zipfile.ZipFile(function["code"]["path"]) as archive:
                entry = archive.getinfo("bootstrap")
                assert entry.external_attr >> 16 & 0o111 == 0o111
                assert archive.read(entry)[:4] == b"\x7fELF"


class TestFrequencyOnChangeOnlyRule:
    def test_the_account_refuses_it(self, recorded, refused):
        rule = managed("ENCRYPTED_VOLUMES", MaximumExecutionFrequency="Six_Hours")
        with refused(INVALID, "MaximumExecutionFrequency"):
            recorded.client("config").put_config_rule(ConfigRule=rule)

    def test_the_component_gives_none(self, monitor):
        assert all("maximumExecutionFrequency" not in rule for rule in inputs(monitor, "aws:cfg/rule:Rule"))


class TestDeprecatedInlinePropertiesOfBuckets:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("acl", "private"),
            ("versioning", {"enabled": True}),
            ("lifecycleRules", [{"id": "x", "enabled": True}]),
            ("policy", "{}"),
            ("logging", {"targetBucket": "x"}),
        ],
    )
    def test_the_provider_calls_them_deprecated(self, name, value):
        assert facts.check("aws:s3/bucket:Bucket", {"bucket": "b", name: value}).deprecated == [name]

    def test_the_component_gives_none(self, monitor):
        for bucket in inputs(monitor, "aws:s3/bucket:Bucket"):
            assert set(bucket) <= {"bucket", "forceDestroy", "tags"}


class TestAggregateAuthorizationWithItsDeprecatedRegion:
    token = "aws:cfg/aggregateAuthorization:AggregateAuthorization"

    def test_the_provider_calls_it_deprecated(self):
        found = facts.check(self.token, {"accountId": "111122223333", "region": "eu-west-1"})
        assert found.deprecated == ["region"]

    def test_the_component_gives_the_authorized_region(self, monitor):
        for authorization in inputs(monitor, self.token):
            assert "region" not in authorization
            assert authorization["authorizedAwsRegion"] == monitor.account.region


def test_no_input_of_any_child_is_deprecated_unknown_or_ill_typed(monitor):
    children = [resource for resource in monitor.resources if resource["type"].startswith("aws:")]
    assert len(children) == CHILDREN.total()
    for child in children:
        found = facts.check(child["type"], child["inputs"])
        assert (found.deprecated, found.failures) == ([], []), child["urn"]


def package(name: str, mode: int) -> bytes:
    """A zip with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (0o100000 | mode) << 16
        archive.writestr(entry, "#!/bin/sh\n")
    return buffer.getvalue()

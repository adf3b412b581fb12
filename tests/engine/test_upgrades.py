"""A released version that runs in an account is upgraded there: nothing is lost, and everything works afterwards."""

from __future__ import annotations

import json

import pytest

from account.client import Account, prepare_landing_zone, start
from engine.deployment import Deployment, yaml_program
from engine.record_release import ACCOUNTS, REGION, RELEASES
from engine.released import bring_up
from engine.test_releases import ON_PURPOSE, harmful
from harness.artefacts import tools
from harness.engine import EngineError
from harness.stack import Stack

RECORDED = sorted(RELEASES.glob("*/yaml.json"))
INPUTS = {"notifications": {"emails": {"security": "security@example.com"}}, "tags": {"team": "security"}}
# Releases before the owner tag say by nothing that they are ours.
ADOPTED = {**INPUTS, "lookup": {"adoptUnmarked": True}}


@pytest.fixture(params=RECORDED, ids=lambda path: path.parent.name)
def released(request, engine, tmp_path):
    """The release in an account of its own number, in a process of its own: other tests preview it elsewhere."""
    recorded = json.loads(request.param.read_text())
    with start(auth=True) as endpoint:
        account = Account(endpoint, ACCOUNTS["yaml"], REGION)
        prepare_landing_zone(account)
        program = yaml_program(tmp_path / "program", INPUTS, {"bucketName": "${compliance.bucketName}"})
        text = json.loads((program / "Pulumi.yaml").read_text())
        (program / "Pulumi.yaml").write_text(json.dumps({**text, "name": "compliance-yaml"}))
        stack = Stack(engine, program, "release", account.environment)
        stack.import_state(bring_up(account, recorded["deployment"], str(tools.bundle())))
        yield Deployment(stack, account)


def test_journey_20_a_release_in_its_account_is_upgraded(released):
    bucket = released.outputs["bucketName"]
    s3 = released.client("s3")
    s3.put_object(Bucket=bucket, Key="reports/aggregation/kept.json", Body=b"{}")
    with pytest.raises(EngineError) as caught:
        released.stack.preview()
    assert "lookup.adoptUnmarked" in str(caught.value)

    path = released.stack.folder / "Pulumi.yaml"
    text = json.loads(path.read_text())
    text["resources"]["compliance"]["properties"] = ADOPTED
    path.write_text(json.dumps(text))
    changes = released.stack.up()
    # An update says of a replacement that it creates one.
    done = {
        urn.split("::")[-1]: step.removeprefix("create-").removesuffix("ment") for urn, step in harmful(changes).items()
    }
    assert done == ON_PURPOSE
    text["resources"]["compliance"]["properties"] = INPUTS
    path.write_text(json.dumps(text))
    released.stack.up()
    again = released.stack.up()
    assert again.none, again.touched

    upgraded = Deployment(released.stack, released.account)
    assert s3.get_object(Bucket=bucket, Key="reports/aggregation/kept.json")["Body"].read() == b"{}"
    assert upgraded.invoke("compliance-processing", {})["record"] in upgraded.objects()
    upgraded.invoke("compliance-aggregation", {})
    assert "reports/aggregation/latest.json" in upgraded.objects("reports/aggregation/")
    assert upgraded.client("dynamodb").describe_table(TableName="compliance-ledger")["Table"]["TableStatus"] == "ACTIVE"
    alarms = upgraded.client("cloudwatch").describe_alarms(AlarmNamePrefix="compliance-")["MetricAlarms"]
    recorded = {alarm["inputs"]["name"] for alarm in upgraded.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert {alarm["AlarmName"] for alarm in alarms} == recorded

"""Verdicts of the account's own evaluation, from a resource to what the deployed functions leave of it."""

from __future__ import annotations

import pytest

from engine.deployment import EXAMPLES, Deployment
from engine.test_functions import eventually

RULE = "ec2-approved-instance-types"


@pytest.fixture(scope="module")
def judged(deploy) -> Deployment:
    """The YAML example, deployed for rules to judge in."""
    return deploy(EXAMPLES / "yaml")


def test_a_verdict_on_a_real_resource_reaches_the_deployed_functions(judged):
    before = set(judged.objects())
    host = {"ImageId": "ami-12345678", "InstanceType": "m5.large", "MinCount": 1, "MaxCount": 1}
    instance = judged.client("ec2").run_instances(**host)["Instances"][0]["InstanceId"]
    judged.client("config").start_config_rules_evaluation(ConfigRuleNames=[RULE])
    ledger = f"ledger/{judged.account.account_id}/{judged.account.region}/AWS.EC2.Instance/{instance}/{RULE}/"
    (key,) = eventually(lambda: judged.objects(ledger))
    assert judged.record(key)["change"]["compliance"] == "NON_COMPLIANT"

    def evaluations() -> list[dict]:
        new = [key for key in judged.objects("reports/processing/") if key not in before]
        return [record for record in map(judged.record, new) if record["trigger"] == "queue"]

    assert eventually(evaluations)
    answer = judged.invoke("compliance-aggregation", {})
    report = judged.record(answer["report"].replace("index.html", "report.json"))
    assert instance in [finding["resourceId"] for finding in report["findings"]]


def test_the_baseline_judges_every_kind_of_resource_and_the_encryption_of_buckets_never_fails(judged):
    changes = judged.account.evaluate()
    assert set(changes) == set(judged.outputs["configRuleNames"])
    kinds = judged.client("config").describe_compliance_by_config_rule()["ComplianceByConfigRules"]
    verdicts = {rule["ConfigRuleName"]: rule["Compliance"]["ComplianceType"] for rule in kinds}
    assert verdicts["s3-bucket-encryption-enabled"] == "COMPLIANT"


def test_nothing_was_lost_in_silence(judged):
    assert [entry for entry in judged.account.lost() if judged.account.account_id in str(entry)] == []

"""Another account that the aggregator lists: its findings are recorded and sent by the function, under its own role."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from account.client import Account, prepare_landing_zone
from engine.deployment import Deployment, yaml_program
from engine.test_functions import eventually

HOME, RULE, IDENTIFIER = "eu-west-1", "s3-bucket-versioning-enabled", "S3_BUCKET_VERSIONING_ENABLED"
PROCESSING, ADDRESS = "compliance-processing", "security@example.com"


def result(kind: str, resource: str = "far-away") -> dict:
    """A result of a bucket."""
    return {"resourceType": "AWS::S3::Bucket", "resourceId": resource, "complianceType": kind}


@dataclass(frozen=True)
class Two:
    """The account of the deployment, and one with a rule of the same name that has authorized it."""

    deployment: Deployment
    member: Account

    @property
    def home(self) -> Account:
        """The account of the deployment."""
        return self.deployment.account

    def mails(self, before: int) -> list[str]:
        """What was sent about the other account since."""
        texts = [mail["text"] for mail in self.home.mails()[before:]]
        return [text for text in texts if f"account {self.member.account_id}" in text]

    def read(self) -> dict:
        """What a read of the other account answers."""
        source = f"{self.member.account_id}/{HOME}"
        ask = {"trigger": "sources", "sources": [source], "unread": [], "of": "schedule", "number": 0, "resumed": False}
        return self.deployment.invoke(PROCESSING, ask)

    def forward(self, kind: str) -> None:
        """What an event rule of the other account would forward to the bus of home."""
        place = {"awsAccountId": self.member.account_id, "awsRegion": HOME, "configRuleName": RULE}
        bucket = {"resourceType": "AWS::S3::Bucket", "resourceId": "far-away"}
        evaluated = {"complianceType": kind, "resultRecordedTime": "2026-03-04T05:06:07.000Z"}
        detail = {**place, **bucket, "messageType": "ComplianceChangeNotification", "newEvaluationResult": evaluated}
        entry = {
            "Source": "aws.config",
            "DetailType": "Config Rules Compliance Change",
            "Detail": json.dumps(detail),
        }
        self.home.put_service_events([entry])


@pytest.fixture(scope="module")
def two(deploy, new_account, tmp_path_factory) -> Two:
    """Both accounts, after the first results of the other one have settled."""
    home, member = new_account(), new_account()
    prepare_landing_zone(member)
    config = member.client("config")
    source = {"Owner": "AWS", "SourceIdentifier": IDENTIFIER}
    config.put_config_rule(ConfigRule={"ConfigRuleName": RULE, "Source": source})
    config.put_aggregation_authorization(AuthorizedAccountId=home.account_id, AuthorizedAwsRegion=HOME)
    member.put_evaluations(RULE, [result("COMPLIANT")])
    inputs = {
        "aggregation": {"accounts": [home.account_id, member.account_id]},
        "notifications": {"emails": {"security": ADDRESS}},
        "recorder": {"mode": "reuse"},
        "reports": {"forceDestroy": True},
        "rules": {"managed": [{"identifier": IDENTIFIER}]},
    }
    program = yaml_program(tmp_path_factory.mktemp("two"), inputs, {"bucketName": "${compliance.bucketName}"})
    deployed = deploy(program, account=home)
    home.confirm_email(f"arn:aws:sns:{HOME}:{home.account_id}:compliance-alerts", ADDRESS)
    made = Two(deployed, member)
    for _ in range(2):
        assert made.read()["sources"] == 1
    return made


def test_a_run_of_home_finds_what_changed_in_another_account(two):
    before = len(two.home.mails())
    two.member.put_evaluations(RULE, [result("NON_COMPLIANT")])
    two.deployment.invoke(PROCESSING, {})
    (text,) = eventually(lambda: two.mails(before))
    assert "DOES NOT COMPLY" in text and "far-away" in text and f"region {HOME}" in text


def test_a_source_that_fails_is_reported_and_keeps_its_findings_until_an_event_has_it_read_again(two):
    two.member.put_evaluations(RULE, [result("NON_COMPLIANT")])
    two.read()
    before = len(two.home.mails())
    two.member.put_evaluations(RULE, [result("COMPLIANT")])
    two.home.fail_source(two.member.account_id, HOME)
    try:
        two.deployment.invoke(PROCESSING, {})
    finally:
        two.home.fail_source(two.member.account_id, HOME, status="SUCCEEDED")
    (silent,) = two.mails(before)
    assert "receives nothing from this account and region" in silent and "far-away" not in silent
    two.forward("COMPLIANT")
    (fixed,) = eventually(lambda: two.mails(before + 1))
    assert "COMPLIES AGAIN" in fixed and "far-away" in fixed
    two.deployment.invoke(PROCESSING, {})
    (back,) = eventually(lambda: two.mails(before + 2))
    assert "reports again" in back


def test_nothing_of_it_is_lost_or_left_in_a_dead_letter_queue(two):
    assert [entry for entry in two.home.lost() if two.home.account_id in entry["source"]] == []
    sqs = two.deployment.client("sqs")
    for name in ("processing", "remediation"):
        url = sqs.get_queue_url(QueueName=f"compliance-{name}-dead-letters")["QueueUrl"]
        assert sqs.receive_message(QueueUrl=url).get("Messages", []) == []

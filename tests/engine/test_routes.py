"""Who is told what, and when: routes of each kind, e-mail from the first summary on, and the digest."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from engine.deployment import yaml_program
from engine.test_functions import BUCKETS, eventually, result
from engine.test_notices import VOLUMES, Told, queue
from harness.artefacts import ROOT

FRAMEWORK, HOOK = "swift-csp", "https://hooks.example.com/compliance"
READER, VERSIONING = "reader@example.com", "s3-bucket-versioning-enabled"
FACTS = json.loads((ROOT / "provider/catalog/facts/generated/frameworks.json").read_text())["frameworks"][FRAMEWORK]
KEPT = "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"
OUTPUTS = ("bucketName", "ledgerTableName", "snsTopicArn")
ROUTES = {
    "framework": {"frameworks": [FRAMEWORK]},
    "here": {"accounts": ["{own}"]},
    "severe": {"severities": ["critical", "high"]},
    "slight": {"severities": ["low", "informational"]},
    "there": {"accounts": ["999999999999"]},
}


class Routed(Told):
    """A deployment with a queue for each route."""

    def of_route(self, name: str) -> list[tuple[str, str]]:
        """What a route was told since the last look."""
        url = self.deployment.client("sqs").get_queue_url(QueueName=f"route-{name}")["QueueUrl"]
        return self.transitions(url)

    def an_hour_passes(self) -> None:
        """The last digest was made an hour earlier than it was."""
        dynamodb, name = self.deployment.client("dynamodb"), self.deployment.outputs["ledgerTableName"]
        items = dynamodb.scan(TableName=name)["Items"]
        (last,) = [item for item in items if item["partition"]["S"].startswith("digest/")]
        earlier = datetime.now(UTC) - timedelta(hours=1)
        last["body"] = {"S": json.dumps({"at": earlier.strftime("%Y-%m-%dT%H:%M:%SZ")})}
        dynamodb.put_item(TableName=name, Item=last)


def confirm_at_once(account, address: str) -> threading.Thread:
    """Confirm an address as soon as it is subscribed, as somebody who waits for AWS's message."""
    topic = f"arn:aws:sns:{account.region}:{account.account_id}:compliance-alerts"

    def subscribed() -> bool:
        sns = account.client("sns")
        try:
            found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        except sns.exceptions.NotFoundException:
            return False
        return address in [each["Endpoint"] for each in found]

    def wait() -> None:
        while not subscribed():
            time.sleep(0.2)
        account.confirm_email(topic, address)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def routed(deploy, new_account, tmp_path_factory) -> Routed:
    """A monitor with an hourly digest and a route of each kind; its address was confirmed before the first run."""
    account = new_account()
    routes = {"hook": {"https": HOOK}}
    for name, route in ROUTES.items():
        given = json.loads(json.dumps(route).replace("{own}", account.account_id))
        routes[name] = given | {"sqs": queue(account, f"route-{name}")[1]}
    identifiers = sorted({rule["identifier"] for rule in FACTS["rules"]})
    inputs = {
        "reports": {"forceDestroy": True},
        "frameworks": [{"id": FRAMEWORK, "exclude": [name for name in identifiers if name != KEPT]}],
        "rules": {"managed": [{"identifier": "S3_BUCKET_VERSIONING_ENABLED", "name": VERSIONING, "severity": "low"}]},
        "notifications": {"emails": {"reader": READER}, "routes": routes, "digest": "hourly"},
    }
    outputs = {name: f"${{compliance.{name}}}" for name in OUTPUTS}
    confirming = confirm_at_once(account, READER)
    deployment = deploy(yaml_program(tmp_path_factory.mktemp("routes"), inputs, outputs), account=account)
    confirming.join(timeout=10)
    everything, arn = queue(account, "everything")
    account.client("sns").subscribe(TopicArn=deployment.outputs["snsTopicArn"], Protocol="sqs", Endpoint=arn)
    made = Routed(deployment, everything, everything)
    for rule in (BUCKETS, VOLUMES, VERSIONING):
        made.judge(result("good", "COMPLIANT"), rule=rule)
    made.look()
    made.look()
    made.messages(everything)
    return made


def test_the_first_summary_is_an_email_to_who_confirmed_before(routed):
    mails = [mail for mail in routed.deployment.account.mails() if mail["to"] == READER]
    summary = next(mail for mail in mails if mail["subject"].startswith("Compliance: "))
    assert summary["text"].startswith("Compliance monitoring began in account ")
    assert "for a first result" in summary["text"]


def test_the_test_of_the_delivery_is_no_alarm_to_who_reads_it(routed):
    mails = [mail for mail in routed.deployment.account.mails() if mail["to"] == READER]
    (test,) = [mail for mail in mails if "compliance-delivery-test" in mail["text"]]
    assert not test["subject"].startswith("ALARM")
    assert "Nothing is wrong and there is nothing to do" in test["text"]


def test_each_route_gets_its_own_and_everybody_else_everything(routed):
    routed.judge(result("bucket", "NON_COMPLIANT"))
    routed.judge(result("volume", "NON_COMPLIANT"), rule=VOLUMES)
    routed.judge(result("versions", "NON_COMPLIANT"), rule=VERSIONING)
    # The first digest is due at once.
    routed.look()
    messages = routed.messages(routed.everything)
    transitions = {each["resourceId"]: each for message in messages for each in message["transitions"]}
    assert sorted(transitions) == ["bucket", "versions", "volume"]
    assert transitions["bucket"]["frameworks"] == {FRAMEWORK: {"controls": ["2.5A"], "more": 0}}
    assert {name: each["severity"] for name, each in transitions.items()} == {
        "bucket": "high",
        "versions": "low",
        "volume": "high",
    }
    told = {name: sorted(resource for _, resource in routed.of_route(name)) for name in ROUTES}
    assert told == {
        "framework": ["bucket"],
        "here": ["bucket", "versions", "volume"],
        "severe": ["bucket", "volume"],
        "slight": ["versions"],
        "there": [],
    }


def test_a_web_hook_is_subscribed_with_its_filter_and_waits_for_whoever_answers_there(routed):
    sns, topic = routed.deployment.client("sns"), routed.deployment.outputs["snsTopicArn"]
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [each["Protocol"] for each in found if each["Endpoint"] == HOOK] == ["https"]
    arn = routed.deployment.named("compliance-alerts-route-hook")["outputs"]["arn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert json.loads(attributes["FilterPolicy"]) == {"route": ["hook"]}
    assert attributes["PendingConfirmation"] == "true"


def test_a_digest_is_one_message_and_no_report(routed):
    account = routed.deployment.account
    for number in range(2):
        routed.judge(result(f"gathered-{number}", "NON_COMPLIANT"))
        routed.look()
    assert routed.transitions(routed.everything) == []
    before = set(routed.deployment.objects("reports/aggregation/"))
    routed.an_hour_passes()
    assert account.fire_schedule("compliance-digest") == 1
    (message,) = eventually(lambda: routed.messages(routed.everything))
    told = sorted((each["kind"], each["resourceId"]) for each in message["transitions"])
    assert told == [("nonCompliant", "gathered-0"), ("nonCompliant", "gathered-1")]
    # Aggregation is asked all the same: Lambda knows one destination of a function, whatever it was invoked for. What
    # it was asked later is done later.
    account.fire_schedule("compliance-schedule")

    def written() -> list[str]:
        new = set(routed.deployment.objects("reports/aggregation/")) - before
        return [key for key in new if key.endswith("/summary.json")]

    assert len(eventually(written)) == 1


def test_nothing_was_lost_in_silence(routed):
    account = routed.deployment.account
    assert [entry for entry in account.lost() if account.account_id in str(entry)] == []

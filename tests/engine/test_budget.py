"""The budget for AWS Config: its messages come through the encrypted topic, and it goes when the input goes."""

from __future__ import annotations

import json

import pytest

from engine.deployment import Deployment, tags_of, yaml_program
from engine.test_journeys import change
from harness.leftovers import leftovers

INPUTS = {"cost": {"monthlyBudgetUsd": 20, "notifyAtPercent": [50, 100]}, "tags": {"team": "security"}}
OUTPUTS = {"snsTopicArn": "${compliance.snsTopicArn}", "budgetName": "${compliance.budgetName}"}


@pytest.fixture(scope="module")
def budgeted(deploy, tmp_path_factory) -> Deployment:
    """A deployment with a budget, and a queue that its topic sends to."""
    deployed = deploy(yaml_program(tmp_path_factory.mktemp("budget"), INPUTS, OUTPUTS))
    sqs, topic = deployed.client("sqs"), deployed.outputs["snsTopicArn"]
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    deployed.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return deployed


def described(budgeted: Deployment) -> dict:
    """The budget as AWS has it."""
    asked = {"AccountId": budgeted.account.account_id, "BudgetName": budgeted.outputs["budgetName"]}
    return budgeted.client("budgets").describe_budget(**asked)["Budget"]


def told(budgeted: Deployment) -> list[str]:
    """The messages about budgets that arrived since the last call."""
    sqs, found = budgeted.client("sqs"), []
    queue = sqs.get_queue_url(QueueName="told")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            text = json.loads(message["Body"])["Message"]
            found += [text] if text.startswith("The budget") else []
    return found


def test_it_counts_aws_config_in_the_region_of_the_deployment(budgeted):
    budget = described(budgeted)
    assert (budget["BudgetType"], budget["TimeUnit"]) == ("COST", "MONTHLY")
    assert (float(budget["BudgetLimit"]["Amount"]), budget["BudgetLimit"]["Unit"]) == (20, "USD")
    assert budget["CostFilters"] == {"Service": ["AWS Config"], "Region": [budgeted.account.region]}
    arn = f"arn:aws:budgets::{budgeted.account.account_id}:budget/{budget['BudgetName']}"
    tags = budgeted.client("budgets").list_tags_for_resource(ResourceARN=arn)["ResourceTags"]
    assert tags_of(tags) == budgeted.tags


def test_each_percentage_is_a_message_through_the_encrypted_topic(budgeted):
    name = budgeted.outputs["budgetName"]
    assert budgeted.account.spend(name, 9) == []
    assert budgeted.account.spend(name, 11) == [50]
    assert budgeted.account.spend(name, 21) == [100]
    assert [("11.00" in text, "21.00" in text) for text in told(budgeted)] == [(True, False), (False, True)]
    assert [entry for entry in budgeted.account.lost() if "budgets" in entry["source"]] == []


def test_another_amount_is_an_update_and_no_budget_deletes_it(budgeted):
    changed = change(budgeted, **{**INPUTS, "cost": {"monthlyBudgetUsd": 50}})
    before = budgeted.outputs["budgetName"]
    changed.stack.up()
    assert changed.outputs["budgetName"] == before
    asked = {"AccountId": budgeted.account.account_id, "BudgetName": before}
    notifications = budgeted.client("budgets").describe_notifications_for_budget(**asked)["Notifications"]
    assert sorted(one["Threshold"] for one in notifications) == [80, 100]
    assert not changed.stack.preview().touched
    gone = change(budgeted, tags=INPUTS["tags"])
    gone.stack.up()
    assert "budgets" not in leftovers(gone.account)
    assert gone.outputs.get("budgetName") is None

"""Changes in any order: what users do with a deployment over months, drawn at random and repeatable by its seed.

`provider/aws-compliance/tests/construct/state_machine.rs` draws many sequences over a mock of the engine; here a few
run on the real one. `make test` runs one, `SEQUENCES=20` runs twenty.
"""

from __future__ import annotations

import itertools
import json
import os
import random

import pytest

from account.client import Account, prepare_landing_zone
from engine.deployment import OWNER_TAG, Deployment, tags_of, yaml_program
from harness.leftovers import keys, leftovers, state
from harness.stack import Stack

STEPS = 5
INPUTS = [
    {},
    {"hardened": True},
    {"reports": {"objectLock": {"days": 7}, "retentionDays": 7}},
    {"tags": {"team": "security"}},
    {"alarms": {"enabled": False}},
    {"history": {"enabled": False}},
    {"dashboard": {"enabled": False}},
    {"rules": {"managed": [{"identifier": "ACCESS_KEYS_ROTATED", "parameters": {"maxAccessKeyAge": 45}}]}},
    {"notifications": {"emails": {"security": "security@example.com"}}},
]
NAMES = ["compliance", "audit", "monitor"]
SEEDS = range(int(os.environ.get("SEQUENCES", "1")))

_stacks = itertools.count(1)


class Months:
    """A deployment, the changes it goes through, and what must be true after each of them."""

    def __init__(self, deployment: Deployment, draw: random.Random) -> None:
        self.deployment, self.draw, self.name, self.done = deployment, draw, "compliance", []
        self.inputs: dict = {}
        deployment.stack.up()
        self.bucket = deployment.outputs["bucketName"]
        self.kept = self.reports()
        self.others = somebody_elses(deployment.account)

    def reports(self) -> set[str]:
        """The keys of the reports."""
        found = self.deployment.client("s3").list_objects_v2(Bucket=self.bucket, Prefix="reports/")
        return {entry["Key"] for entry in found.get("Contents", [])}

    def program(self, **options) -> None:
        """Write the program with the inputs and the name of today."""
        path = self.deployment.stack.folder / "Pulumi.yaml"
        text = json.loads(path.read_text())
        component = {"type": "aws-compliance:index:ComplianceMonitoring", "properties": self.inputs}
        text["resources"] = {self.name: component | ({"options": options} if options else {})}
        text["outputs"] = {"bucketName": f"${{{self.name}.bucketName}}"}
        path.write_text(json.dumps(text))

    def change(self) -> None:
        """Other inputs."""
        self.inputs = self.draw.choice([each for each in INPUTS if each != self.inputs])
        self.done.append(self.inputs)
        self.program()
        self.deployment.stack.up()

    def rename(self) -> None:
        """Another name for the component, with an alias of its former one."""
        recorded = self.deployment.stack.resources()
        (urn,) = [urn for urn, entry in recorded.items() if entry["type"].endswith(":ComplianceMonitoring")]
        self.name = self.draw.choice([each for each in NAMES if each != self.name])
        self.done.append(self.name)
        self.program(aliases=[urn])
        self.deployment.stack.up()

    def rebuild(self) -> None:
        """Everything destroyed, and deployed again."""
        self.done.append("destroy and up")
        self.program()
        self.deployment.stack.destroy()
        assert leftovers(self.deployment.account).keys() <= {"buckets", "keys", "topics"}, self.done
        assert self.kept <= self.reports(), self.done
        self.deployment.stack.up()

    def holds(self) -> None:
        """Data survives, nothing of somebody else's changes, and another `up` has nothing to do."""
        again = self.deployment.stack.up()
        assert again.none, (self.done, again.touched)
        assert self.deployment.stack.outputs()["bucketName"] == self.bucket, self.done
        assert self.kept <= self.reports(), self.done
        self.kept = self.reports()
        account = self.deployment.account
        assert [state(account, key) for key in keys(account)] == ["Enabled"], self.done
        assert somebody_elses(account) == self.others, self.done
        tags = tags_of(account.client("s3").get_bucket_tagging(Bucket=self.bucket)["TagSet"])
        assert tags[OWNER_TAG].endswith(f"/{self.name}"), self.done


def somebody_elses(account: Account) -> dict:
    """What the account had before, as it is now."""
    sns = account.client("sns")
    topic = sns.create_topic(Name="pages")["TopicArn"]
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    return {
        "topic": {name: attributes[name] for name in ("Policy", "Owner")},
        "recorders": account.client("config").describe_configuration_recorders()["ConfigurationRecorders"],
        "channels": account.client("config").describe_delivery_channels()["DeliveryChannels"],
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_changed_in_any_order_data_survives_and_nobody_else_is_touched(engine, account, tmp_path, seed):
    prepare_landing_zone(account)
    somebody_elses(account)
    name = f"months{next(_stacks)}"
    program = yaml_program(tmp_path / name, {}, {"bucketName": "${compliance.bucketName}"})
    months = Months(Deployment(Stack(engine, program, name, account.environment), account), random.Random(seed))
    # Each kind of change happens, whatever is drawn.
    kinds = [Months.change, Months.rename, Months.rebuild]
    kinds += months.draw.choices(kinds, k=STEPS - len(kinds))
    months.draw.shuffle(kinds)
    for kind in kinds:
        kind(months)
        months.holds()

"""A stack in an account, and what tests ask of both."""

from __future__ import annotations

import functools
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

from account.client import Account, prepare_landing_zone
from harness.artefacts import ROOT
from harness.engine import Engine
from harness.stack import Stack

EXAMPLES = ROOT / "examples"
PROGRAMS = Path(__file__).parent / "programs"

# The tag that says which deployment a named resource belongs to.
OWNER_TAG = "aws-compliance:owner"

_names = itertools.count(1)


def tags_of(listed: list[dict[str, str]]) -> dict[str, str]:
    """Tags as an object, of the list of pairs that an API gives."""
    return dict(pair.values() for pair in listed)


@dataclass(frozen=True)
class Deployment:
    """A stack and its account. What is remembered is what a stack that stays as it is gives."""

    stack: Stack
    account: Account

    @functools.cached_property
    def outputs(self) -> dict:
        """The outputs of the program."""
        return self.stack.outputs()

    @functools.cached_property
    def resources(self) -> list[dict]:
        """The resources of the recorded state."""
        return list(self.stack.resources().values())

    def of_type(self, token: str) -> list[dict]:
        """The recorded resources of a type."""
        return [resource for resource in self.resources if resource["type"] == token]

    def named(self, name: str) -> dict:
        """The recorded resource of this logical name."""
        found = [resource for resource in self.resources if resource["urn"].endswith(f"::{name}")]
        assert len(found) == 1, f"{len(found)} resources are called {name}"
        return found[0]

    @property
    def owner(self) -> str:
        """What the owner tag of this deployment's resources says."""
        stack, project = self.named("compliance")["urn"].split("::")[:2]
        return f"{project}/{stack.removeprefix('urn:pulumi:')}/compliance"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of a named resource of the component: those of the program, and its owner."""
        return {"team": "security", OWNER_TAG: self.owner}

    def client(self, service: str):
        """A boto3 client of the account's administrator."""
        return self.account.client(service)

    def invoke(self, function: str, event: object) -> dict:
        """What a function answers; an error of its own fails the test."""
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        result = json.load(answer["Payload"])
        assert "FunctionError" not in answer, result
        return result

    def objects(self, prefix: str = "") -> list[str]:
        """Keys of the objects in the report bucket."""
        pages = self.client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.outputs["bucketName"], Prefix=prefix)
        return [entry["Key"] for page in found for entry in page.get("Contents", [])]

    def record(self, key: str) -> dict:
        """A record of the report bucket."""
        body = self.client("s3").get_object(Bucket=self.outputs["bucketName"], Key=key)["Body"]
        return json.loads(body.read())


def deployment(engine: Engine, program: Path, account: Account, up: bool = True, **config: str) -> Deployment:
    """Prepare the account as a landing zone would and deploy the program there."""
    prepare_landing_zone(account)
    stack = Stack(engine, program, f"test{next(_names)}", account.environment, **config)
    if up:
        stack.up()
    return Deployment(stack, account)


def yaml_program(folder: Path, inputs: dict, outputs: dict | None = None) -> Path:
    """A YAML program with the whole component and these inputs; JSON is YAML, but for its escapes beyond 16 bits."""
    component = {"type": "aws-compliance:index:ComplianceMonitoring", "properties": inputs}
    text = {"name": "inputs", "runtime": "yaml", "resources": {"compliance": component}, "outputs": outputs or {}}
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text(json.dumps(text, ensure_ascii=False), encoding="utf-8")
    return folder


def compliance_change(
    account: Account, rule: str = "s3-bucket-encryption-enabled", resource: str = "my-bucket"
) -> dict:
    """The event that AWS Config puts on the bus when a verdict changes (its developer guide, "Monitoring")."""
    verdict = {"complianceType": "NON_COMPLIANT", "resultRecordedTime": "2026-03-04T05:06:07.000Z"}
    return {
        "version": "0",
        "id": "aaaaaaaa-0000-4000-8000-000000000002",
        "detail-type": "Config Rules Compliance Change",
        "source": "aws.config",
        "account": account.account_id,
        "time": "2026-03-04T05:06:07Z",
        "region": account.region,
        "resources": [],
        "detail": {
            "awsAccountId": account.account_id,
            "awsRegion": account.region,
            "configRuleName": rule,
            "messageType": "ComplianceChangeNotification",
            "resourceType": "AWS::S3::Bucket",
            "resourceId": resource,
            "newEvaluationResult": verdict,
        },
    }

"""Try the component in a real AWS account: deploy it, watch it work, destroy it, and say what was tried.

usage: make smoke REGION=eu-west-1 [PROFILE=name] [YES=1]

It uses the Pulumi engine on PATH (else the pinned one) and Pulumi's own `aws` provider. The tests run it against the
simulated account, with the stand-in for that provider.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import boto3
import yaml
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from . import artefacts, leftovers, smoke_checks
from . import engine as engines
from .artefacts import BUILD, ROOT, ToolchainError
from .engine import Engine, EngineError
from .stack import Stack

PROGRAM = ROOT / "examples/smoke"
PREFIX = "compliance-smoke"
NOTICE = """\
This deploys a compliance monitor named `compliance-smoke` to {account} in {region} and destroys it again.
  Duration: about 45 minutes, most of it waiting for AWS Config and for the schedule; two hours at most. The credentials
            must be valid, or renew themselves, for as long: with expired ones nothing can be destroyed.
  Cost:     below 1 USD as long as the account is small: the first hours of a KMS key, some hundred evaluations, and
            where the region has no configuration recorder, one configuration item for each resource in it (0.003 USD).
  Remains:  the KMS key for 30 days, pending deletion and not billed; metrics until they expire; the role
            AWSServiceRoleForConfig, where it was created; configuration history of AWS Config, where it recorded.
"""
# How long AWS takes, and how often it is asked. Unit: seconds.
FIRST_EVALUATIONS, NEXT_RUN, PAUSE = 1800, 1500, 15
LONG_NAME = 64
# What the review wants tried in a real account and this does not try, with the reason.
NOT_TRIED = {
    "15": "history where Lake Formation keeps IAM from new tables, and roles under a permissions boundary: both are"
    " settings of the account; docs/organizations.md says what to set",
    "5": "events about the account itself: no rule of a small account is sure to send one",
    "14": "a role that nothing assumes: no service says so within the time of this test",
    "16": "AWS China and AWS GovCloud: they need an account of their own",
}
# Where the report bucket has the records of processing, and what names the last report.
RECORDS, LATEST = "reports/processing/", "reports/aggregation/latest.json"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
# What the default program is given once it was watched: a schedule that comes within the hour, a destroy that retains
# nothing, and a rule of a name with over 64 characters, because the service model allows no more in a read of results.
WATCHED = {
    "functions": {"schedule": "rate(10 minutes)"},
    "reports": {"onDestroy": "delete"},
    "rules": {
        "managed": [
            {
                "identifier": "S3_BUCKET_SSL_REQUESTS_ONLY",
                "name": "s3-buckets-refuse-requests-over-plain-http-and-have-a-rule-with-a-long-name",
            }
        ]
    },
}


@dataclass
class Row:
    """One thing that was tried: what, which finding of the review it answers, what is wrong, and what else it found."""

    what: str
    finding: str
    problem: str | None
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ([self.problem] if self.problem else []) + self.notes
        first = f"  {'ok' if self.problem is None else 'FAILED':7} {self.what} [{self.finding}]"
        return "\n          ".join([first, *told])


@dataclass
class Place:
    """The account and region, and how time passes there."""

    session: boto3.Session
    endpoint: str | None = None
    # Called between two looks; the simulated account has its rules evaluated and its schedule fired here.
    wait: Callable[[], None] = lambda: time.sleep(PAUSE)
    patience: float = 1.0

    def client(self, service: str):
        """A client of the account."""
        style = Config(s3={"addressing_style": "path"}) if self.endpoint else None
        return self.session.client(service, endpoint_url=self.endpoint, config=style)

    def environment(self) -> dict[str, str]:
        """What Pulumi's `aws` provider finds the account with."""
        given = self.session.get_credentials().get_frozen_credentials()
        found = {
            "AWS_REGION": self.session.region_name,
            "AWS_DEFAULT_REGION": self.session.region_name,
            "AWS_ACCESS_KEY_ID": given.access_key,
            "AWS_SECRET_ACCESS_KEY": given.secret_key,
            "AWS_SESSION_TOKEN": given.token,
            "AWS_ENDPOINT_URL": self.endpoint,
        }
        return {name: value for name, value in found.items() if value}

    def eventually(self, seconds: float, look: Callable[[], str | None]) -> str | None:
        """Ask until nothing is wrong; what is still wrong in the end."""
        end = time.monotonic() + seconds * self.patience
        while (problem := look()) is not None and time.monotonic() < end:
            self.wait()
        return problem


@dataclass
class Smoke:
    """One deployment, from its first `up` to its `destroy`."""

    place: Place
    stack: Stack
    rows: list[Row] = field(default_factory=list)
    key: str | None = None
    # Whether the program is one whose destroy deletes everything.
    deletes: bool = False
    # What the attempt that runs now has to say although nothing is wrong.
    notes: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Try everything in order. Whatever happens, what was deployed is destroyed."""
        try:
            if self.record("`up` deploys the default program", "1, 2, 13", self._up):
                self._watch_default()
                if self.record("`up` with other settings replaces and deletes nothing", "to be tried", self._change):
                    self._watch_runs()
        finally:
            if self.record("`destroy` takes everything away", "real-provider a1", self._destroy):
                self.record("nothing remains but what was said", "case 20", self._remains)

    def record(self, what: str, finding: str, attempt: Callable[[], str | None]) -> bool:
        """Try one thing and show it."""
        self.notes = []
        try:
            problem = attempt()
        except (EngineError, ClientError, BotoCoreError) as error:
            problem = str(error).strip()
        self.rows.append(Row(what, finding, problem, self.notes))
        print(self.rows[-1], flush=True)
        return problem is None

    def _watch_default(self) -> None:
        """What the default program does by itself, before its first scheduled run."""
        outputs = self.stack.outputs()
        self.key = outputs["kmsKeyArn"]
        bucket, names = outputs["bucketName"], outputs["configRuleNames"]
        self.record("the first run read its rules and left a record", "3, 4", lambda: self._first(bucket))
        self.record("no alarm rings after the deployment", "9", lambda: self._alarms(bucket))
        self.record("AWS Config evaluates every rule", "8", lambda: self._evaluated(names))
        self.record("`up` again changes nothing", "real-provider b2", self._again)

    def _watch_runs(self) -> None:
        """What follows from the schedule, which is a short one now."""
        outputs, place = self.stack.outputs(), self.place
        bucket, names = outputs["bucketName"], outputs["configRuleNames"]
        began = {record["Key"] for record in self._objects(bucket, RECORDS)}
        self.record("AWS Config evaluates every rule, the new one too", "8", lambda: self._evaluated(names))
        self.record(
            "the results of a rule whose name has over 64 characters can be read",
            "to be tried",
            lambda: self._long(names),
        )
        self.record(
            "the schedule starts processing",
            "2",
            lambda: place.eventually(NEXT_RUN, lambda: self._scheduled(bucket, began)),
        )
        self.record(
            "an alarm's message comes through the encrypted topic",
            "11",
            lambda: place.eventually(NEXT_RUN, lambda: self._delivered(outputs["ledgerTableName"])),
        )
        self.record(
            "the report shows results", "6, 8", lambda: place.eventually(NEXT_RUN, lambda: self._reported(bucket))
        )
        functions = [outputs[f"{name}LambdaName"] for name in ("processing", "aggregation", "remediation")]
        self.record("no function logged an error", "3, 4, 10", lambda: self._errors(functions))
        self.record("no alarm rings after the runs", "7, 9, 12", lambda: self._alarms(bucket))
        self.record("`up` again changes nothing", "real-provider b2", self._again)

    def _up(self) -> None:
        self.stack.up()

    def _again(self) -> str | None:
        again = self.stack.up()
        return None if again.none else f"it changed {again.touched}"

    def _change(self) -> str | None:
        """Deploy with settings under which the rest can be watched within the hour and a destroy retains nothing."""
        program = self.stack.folder / "Pulumi.yaml"
        project = yaml.safe_load(program.read_text(encoding="utf-8"))
        project["resources"]["compliance"]["properties"] |= WATCHED
        program.write_text(yaml.safe_dump(project), encoding="utf-8")
        touched = self.stack.up().touched
        self.deletes = True
        wrong = {urn: operation for urn, operation in touched.items() if operation not in ("create", "update")}
        return f"it did more than create and update: {wrong}" if wrong else None

    def _destroy(self) -> None:
        # The first credentials may have expired by now.
        self.stack.account |= self.place.environment()
        if not self.deletes:
            # By default a destroy retains bucket and key. Where this fails, too, the last row says that they are left.
            with contextlib.suppress(EngineError):
                self._change()
        self.stack.destroy()

    def _remains(self) -> str | None:
        left = leftovers.named(self.place, PREFIX)
        if self.key and (state := leftovers.state(self.place, self.key)) != "PendingDeletion":
            left["keys"] = [f"{self.key} ({state})"]
        return f"these are left: {left}" if left else None

    def _objects(self, bucket: str, prefix: str) -> list[dict]:
        pages = self.place.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry for page in pages for entry in page.get("Contents", [])]

    def _document(self, bucket: str, key: str) -> dict:
        return json.loads(self.place.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    def _first(self, bucket: str) -> str | None:
        return None if self._objects(bucket, RECORDS) else "no record"

    def _evaluated(self, names: list[str]) -> str | None:
        config = self.place.client("config")

        def evaluated() -> str | None:
            checked = smoke_checks.rules(config, names)
            self.notes = checked.notes
            return checked.problem

        return self.place.eventually(FIRST_EVALUATIONS, evaluated)

    def _long(self, names: list[str]) -> str | None:
        """The service model allows 64 characters of a name that may have 128; functions record rejected rules."""
        longest = max(names, key=len)
        if len(longest) <= LONG_NAME:
            return f"no rule has a long name: {longest}"
        self.place.client("config").get_compliance_details_by_config_rule(ConfigRuleName=longest, Limit=1)
        return None

    def _scheduled(self, bucket: str, began: set[str]) -> str | None:
        new = [one["Key"] for one in self._objects(bucket, RECORDS) if one["Key"] not in began]
        triggers = [self._document(bucket, key)["trigger"] for key in new]
        return None if "schedule" in triggers else f"no run by the schedule among {len(new)} new ones ({triggers})"

    def _delivered(self, table: str) -> str | None:
        entries = self.place.client("dynamodb").scan(TableName=table)["Items"]
        states = [json.loads(one["body"]["S"]) for one in entries if one["partition"]["S"].startswith("delivery")]
        outcomes = [state["outcome"] for state in states]
        return None if outcomes == ["arrived"] else f"the delivery test says {outcomes or 'nothing'}"

    def _reported(self, bucket: str) -> str | None:
        keys = {one["Key"] for one in self._objects(bucket, "reports/aggregation/")}
        if not {"reports/aggregation/index.html", LATEST} <= keys:
            return "there is no report"
        # Of several reports of one day, the key of none says which is the last.
        last = self._document(bucket, LATEST)["prefix"]
        totals = self._document(bucket, f"{last}summary.json")["totals"]
        return None if totals.get("compliant", 0) + totals.get("nonCompliant", 0) else f"it has no result: {totals}"

    def _errors(self, functions: list[str]) -> str | None:
        logs, lines = self.place.client("logs"), []
        for name in functions:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
            lines += [event["message"] for page in pages for event in page["events"] if is_error(event["message"])]
        return None if not lines else f"{len(lines)} lines, the first: {lines[0].strip()[:400]}"

    def _alarms(self, bucket: str) -> str | None:
        deployed = (one for one in self.stack.resources().values() if one["type"] == ALARM)
        expected = {one["outputs"]["name"] for one in deployed}
        found = smoke_checks.alarms(self.place.client("cloudwatch"), PREFIX, expected, self._open_findings(bucket))
        self.notes = found.notes
        return found.problem

    def _open_findings(self, bucket: str) -> dict[str, int]:
        """The open findings of the last report by severity; nothing before the first one."""
        if not self._objects(bucket, LATEST):
            return {}
        return dict(self._document(bucket, f"{self._document(bucket, LATEST)['prefix']}report.json")["severities"])


# What Lambda's runtime writes about an invocation that failed (AWS Lambda Developer Guide, "Troubleshoot execution
# issues in Lambda").
RUNTIME_ERRORS = ("Task timed out", "Runtime.ExitError", "Runtime exited", "panicked at", "errorType")


def is_error(line: str) -> bool:
    """Whether a line of a function's log says that something failed: its own, or the runtime's."""
    return '"ERROR"' in line or any(words in line for words in RUNTIME_ERRORS)


def main(arguments: list[str], place: Place | None = None) -> int:
    """Run it: 0 where everything that was tried works, 1 where something does not, 2 for a call that is invalid."""
    parser = argparse.ArgumentParser(prog="make smoke", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--region", required=True, help="region to deploy to")
    parser.add_argument("--profile", help="profile of the AWS configuration")
    parser.add_argument("--yes", action="store_true", help="do not ask, as in a workflow")
    options = parser.parse_args(arguments)
    try:
        place = place or Place(boto3.Session(profile_name=options.profile or None, region_name=options.region))
        account = place.client("sts").get_caller_identity()["Account"]
        print(NOTICE.format(account=account, region=options.region), flush=True)
        if not options.yes and not confirmed():
            print("Nothing was deployed.")
            return 1
        stack = stack_in(place)
        smoke = Smoke(place, stack)
        smoke.run()
        if not any(row.problem for row in smoke.rows):
            # After a failure its state stays, in case something is left in the account.
            shutil.rmtree(stack.engine.folder, ignore_errors=True)
            shutil.rmtree(stack.folder.parent, ignore_errors=True)
    except (ToolchainError, EngineError, ClientError, BotoCoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return summary(smoke.rows)


def confirmed() -> bool:
    """Whether a person agrees; without a terminal the answer is no."""
    if not sys.stdin.isatty():
        print("Without a terminal, set YES=1 to agree.", file=sys.stderr)
        return False
    return input("Type `yes` to deploy: ").strip() == "yes"


def stack_in(place: Place) -> Stack:
    """The stack, with Pulumi's own `aws` provider, or with the stand-in where the account is simulated."""
    binaries = engines.pinned() if place.endpoint else engines.from_path() or engines.pinned()
    folder = BUILD / f"smoke-{os.getpid()}"
    if place.endpoint:
        engine = Engine.create(folder, binaries)
    else:
        from aws_plugin import facts

        engine = Engine.empty(folder, binaries)
        # What a run that is interrupted has created must be known to the next one.
        engine.environment["PULUMI_SKIP_CHECKPOINTS"] = "false"
        version, plugin = artefacts.schema()["version"], artefacts.plugin(optimized=True)
        engine.run(["plugin", "install", "resource", "aws-compliance", version, "--file", plugin])
        engine.run(["plugin", "install", "resource", "aws", facts.version()])
    return Stack(engine, PROGRAM, "smoke", place.environment())


def summary(rows: list[Row]) -> int:
    """The table of what was tried; 1 where something does not work."""
    failed = [row for row in rows if row.problem is not None]
    print(f"\nTried against the review of a real AWS account ({len(rows) - len(failed)} of {len(rows)} work):")
    for row in rows:
        print(row)
    print("Not tried:")
    for finding, reason in NOT_TRIED.items():
        print(f"  [{finding}] {reason}")
    if failed and failed[-1] is rows[-1]:
        print("\nSomething of `compliance-smoke` is left in the account; the last row says what, or why.")
    else:
        print("\nWhat remains is what was said before the deployment.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The demo's second half: a day of a monitor that sees two accounts in two regions.

Resources are created, rules evaluate them, a report is written, some findings are fixed, a new one appears, and the
next report shows it. Notices arrive as e-mail, as the owner of the accounts reads them. It ends with remediation
(`remedy.py`).
"""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from account.client import Account, prepare_landing_zone

from . import remedy, resources, tour
from .artefacts import BUILD, ROOT
from .engine import Engine, EngineError
from .stack import Stack

PROGRAMS = ROOT / "examples/several-accounts"
# As the programs name them.
CENTRAL, OTHER = "444444444444", "555555555555"
HERE, THERE = "eu-west-1", "us-east-1"
ADDRESS = "security@example.com"
# A run takes a second; a machine that is busy, more.
PATIENCE_SECONDS = 60
# Nothing more comes after a while of silence.
QUIET_SECONDS = 2


def show(engine: Engine, endpoint: str) -> None:
    """Run the day and show it."""
    central = Account(endpoint, CENTRAL, HERE)
    seen = [central, central.in_region(THERE), Account(endpoint, OTHER, HERE)]
    tour.heading(
        f"several accounts: {CENTRAL} in {HERE} sees {CENTRAL} and {OTHER}, each in {HERE} and {THERE}",
        "One report covers several accounts and regions, and names those that do not report.",
    )
    stack = deploy(engine, seen)
    tour.line(f"{OTHER} in {THERE} has no deployment: the report will name it.")
    monitor = Monitor(central, stack.outputs())
    monitor.confirm()
    tour.line(f"{ADDRESS} has confirmed the subscription and receives every notice.")

    tour.heading("Compliant and noncompliant resources are created")
    for place in seen:
        resources.put_good(place)
    # The landing zone's own buckets are the first that the fifth rule would find.
    for place in seen:
        resources.demand_tls(place, landing_zone_bucket(place))
    bad = resources.put_bad_storage(seen[0]) + resources.put_bad_instance(seen[1]) + resources.put_bad_bucket(seen[2])
    for one in bad:
        tour.line(str(one))
    tour.line(
        "S3 has encrypted every bucket since 2023: the rule on encryption never fails, the rule on plain HTTP does."
    )

    tour.heading(
        "AWS Config evaluates the rules, and the scheduled run reads the results",
        "The first run sends one summary instead of a notice for each finding.",
    )
    tour.line(f"{evaluate(seen)} evaluation results are new.")
    before = monitor.run()
    monitor.ring("compliance-non-compliance", f"{before['nonCompliant']} resources do not comply")
    monitor.print_notices()

    tour.heading("The next scheduled run", "From now on, each change is sent once.")
    monitor.run()
    monitor.print_notices()

    tour.heading(
        "Some findings are fixed, and a new one appears",
        "Each notice says what happened, why, since when, and what to do.",
    )
    for one in [one for one in bad if one.kind != "AWS::EC2::Volume"]:
        tour.line(f"{one.place.account_id} {one.place.region:10} {resources.fix(one)}")
    (late,) = resources.put_bad_bucket(central)
    tour.line(str(late))
    tour.line(f"{evaluate(seen)} evaluation results changed.")
    after = monitor.run()
    monitor.print_notices()

    tour.heading(f"Score: {points(before)} before, {points(after)} after")
    change = after["change"]
    tour.line(f"{change['new']} new, {change['fixed']} fixed, {change['stillOpen']} still open.")
    silent = [f"{source['account']} in {source['region']}" for source in after["sources"] if not source["reported"]]
    tour.line(f"Did not report: {', '.join(silent)}.")
    folder = BUILD / "demo/report"
    tour.line(f"Open the report: {(monitor.download(folder) / 'index.html').relative_to(ROOT)}", style="bold")
    remedy.show(central, monitor.outputs, late.name, central.evaluate)


def deploy(engine: Engine, seen: list[Account]) -> Stack:
    """The monitor, and in each other place a stack of its own, side by side; the monitor's stack."""
    central, *others = seen
    for place in seen:
        prepare_landing_zone(place)
    monitor = Stack(engine, PROGRAMS / "central", "day", central.environment)
    sources = [
        Stack(
            engine,
            PROGRAMS / "source",
            f"day-{place.account_id}-{place.region}",
            place.environment,
            region=place.region,
        )
        for place in others
    ]
    with tour.working(f"Deploying {len(seen)} stacks"), ThreadPoolExecutor() as executor:
        changes = list(executor.map(Stack.up, [monitor, *sources]))
    for place, made in zip(seen, changes, strict=True):
        what = "the monitor" if place is central else "rules and an authorization"
        tour.line(f"{place.account_id} {place.region:10} {what}: {made.summary['create']} resources created")
    return monitor


def evaluate(seen: list[Account]) -> int:
    """Evaluate the rules of every account and region; the number of results that changed. Each change is an event."""
    return sum(sum(place.evaluate().values()) for place in seen)


def landing_zone_bucket(place: Account) -> str:
    """The bucket that the recorder of a place delivers to."""
    return place.client("config").describe_delivery_channels()["DeliveryChannels"][0]["s3BucketName"]


@dataclass(frozen=True)
class Monitor:
    """The deployed monitor, as its administrator sees it."""

    account: Account
    outputs: dict
    # Subjects of the e-mails that were printed.
    read: list[str] = field(default_factory=list)

    def confirm(self) -> None:
        """Confirm the address, as its owner does by the link in AWS's message."""
        self.account.confirm_email(self.outputs["snsTopicArn"], ADDRESS)

    def run(self) -> dict:
        """Fire the schedule and wait for the report it leads to."""
        last = self._latest()
        self.account.fire_schedule("compliance-schedule")
        end = time.monotonic() + PATIENCE_SECONDS
        while (latest := self._latest()) == last:
            if time.monotonic() > end:
                raise EngineError(f"no report came within {PATIENCE_SECONDS} s")
            time.sleep(0.1)
        report = self._json(f"{latest}report.json")
        totals = report["totals"]
        counts = f"{totals['nonCompliant']} of {evaluated(totals)} evaluations are noncompliant"
        tour.line(f"A report was written: score {points(report)}, {counts}.")
        return {**report, "nonCompliant": totals["nonCompliant"]}

    def ring(self, alarm: str, reason: str) -> None:
        """Turn an alarm on, as CloudWatch does when it reads the metric; the account keeps no metrics of log lines."""
        cloudwatch = self.account.client("cloudwatch")
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason=reason)

    def print_notices(self) -> None:
        """Print the e-mails as they arrive, until nothing more does."""
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < QUIET_SECONDS:
            mails = self.account.mails()
            for mail in mails[len(self.read) :]:
                self.read.append(mail["subject"])
                tour.line(f"Notice to {mail['to']}: {mail['subject']}", style="bold")
                for line in readable(mail["text"]):
                    tour.line(f"    {line}".rstrip())
                quiet_since = time.monotonic()
            time.sleep(0.1)

    def download(self, folder: Path) -> Path:
        """Copy every report to a folder; the folder of the last one."""
        shutil.rmtree(folder, ignore_errors=True)
        s3, bucket = self.account.client("s3"), self.outputs["bucketName"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="reports/aggregation/")
        for entry in [entry for page in pages for entry in page["Contents"]]:
            place = folder / entry["Key"].removeprefix("reports/aggregation/")
            place.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, entry["Key"], str(place))
        return folder / self._latest().removeprefix("reports/aggregation/")

    def _latest(self) -> str | None:
        """What the keys of the last whole report begin with."""
        s3 = self.account.client("s3")
        try:
            return self._json("reports/aggregation/latest.json")["prefix"]
        except s3.exceptions.NoSuchKey:
            return None

    def _json(self, key: str) -> dict:
        body = self.account.client("s3").get_object(Bucket=self.outputs["bucketName"], Key=key)["Body"]
        return json.load(body)


def points(report: dict) -> str:
    """The score of a report as its page shows it: to the tenth, rounded down."""
    whole, thousandths = divmod(report["score"]["millipoints"], 1000)
    return f"{whole}.{thousandths // 100}"


def evaluated(totals: dict) -> int:
    """Evaluation results that count."""
    return totals["compliant"] + totals["nonCompliant"]


def readable(message: str) -> list[str]:
    """The lines of a notice; of an alarm, which CloudWatch writes as JSON, what it says and why."""
    try:
        alarm = json.loads(message)
    except ValueError:
        return message.splitlines()
    return [f"{alarm['AlarmName']}: {alarm['NewStateReason']}", alarm["AlarmDescription"]]

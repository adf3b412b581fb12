"""The end of the demo: what remediation would change, and one change that is approved, verified and undone."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from account.client import Account

from . import artefacts, resources, tour
from .artefacts import BUILD, ROOT
from .engine import EngineError

SCHEDULE = "compliance-remediation-schedule"
PROGRAM = "pulumi-resource-aws-compliance"
PAGE = "ledger/remediation/index.html"
# A run takes a second; a machine that is busy, more.
PATIENCE_SECONDS = 60
AGAIN_SECONDS = 5
# AWS Config records and evaluates a changed resource later.
LATER_SECONDS = 60


class Remediation:
    """The remediation of a deployed monitor, as whoever approves its changes sees it."""

    def __init__(self, account: Account, outputs: dict) -> None:
        """The deployment with these outputs."""
        self.account, self.outputs = account, outputs

    def type(self, *arguments: str) -> str:
        """What the command prints; it is shown without where the deployment is."""
        tour.line(f"$ {PROGRAM} remediation {' '.join(arguments)}", style="bold")
        return self._ran(*arguments)

    def items(self) -> dict[str, dict]:
        """Every remediation, by the resource."""
        listed = json.loads(self._ran("list", "--json"))["remediations"]
        return {item["name"] if "name" in item else item["resourceId"]: item for item in listed}

    def digest(self, identity: str) -> str:
        """The digest of a plan."""
        return json.loads(self._ran("show", identity, "--json"))["digest"]

    def run(self, is_done: Callable[[dict[str, dict]], bool], what: str) -> dict[str, dict]:
        """Let the schedule start runs, and wait for what they lead to."""
        self.account.fire_schedule(SCHEDULE)
        began = last = time.monotonic()
        while not is_done(items := self.items()):
            if time.monotonic() > began + PATIENCE_SECONDS:
                states = {name: item["state"] for name, item in items.items()}
                raise EngineError(f"{what} did not come within {PATIENCE_SECONDS} s: {states}")
            if time.monotonic() > last + AGAIN_SECONDS:
                # A run that was faster than processing has not seen the new findings.
                self.account.fire_schedule(SCHEDULE)
                last = time.monotonic()
            time.sleep(0.3)
        return items

    def download(self, file: Path) -> Path:
        """Copy the page of all remediations."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.account.client("s3").download_file(self.outputs["bucketName"], PAGE, str(file))
        return file

    def _ran(self, *arguments: str) -> str:
        place = ["--table", self.outputs["ledgerTableName"], "--region", self.account.region]
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **self.account.environment}
        command = [Path(artefacts.plugin()) / PROGRAM, "remediation", *arguments, *place]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True)
        if ran.returncode:
            raise EngineError(f"{PROGRAM} {' '.join(arguments)}: {ran.stderr or ran.stdout}")
        return ran.stdout


def show(account: Account, outputs: dict, open_bucket: str, evaluate: Callable[[], object]) -> None:
    """Show it: a dry run, advice, and a change that is approved, verified and undone."""
    tour.heading(
        "Remediation plans what would fix findings",
        "By default it is a dry run. The program lets people approve the changes of one rule.",
    )
    database = resources.database(account, "late", backup_days=0)
    owned = stack_bucket(account)
    evaluate()
    one = Remediation(account, outputs)
    wanted = {database: "planned", owned: "advised", open_bucket: "awaitingApproval"}
    items = one.run(
        lambda items: all(items.get(name, {}).get("state") == state for name, state in wanted.items()), "the plans"
    )
    plan = items[database]["plan"]
    tour.line(f"dry run            {database}: {plan['effect']}")
    tour.line(f"    before {shown(plan['before'])}")
    tour.line(f"    after  {shown(plan['after'])}")
    tour.line(f"advice             {owned}: {items[owned]['advice']['reason'].split(';')[0]}")
    tour.line(f"awaiting approval  {open_bucket}: {items[open_bucket]['plan']['effect']}")

    tour.heading(
        "One plan is approved at the command line",
        "Every guard is evaluated again before the change, and the prior policy is stored for undo.",
    )
    identity, before = items[open_bucket]["id"], policy(account, open_bucket)
    tour.line(one.type("approve", identity, "--plan", one.digest(identity)).strip())
    tour.line(f"the policy of {open_bucket} has {len(policy(account, open_bucket))} statement more")
    account.advance(LATER_SECONDS)
    evaluate()
    one.run(lambda items: items[open_bucket]["state"] == "fixed", "the verification")
    tour.line("AWS Config has recorded and evaluated the bucket after the change: fixed")
    tour.line(one.type("undo", identity).strip())
    if policy(account, open_bucket) != before:
        raise EngineError("undo did not restore the policy")
    tour.line("the policy of the bucket is what it was before")
    one.run(lambda items: items[open_bucket]["state"] == "undone", "the run after the undo")
    page = BUILD / "demo/remediation.html"
    shown_in(one, page, identity)
    tour.line(f"Open the page of every step: {page.relative_to(ROOT)}", style="bold")


def shown_in(one: Remediation, page: Path, identity: str) -> None:
    """Wait until the page, which a run writes last, shows the undo."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        part = one.download(page).read_text().split(f"<code>{identity}</code>")[-1].split("</details>")[0]
        if ">undone<" in part:
            return
        if time.monotonic() > end:
            raise EngineError(f"the page of all remediations did not come within {PATIENCE_SECONDS} s")
        time.sleep(0.3)


def stack_bucket(account: Account) -> str:
    """A bucket that a CloudFormation stack owns; its name."""
    name = f"shop-{account.account_id}-{account.region}"
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(StackName="shop", TemplateBody=json.dumps({"Resources": {"Orders": bucket}}))
    waiter = cloudformation.get_waiter("stack_create_complete")
    waiter.wait(StackName="shop", WaiterConfig={"Delay": 1, "MaxAttempts": PATIENCE_SECONDS})
    return name


def policy(account: Account, bucket: str) -> list[dict]:
    """The statements of a bucket's policy."""
    s3 = account.client("s3")
    try:
        return json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    except s3.exceptions.from_code("NoSuchBucketPolicy"):
        return []


def shown(part: dict) -> str:
    """A part of a resource in one line."""
    return json.dumps(part, sort_keys=True)

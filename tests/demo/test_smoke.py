"""The smoke test for a real account, run against the simulated one: the same program and checks."""

from __future__ import annotations

import io
import time

import boto3
import pytest
import yaml

from account.client import Account, start
from harness import smoke

REGION = "eu-west-1"


def simulated(account: Account, **changes) -> smoke.Place:
    """The simulated account, where evaluations and the schedule come when the smoke test waits for them."""
    session = boto3.Session(
        aws_access_key_id=account.account_id, aws_secret_access_key="test", region_name=account.region
    )

    def wait() -> None:
        account.evaluate()
        account.fire_schedule("compliance-smoke-schedule")
        time.sleep(3)

    given = {"wait": wait, "patience": 0.04, **changes}
    return smoke.Place(session, account.endpoint, **given)


@pytest.fixture(scope="module")
def endpoint():
    """An account process of its own."""
    with start(auth=True) as url:
        yield url


def test_smoke_deploys_watches_destroys_and_leaves_what_it_said(endpoint, capsys):
    account = Account(endpoint, "600000000001", REGION)
    status = smoke.main(["--region", REGION, "--yes"], simulated(account))
    text = capsys.readouterr().out
    assert status == 0, text
    assert "Cost:" in text and "Duration:" in text and text.index("Cost:") < text.index("`up` deploys")
    assert "16 of 16 work" in text
    # The region had no recorder: `auto` created one, with the service-linked role, which remains.
    assert account.client("config").describe_configuration_recorders()["ConfigurationRecorders"] == []
    (role,) = account.client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    assert role["RoleName"] == "AWSServiceRoleForConfig"
    assert account.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_smoke_deploys_the_default_program_with_the_recorder_that_the_account_needs():
    program = yaml.safe_load((smoke.PROGRAM / "Pulumi.yaml").read_text())
    (resource,) = program["resources"].values()
    # A prefix of its own keeps it apart from a monitor that the account has already.
    assert resource["properties"] == {"namePrefix": smoke.PREFIX, "recorder": {"mode": "auto"}}


def test_smoke_destroys_with_the_credentials_of_that_moment(monkeypatch):
    given = []

    class Stack:
        def __init__(self):
            self.account = {"AWS_SESSION_TOKEN": "of the start", "PYTHONPATH": "x"}

        def destroy(self):
            given.append(dict(self.account))

    place = smoke.Place(session=None)
    monkeypatch.setattr(smoke.Place, "environment", lambda _self: {"AWS_SESSION_TOKEN": "of the end"})
    smoke.Smoke(place, Stack(), deletes=True)._destroy()
    assert given == [{"AWS_SESSION_TOKEN": "of the end", "PYTHONPATH": "x"}]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"level":"ERROR","fields":{"message":"denied"}}', True),
        ("2026-11-30T00:00:00Z 1a2b Task timed out after 900.00 seconds", True),
        ("RequestId: 1a2b Error: Runtime exited with error: exit status 101", True),
        ("thread 'main' panicked at src/main.rs:1:1:", True),
        ('{"level":"WARN","fields":{"message":"throttled, later"}}', False),
        ('{"level":"WARN","message":"refused, which may pass right after a deployment"}', False),
        ("REPORT RequestId: 1a2b Duration: 12.00 ms", False),
    ],
)
def test_smoke_sees_errors_of_functions_and_of_their_runtime(line, error):
    assert smoke.is_error(line) == error


def test_smoke_says_what_does_not_work_and_destroys_all_the_same(endpoint, capsys):
    account = Account(endpoint, "600000000002", REGION)
    place = simulated(account, wait=lambda: time.sleep(0.5), patience=0.001)
    assert smoke.main(["--region", REGION, "--yes"], place) == 1
    text = capsys.readouterr().out
    assert "FAILED  the schedule starts processing [2]" in text
    assert "ok      `destroy` takes everything away" in text
    assert "ok      nothing remains but what was said" in text
    assert account.client("lambda").list_functions()["Functions"] == []


def test_smoke_deploys_nothing_before_it_is_confirmed(endpoint, capsys, monkeypatch):
    account = Account(endpoint, "600000000003", REGION)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert smoke.main(["--region", REGION], simulated(account)) == 1
    assert "Nothing was deployed." in capsys.readouterr().out
    assert account.client("lambda").list_functions()["Functions"] == []


# The findings of the review of a real account, by number.
FINDINGS = {str(number) for number in range(1, 17)}


def test_each_finding_of_the_review_is_tried_or_has_a_reason(monkeypatch):
    tried = set()
    monkeypatch.setattr(smoke.Smoke, "record", lambda _self, _what, finding, _try: tried.update(finding.split(", ")))
    run = smoke.Smoke(smoke.Place(session=None), Outputs())
    monkeypatch.setattr(run, "_objects", lambda *_: [])
    run.run()
    run._watch_default()
    run._watch_runs()
    assert FINDINGS - tried == set(smoke.NOT_TRIED)


class Outputs:
    """A stack with outputs alone."""

    def outputs(self) -> dict:
        """Whatever is asked for."""
        return Any()


class Any(dict):
    """A value for every name."""

    def __missing__(self, _name: str) -> str:
        return "any"


def test_what_a_destroy_leaves_is_a_failure(endpoint):
    account = Account(endpoint, "600000000004", REGION)
    run = smoke.Smoke(simulated(account), stack=None)
    assert run._remains() is None
    account.client("logs").create_log_group(logGroupName="/aws/lambda/compliance-smoke-processing")
    account.client("sns").create_topic(Name="somebody-elses")
    run.key = account.client("kms").create_key()["KeyMetadata"]["KeyId"]
    left = {"log groups": ["/aws/lambda/compliance-smoke-processing"], "keys": [f"{run.key} (Enabled)"]}
    assert run._remains() == f"these are left: {left}"

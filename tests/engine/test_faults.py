"""The deployed functions on bad days: throttled, killed at each of their calls, twice at once, and without events.

Whatever happens, each transition is told once, and the last report is whole.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.deployment import compliance_change, yaml_program
from engine.test_functions import BUCKETS, eventually, result, said
from engine.test_notices import Told, queue

# A run that died while it sent keeps others from sending that long.
TIMEOUT_SECONDS = 20
OUTPUTS = ("bucketName", "lambdaRoleArn", "ledgerTableName", "snsTopicArn")
INPUTS = {"reports": {"forceDestroy": True}, "functions": {"timeoutSeconds": TIMEOUT_SECONDS}}
FILES = {"findings.csv", "index.html", "report.json", "rules.csv", "summary.json"}


class Troubled(Told):
    """A deployment that is troubled, and everything that it told."""

    @property
    def role(self) -> str:
        """The role of processing."""
        return self.deployment.outputs["lambdaRoleArn"]

    def survives(self, function: str = "processing", event: object = None) -> bool:
        """Invoke a function; whether it answers."""
        payload = json.dumps(event or {})
        client = self.deployment.client("lambda")
        answer = client.invoke(FunctionName=f"compliance-{function}", Payload=payload)
        answer["Payload"].read()
        return "FunctionError" not in answer

    def until_told(self, expected: list[tuple[str, str]]) -> None:
        """Look until these transitions were told, each in one notice, and then once more: nothing else is."""
        found: dict[str, list[tuple[str, str]]] = {}
        end = time.monotonic() + 2 * TIMEOUT_SECONDS
        while Counter(each for told in found.values() for each in told) != Counter(expected):
            assert time.monotonic() < end, (found, expected)
            self.survives()
            # What SNS took and nobody could write down any more comes again, under its id.
            for message in self.messages(self.everything):
                told = [(each["kind"], each["resourceId"]) for each in message.get("transitions", [])]
                assert found.setdefault(message["id"], told) == told
            time.sleep(0.2)
        assert self.survives()
        again = [message["id"] for message in self.messages(self.everything)]
        assert set(again) <= set(found)

    def report(self) -> dict:
        """The last report, all of whose files must be there."""
        prefix = self.deployment.record("reports/aggregation/latest.json")["prefix"]
        assert {key.removeprefix(prefix) for key in self.deployment.objects(prefix)} >= FILES
        return self.deployment.record(f"{prefix}report.json")


@pytest.fixture(scope="module")
def tested(deploy, new_account, tmp_path_factory) -> Troubled:
    """A monitor whose rules have settled, with a queue that hears everything."""
    account = new_account()
    outputs = {name: f"${{compliance.{name}}}" for name in OUTPUTS}
    deployment = deploy(yaml_program(tmp_path_factory.mktemp("faults"), INPUTS, outputs), account=account)
    everything, arn = queue(account, "everything")
    account.client("sns").subscribe(TopicArn=deployment.outputs["snsTopicArn"], Protocol="sqs", Endpoint=arn)
    made = Troubled(deployment, everything, everything)
    made.judge(result("good", "COMPLIANT"))
    made.look()
    made.look()
    return made


@pytest.fixture(autouse=True)
def nothing_open(tested):
    """Each test begins untroubled, with resources that comply, and with an empty queue."""
    tested.deployment.account.leave_alone(tested.role)
    known = tested.deployment.client("config").get_compliance_details_by_config_rule(ConfigRuleName=BUCKETS, Limit=100)
    places = [each["EvaluationResultIdentifier"]["EvaluationResultQualifier"] for each in known["EvaluationResults"]]
    tested.judge(*(result(place["ResourceId"], "COMPLIANT") for place in places))
    tested.look()
    tested.messages(tested.everything)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_a_third_of_its_calls_throttled_processing_tells_everything_once(tested, seed):
    account, name = tested.deployment.account, f"throttled-{seed}"
    event = {"Records": [{"messageId": "1", "body": json.dumps(compliance_change(account))}]}
    tested.judge(result(name, "NON_COMPLIANT"))
    account.throttle_share(tested.role, 0.3, seed)
    for _ in range(3):
        tested.survives(event=event)
    tested.until_told([("nonCompliant", name)])
    assert account.leave_alone(tested.role)["failed"] > 3


def test_processing_that_is_killed_at_any_call_and_runs_again_tells_everything_once(tested):
    account, calls = tested.deployment.account, 0
    tested.judge(result("fixed", "NON_COMPLIANT"), result("gone", "NON_COMPLIANT"))
    tested.until_told([("nonCompliant", "fixed"), ("nonCompliant", "gone")])
    bad, good = "NON_COMPLIANT", "COMPLIANT"
    while True:
        # Both ways in turn: what was bad is good, and the other way round.
        tested.judge(result("fixed", good), result("gone", "NOT_APPLICABLE"), result("new", bad))
        account.kill_after(tested.role, calls)
        survived = tested.survives()
        assert survived == (account.leave_alone(tested.role)["failed"] == 0), calls
        tested.until_told([("fixed", "fixed"), ("deleted", "gone"), ("nonCompliant", "new")])
        tested.judge(result("fixed", bad), result("gone", bad), result("new", good))
        tested.until_told([("nonCompliant", "fixed"), ("nonCompliant", "gone"), ("fixed", "new")])
        if survived:
            break
        calls += 1
    assert calls > 12, "there were calls to be killed at"


def test_two_runs_at_once_tell_everything_once(tested):
    for round in range(3):
        tested.judge(result(f"twice-{round}", "NON_COMPLIANT"))
        with ThreadPoolExecutor() as executor:
            assert all(executor.map(lambda _: tested.survives(), range(2)))
        tested.until_told([("nonCompliant", f"twice-{round}")])


def test_what_no_event_told_the_schedule_finds(tested):
    tested.judge(result("silent", "NON_COMPLIANT"))
    assert tested.messages(tested.everything) == []
    tested.deployment.account.fire_schedule("compliance-schedule")
    (message,) = eventually(lambda: tested.messages(tested.everything))
    assert [(each["kind"], each["resourceId"]) for each in message["transitions"]] == [("nonCompliant", "silent")]


def aggregation_role(tested: Troubled) -> str:
    """The role of aggregation."""
    function = tested.deployment.client("lambda").get_function(FunctionName="compliance-aggregation")
    return function["Configuration"]["Role"]


@pytest.mark.parametrize("seed", [1, 2])
def test_with_a_third_of_its_calls_throttled_aggregation_writes_a_whole_report(tested, seed):
    account, role = tested.deployment.account, aggregation_role(tested)
    tested.judge(result(f"reported-{seed}", "NON_COMPLIANT"))
    account.throttle_share(role, 0.3, seed)

    def reported() -> bool:
        # A run that continues what the schedule's run had read before reports that; the next one reads again.
        found = tested.survives("aggregation") and [finding["resourceId"] for finding in tested.report()["findings"]]
        return found == [f"reported-{seed}"]

    # Throttled calls wait before they are repeated: a run takes up to its time, and the second one reports.
    eventually(reported, 2 * TIMEOUT_SECONDS)
    assert account.leave_alone(role)["failed"] > 0


def test_aggregation_that_is_killed_at_any_call_leaves_a_whole_report_behind_and_the_next_run_is_whole(tested):
    account, role, calls = tested.deployment.account, aggregation_role(tested), 0
    while True:
        name = f"killed-{calls}"
        tested.judge(result(name, "NON_COMPLIANT"), result(f"killed-{calls - 1}", "COMPLIANT"))
        account.kill_after(role, calls)
        survived = tested.survives("aggregation")
        assert survived == (account.leave_alone(role)["failed"] == 0), calls
        tested.report()
        assert tested.survives("aggregation")
        assert [finding["resourceId"] for finding in tested.report()["findings"]] == [name]
        if survived:
            break
        calls += 1
    assert calls > 8, "there were calls to be killed at"


def test_what_was_killed_says_so_in_its_log(tested):
    account = tested.deployment.account
    account.kill_after(tested.role, 0)
    assert not tested.survives()
    account.leave_alone(tested.role)
    assert eventually(lambda: "Killed" in said(tested.deployment, "processing", '"ERROR"'))


def test_nothing_was_lost_in_silence(tested):
    assert [
        entry for entry in tested.deployment.account.lost() if tested.deployment.account.account_id in str(entry)
    ] == []

"""One life of the same program in each language: preview, up, up, refresh, a change, runs of the functions, destroy.

Each step is taken once, and what it left is kept for the tests, which only look.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from engine.children import CHILDREN, COMPONENTS, OUTPUTS, STACK, type_of
from engine.deployment import EXAMPLES, Deployment, compliance_change
from harness.leftovers import keys, leftovers, state
from harness.stack import Changes

LANGUAGES = ("yaml", "typescript", "python", "go")


@dataclass
class Life:
    """What each step did."""

    language: str
    preview: Changes
    created: Changes
    again: Changes
    refreshed: Changes
    changed: Changes
    outputs: dict
    # Recorded by the first `up` and after the change, by URN.
    first: dict[str, dict]
    resources: dict[str, dict]
    # Days by the name of the rule of the bucket's lifecycle.
    retention: dict[str, int | None]
    # What is there of a kind before the destruction and after it.
    before: dict
    after: dict
    keys: list[str]
    left: dict[str, dict]


def live(deploy, language: str) -> Life:
    """Take every step."""
    deployment = deploy(EXAMPLES / language, up=False, forceDestroy="true")
    stack, account = deployment.stack, deployment.account
    preview, created, first = stack.preview(), stack.up(), stack.resources()
    again, refreshed = stack.up(), stack.refresh()
    stack.configure("retentionDays", "60")
    changed, outputs, resources = stack.up(), stack.outputs(), stack.resources()
    bucket = outputs["bucketName"]
    rules = deployment.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    retention = {rule["ID"]: rule["Expiration"].get("Days") for rule in rules}
    run_functions(deployment)
    before = leftovers(account)
    stack.destroy()
    after, waiting = leftovers(account), [state(account, key) for key in keys(account)]
    return Life(
        language,
        preview,
        created,
        again,
        refreshed,
        changed,
        outputs,
        first,
        resources,
        retention,
        before,
        after,
        waiting,
        stack.resources(),
    )


@pytest.fixture(scope="module")
def lived(deploy) -> Callable[[str], Life]:
    """The life of the example in a language, which the first test that asks for it waits for."""
    return functools.cache(functools.partial(live, deploy))


@pytest.fixture(params=LANGUAGES)
def life(request, lived) -> Life:
    """The life of the example in one language."""
    return lived(request.param)


# What differs from stack to stack: the account, random parts of names, keys, and where the plugin's archive lies.
OWN = re.compile(
    r"\b\d{12}\b|(?<=-)[0-9a-f]{7}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\btest\d+\b|compliance-(?:yaml|typescript|python|go)\b"
)


def shared(value: object) -> object:
    """A value without what is the stack's own."""
    return json.loads(OWN.sub("*", json.dumps(value)))


def asked_for(resources: dict[str, dict]) -> dict[str, object]:
    """Inputs of every child by its name."""
    children = [entry for entry in resources.values() if entry["type"].startswith("aws:")]
    return {entry["urn"].split("::")[-1]: shared(entry["inputs"]) for entry in children}


def types(changes: Changes) -> Counter:
    """How many resources of each type a run registered."""
    return Counter(type_of(urn) for urn in changes.steps)


def test_a_preview_counts_every_child(life):
    assert types(life.preview) == Counter(COMPONENTS | CHILDREN | STACK)
    assert life.preview.summary == {"create": types(life.preview).total()}


def test_an_up_creates_what_the_preview_counted(life):
    assert types(life.created) == types(life.preview)
    assert set(life.created.touched.values()) == {"create"}


@pytest.mark.parametrize("step", ["preview", "created", "again", "refreshed", "changed"])
def test_no_step_has_an_error_or_a_warning(life, step):
    assert getattr(life, step).diagnostics == []


def test_a_second_up_changes_nothing(life):
    assert life.again.none, life.again.touched


def test_a_refresh_finds_what_was_deployed(life):
    assert life.refreshed.none, life.refreshed.summary


def test_another_retention_changes_the_lifecycle_and_nothing_else_in_the_account(life):
    touched = {type_of(urn): operation for urn, operation in life.changed.touched.items()}
    assert touched == {
        # Of the components, only the inputs that are recorded change.
        "aws-compliance:index:ComplianceMonitoring": "update",
        "aws-compliance:index:ReportStore": "update",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "update",
    }
    assert life.retention["reports"] == 60


def test_every_output_is_there(life):
    assert set(life.outputs) == OUTPUTS
    # There are no packs and no routes in this program.
    assert {name for name, value in life.outputs.items() if not value} == {"conformancePackNames", "pendingRoutes"}


def test_a_destroy_after_the_functions_wrote_leaves_nothing_but_the_key_that_waits(life):
    assert life.before != {}
    assert life.after == {}
    assert life.keys == ["PendingDeletion"]
    assert life.left == {}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "yaml"])
def test_every_language_deploys_what_yaml_does(lived, language):
    """So that other tests can ask the account of one language."""
    other, yaml = lived(language), lived("yaml")
    assert asked_for(other.first) == asked_for(yaml.first)
    assert asked_for(other.resources) == asked_for(yaml.resources)
    assert shared(other.outputs) == shared(yaml.outputs)


def test_a_destroy_leaves_every_record_and_its_key_and_the_next_one_may_delete_them(deploy):
    deployment = deploy(EXAMPLES / "yaml")
    run_functions(deployment)
    records = deployment.objects("reports/") + deployment.objects("ledger/")
    reports = [key for key in records if key.startswith(("reports/aggregation/", "reports/latest/"))]
    # One of the run that the deployment asks for, one of another run, and one of the ledger.
    assert len(records) - len(reports) == 3
    assert {key.rsplit("/", 1)[1] for key in reports} >= {"index.html", "report.json", "findings.csv", "latest.json"}
    deployment.stack.destroy()
    assert deployment.objects("reports/") + deployment.objects("ledger/") == records
    assert [state(deployment.account, key) for key in keys(deployment.account)] == ["Enabled"]
    documents = {key.rsplit("/", 1)[1]: deployment.record(key) for key in records if key.endswith(".json")}
    assert documents.pop("state.json") == {}, "nothing is left to do"
    assert {document["schemaVersion"] for document in documents.values()} == {1}
    # As README says: decide it by an `up`, which takes over what was retained, then destroy.
    deployment.stack.configure("forceDestroy", "true")
    deployment.stack.up()
    deployment.stack.destroy()
    assert leftovers(deployment.account) == {}


def run_functions(deployment: Deployment) -> None:
    """Let every function leave a record."""
    outputs = deployment.outputs
    for name, left in (("processing", "record"), ("aggregation", "report")):
        assert deployment.invoke(outputs[f"{name}LambdaName"], {})[left] in deployment.objects()
    deployment.invoke(outputs["remediationLambdaName"], compliance_change(deployment.account))
    assert len(deployment.objects("ledger/")) == 1

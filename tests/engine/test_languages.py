"""One life of the same program in each language: preview, up, up, refresh, a change, runs of the functions, destroy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from engine.children import CHILDREN, COMPONENTS, OUTPUTS, STACK, type_of
from engine.deployment import EXAMPLES, Deployment, compliance_change
from engine.leftovers import keys, leftovers, state
from harness.engine import Changes, EngineError

LANGUAGES = ("yaml", "typescript", "python", "go")


@dataclass
class Life:
    """What each step did."""

    deployment: Deployment
    preview: Changes
    created: Changes
    again: Changes
    refreshed: Changes
    changed: Changes


@pytest.fixture(scope="module", params=LANGUAGES)
def life(request, deploy) -> Life:
    """The steps up to the change, taken once for each language."""
    deployment = deploy(EXAMPLES / request.param, up=False, forceDestroy="true")
    stack = deployment.stack
    preview, created, again, refreshed = stack.preview(), stack.up(), stack.up(), stack.refresh()
    stack.configure("retentionDays", "60")
    return Life(deployment, preview, created, again, refreshed, stack.up())


def types(changes: Changes) -> Counter:
    """How many resources of each type a run registered."""
    return Counter(type_of(urn) for urn in changes.steps)


def test_a_preview_counts_every_child(life):
    assert types(life.preview) == Counter(COMPONENTS | CHILDREN | STACK)
    assert life.preview.summary == {"create": 90}


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
    bucket = life.deployment.outputs["bucketName"]
    rules = life.deployment.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {rule["ID"]: rule["Expiration"].get("Days") for rule in rules}["reports"] == 60


def test_every_output_is_there(life):
    outputs = life.deployment.outputs
    assert set(outputs) == OUTPUTS
    # There are no packs where no framework asks for them.
    assert {name for name, value in outputs.items() if not value} == {"conformancePackNames"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_destroy_after_the_functions_wrote_leaves_nothing_but_the_key_that_waits(deploy, language):
    deployment = deploy(EXAMPLES / language, forceDestroy="true")
    run_functions(deployment)
    assert leftovers(deployment.account) != {}
    deployment.stack.destroy()
    assert leftovers(deployment.account) == {}
    assert [state(deployment.account, key) for key in keys(deployment.account)] == ["PendingDeletion"]
    assert deployment.stack.resources() == {}


def test_a_destroy_without_force_stops_at_the_bucket_and_leaves_every_record_and_its_key(deploy):
    deployment = deploy(EXAMPLES / "yaml")
    run_functions(deployment)
    records = deployment.objects("reports/") + deployment.objects("ledger/")
    reports = [key for key in records if key.startswith("reports/aggregation/")]
    # One of the run that the deployment asks for, one of another run, and one of the ledger.
    assert len(records) - len(reports) == 3
    assert {key.rsplit("/", 1)[1] for key in reports} >= {"index.html", "report.json", "findings.csv", "latest.json"}
    with pytest.raises(EngineError, match="BucketNotEmpty"):
        deployment.stack.destroy()
    assert deployment.objects() == sorted(records)
    assert [state(deployment.account, key) for key in keys(deployment.account)] == ["Enabled"]
    documents = {key.rsplit("/", 1)[1]: deployment.record(key) for key in records if key.endswith(".json")}
    assert documents.pop("state.json") == {}, "nothing is left to do"
    assert {document["schemaVersion"] for document in documents.values()} == {1}
    # As README says: force it by an `up`, then destroy.
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

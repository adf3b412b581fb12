"""Whoever has a released version deployed can take this one: nothing is replaced and nothing is deleted.

The stacks are recorded by `record_release.py`. They are imported into an account that has a recorder and none of
their resources: a preview asks it no more.
"""

from __future__ import annotations

import json

import pytest

from account.client import Account, prepare_landing_zone
from engine.children import type_of
from engine.deployment import EXAMPLES
from engine.record_release import ACCOUNTS, REGION, RELEASES
from harness.artefacts import schema
from harness.stack import Changes, Stack

RECORDED = sorted(RELEASES.glob("*/*.json"))
# What takes nothing from what is deployed.
HARMLESS = {"same", "update", "create"}
# What is deleted or replaced once on purpose, by logical name: the step, and why it does no harm. None holds data.
ON_PURPOSE = {
    # A recorder that is reused has a role of its own, so this one was never assumed (CHANGELOG, "configRoleArn").
    "compliance-rules-config-role": "delete",
    "compliance-rules-config-role-policy": "delete",
    # Its source account may have kept EventBridge from invoking (CHANGELOG, "source account").
    "compliance-functions-schedule-permission": "replace",
}


def test_this_version_is_recorded_for_every_example():
    version = schema()["version"]
    assert {path.stem for path in RECORDED if path.parent.name == version} == set(ACCOUNTS)


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_upgrade_of_a_deployed_release_replaces_and_deletes_only_what_the_changelog_names(
    engine, endpoint, recorded
):
    preview = previewed(engine, endpoint, recorded.stem, elsewhere(json.loads(recorded.read_text())))
    found = {urn.split("::")[-1]: step for urn, step in harmful(preview).items()}
    assert found == ON_PURPOSE
    assert preview.diagnostics == []
    assert sum(preview.summary.values()) >= 59


def test_a_replacement_and_a_deletion_would_be_found(engine, endpoint):
    state = json.loads((RELEASES / schema()["version"] / "yaml.json").read_text())
    resources = {resource["urn"].split("::")[-1]: resource for resource in state["deployment"]["resources"]}
    for values in (resources["compliance-alerts-topic"]["inputs"], resources["compliance-alerts-topic"]["outputs"]):
        values["name"] = "another-name"
    key = resources["compliance-encryption-alias"]
    key["urn"] = key["urn"].replace("encryption-alias", "encryption-former")
    found = harmful(previewed(engine, endpoint, "yaml", elsewhere(state)))
    assert {urn.split("::")[-1]: step for urn, step in found.items()} == ON_PURPOSE | {
        "compliance-alerts-topic": "replace",
        # They name the topic by its ARN.
        "compliance-alerts-policy": "replace",
        "compliance-alerts-email-security": "replace",
        "compliance-encryption-former": "delete",
    }


def previewed(engine, endpoint, example: str, state: dict) -> Changes:
    """What this version would do to a stack that is deployed so."""
    account = Account(endpoint, ACCOUNTS[example], REGION)
    if not account.client("config").describe_configuration_recorders()["ConfigurationRecorders"]:
        prepare_landing_zone(account)
    stack = Stack(engine, EXAMPLES / example, "release", account.environment)
    stack.import_state(state["deployment"])
    return stack.preview()


def harmful(preview: Changes) -> dict[str, str]:
    """The steps that take something away. A default provider is there once for each version of its plugin."""
    touched = {urn: step for urn, step in preview.touched.items() if not type_of(urn).startswith("pulumi:providers:")}
    return {urn: step for urn, step in touched.items() if step not in HARMLESS}


def elsewhere(state: dict) -> dict:
    """The same stack as from another machine: its archive of the functions is not here."""
    for resource in state["deployment"]["resources"]:
        for values in (resource.get("inputs", {}), resource.get("outputs", {})):
            if resource["type"] == "aws:lambda/function:Function":
                values["code"]["path"] = "/nowhere/functions.zip"
    return state

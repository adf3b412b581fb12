"""Every policy document in the tree is one that AWS accepts: the deployer's and those of recorded children."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator

import pytest

from account import grammar
from engine.policies import DOCUMENTS, Policy, findings
from harness.artefacts import ROOT

sys.path.append(str(ROOT / "tools"))

CHECKS = {
    "identity": grammar.identity_fault,
    "trust": grammar.trust_fault,
    "key": grammar.resource_fault,
    "resource": grammar.resource_fault,
}
DEPLOYER = sorted((ROOT / "docs").glob("deployer-policy*.json"))
SNAPSHOTS = sorted((ROOT / "provider/aws-compliance/tests/construct/snapshots").glob("construct__snapshots__*.snap"))
RELEASES = sorted((ROOT / "tests/engine/releases").rglob("*.json"))
# Every document that any inputs lead to (`provider/aws-compliance/tests/construct/policies.rs`), by type and input.
EVERY = ROOT / "provider/aws-compliance/tests/construct/snapshots/construct__policies__every_policy_document.snap"
# Pulumi's mark of a value that a preview does not know.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def of_children(children: list[dict]) -> Iterator[tuple[str, str, str]]:
    """URN, kind and document of each policy among the inputs of children."""
    for child in children:
        token = child["urn"].split("::")[2].split("$")[-1]
        name, kind = DOCUMENTS.get(token, (None, None))
        for member, value in (child.get("inputs") or {}).items():
            if isinstance(value, str) and '"Statement"' in value:
                assert member == name, f"{child['urn']}: no check reads the policy in `{member}`"
                yield child["urn"], kind, value


def children(path) -> list[dict]:
    """The children of a snapshot, or the resources of an exported stack."""
    if path.suffix == ".snap":
        return json.loads(path.read_text().split("---\n", 2)[2])
    return json.loads(path.read_text())["deployment"]["resources"]


@pytest.mark.parametrize("path", DEPLOYER, ids=lambda path: path.stem)
def test_finding_1_a_deployer_policy_is_one_that_iam_takes(path):
    document = path.read_text().replace("ACCOUNT_ID", "111122223333").replace("REGION", "eu-west-1")
    assert grammar.identity_fault(document) is None


@pytest.mark.parametrize("path", [*SNAPSHOTS, *RELEASES], ids=lambda path: path.stem)
def test_finding_1_each_policy_of_a_child_is_one_that_aws_takes(path):
    found = list(of_children(children(path)))
    assert found or "preview" in path.stem
    known = [one for one in found if UNKNOWN not in one[2]]
    assert {urn: fault for urn, kind, text in known if (fault := CHECKS[kind](text))} == {}


def every_document() -> list[Policy]:
    """The documents of the snapshot, each with its kind."""
    places = json.loads(EVERY.read_text().split("---\n", 2)[2])
    inputs = {f"{token} {member}": kind for token, (member, kind) in DOCUMENTS.items()}
    assert places.keys() == inputs.keys(), "each type that takes a policy has some, and no other input has one"
    return [Policy(place, inputs[place], text) for place, texts in places.items() for text in texts]


def test_finding_1_every_policy_that_any_inputs_lead_to_is_one_that_aws_takes():
    documents = every_document()
    assert len(documents) > 100
    assert {one.text: fault for one in documents if (fault := CHECKS[one.kind](one.text))} == {}


def test_no_policy_that_any_inputs_lead_to_gives_more_than_is_needed():
    # A remediation is for the resource that a person starts it for, in this account alone (`aws:ResourceAccount`).
    found = {(text, one.place) for one in every_document() for text in findings(one)}
    found.discard(("Remediate: resource *", "aws:iam/rolePolicy:RolePolicy policy"))
    assert found == set()


def test_finding_1_a_statement_without_actions_is_never_written():
    policies = importlib.import_module("deployer_policy")
    places = {"here": {"statement": "Here", "arns": ["*"]}, "empty": {"statement": "Empty", "arns": ["*"]}}
    with pytest.raises(ValueError, match="statement Empty: Action is empty"):
        policies.document({"here": {"iam:GetRole"}, "empty": set()}, places)

"""What the default component with one e-mail address registers, type by type, as `tests/construct` recorded it."""

from __future__ import annotations

import json
from collections import Counter

from harness.artefacts import ROOT

SNAPSHOTS = ROOT / "provider/aws-compliance/tests/construct/snapshots"
EMAIL = {"aws:sns/topicSubscription:TopicSubscription": 1}
STACK = {"pulumi:pulumi:Stack": 1}


def type_of(urn: str) -> str:
    """The type that a URN ends its chain of types with."""
    return urn.split("::")[2].split("$")[-1]


def _recorded() -> list[str]:
    """The URNs of the default deployment."""
    snapshot = (SNAPSHOTS / "construct__snapshots__a_default_deployment.snap").read_text()
    return [registration["urn"] for registration in json.loads(snapshot.split("---", 2)[2])]


URNS = _recorded()
COMPONENTS = Counter(kind for kind in map(type_of, URNS) if kind.startswith("aws-compliance:"))
CHILDREN = Counter(kind for kind in map(type_of, URNS) if kind.startswith("aws:")) + Counter(EMAIL)
# The component, its parts, their children and the stack.
RESOURCES = (COMPONENTS + CHILDREN + Counter(STACK)).total()
_SCHEMA = json.loads((ROOT / "schema.json").read_text())["resources"]["aws-compliance:index:ComplianceMonitoring"]
# The examples have no budget, and no approver of remediations.
OUTPUTS = set(_SCHEMA["properties"]) - {"approverPolicy", "budgetName"}


def of_part(name: str) -> Counter[str]:
    """A part of the default deployment: the component itself and its children."""
    token = f"aws-compliance:index:{name}"
    return Counter(type_of(urn) for urn in URNS if token in urn.split("::")[2].split("$"))

"""Write the deployer's policies `docs/deployer-policy*.json` from the children that the component registers.

Each child's type is looked up in `tools/deployer/actions.toml`, which says what actions its operations need and where.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from harness import artefacts

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
TABLE = ROOT / "tools/deployer/actions.toml"
OPERATIONS = ("create", "read", "update", "delete", "tags")
# The inputs of a program with an e-mail address, as the examples have, with what can be enabled later; and what needs a
# document of its own.
DEFAULT = {"notifications": {"emails": {"security": "security@example.com"}}, "reports": {"objectLock": {}}}
ADDED = {
    "recorder": {"recorder": {"mode": "create"}},
    "budget": {"cost": {"monthlyBudgetUsd": 20}},
}
# Home and another region, which the component does not take for each other.
REGIONS = {"regions": ["eu-west-1", "us-east-1"]}

Needs = dict[str, set[str]]


def table() -> dict:
    """The reviewed table: places, what the look needs, and what each type needs."""
    return tomllib.loads(TABLE.read_text())


def children(inputs: dict) -> list[dict]:
    """The children that a component with these inputs registers."""
    program = artefacts.program("record_children", "example")
    return json.loads(subprocess.check_output([program, json.dumps(inputs)], cwd=ROOT))


def recorded(inputs: dict) -> set[str]:
    """The types of these children."""
    return {child["type"] for child in children(inputs)}


def elsewhere(inputs: dict) -> set[str]:
    """The types of the children in other regions than the provider's."""
    return {child["type"] for child in children({**inputs, **REGIONS}) if "region" in child["inputs"]}


def in_every_region(policy: dict) -> dict:
    """A policy for whichever regions a deployment lists."""
    return json.loads(json.dumps(policy).replace(":REGION:", ":*:"))


def needs(types: set[str], known: dict) -> Needs:
    """The actions by place."""
    if unknown := sorted(types - known["types"].keys()):
        raise ValueError(f"{TABLE.relative_to(ROOT)} says nothing of {', '.join(unknown)}")
    found: Needs = {}
    for kind in types:
        for operation in OPERATIONS:
            for place, actions in known["types"][kind].get(operation, {}).items():
                found.setdefault(place, set()).update(actions)
    return found


def document(needed: Needs, places: dict) -> dict:
    """A policy whose statements are in a fixed order."""
    statements: dict[str, dict] = {}
    for place in sorted(needed):
        at = places[place]
        new = {"Sid": at["statement"], "Effect": "Allow", "Action": [], "Resource": []}
        statement = statements.setdefault(at["statement"], new)
        statement["Action"] = sorted({*statement["Action"], *needed[place]})
        statement["Resource"] = sorted({*statement["Resource"], *at["arns"]})
        if "condition" in at:
            statement["Condition"] = at["condition"]
    for sid, statement in statements.items():
        for member in ("Action", "Resource"):
            if not statement[member]:
                # IAM refuses the whole document ("Policy statement must contain actions").
                raise ValueError(f"statement {sid}: {member} is empty")
            # One text is shorter than a list of one, and policies have room for few characters.
            statement[member] = statement[member][0] if len(statement[member]) == 1 else statement[member]
    return {"Version": "2012-10-17", "Statement": [statements[name] for name in sorted(statements)]}


def texts() -> dict[str, str]:
    """The generated files by name."""
    known = table()
    default = recorded(DEFAULT)
    added = {name: recorded({**DEFAULT, **inputs}) for name, inputs in ADDED.items()}
    regions = elsewhere({**DEFAULT, **ADDED["recorder"]})
    if unused := sorted(known["types"].keys() - default.union(regions, *added.values())):
        raise ValueError(f"{TABLE.relative_to(ROOT)} has types that no child is of: {', '.join(unused)}")
    base = needs(default, known)
    for place, actions in (*known["look"].items(), *known["invokes"].items()):
        base.setdefault(place, set()).update(actions)
    documents = {
        "deployer-policy.json": document(base, known["places"]),
        "deployer-policy-organization.json": document(
            {at: set(new) for at, new in known["organization"].items()}, known["places"]
        ),
    }
    # What is allowed everywhere is allowed there, too.
    there = needs(regions, known)
    there["anything"] -= base["anything"]
    for place, actions in known["regions"].items():
        there.setdefault(place, set()).update(actions)
    documents["deployer-policy-regions.json"] = in_every_region(document(there, known["places"]))
    for name, types in added.items():
        more = {place: actions - base.get(place, set()) for place, actions in needs(types, known).items()}
        beyond = {place: actions for place, actions in more.items() if actions}
        documents[f"deployer-policy-{name}.json"] = document(beyond, known["places"])
    return {name: json.dumps(made, indent=2) + "\n" for name, made in documents.items()}


def main() -> int:
    for name, text in texts().items():
        (DOCS / name).write_text(text)
        print(f"docs/{name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

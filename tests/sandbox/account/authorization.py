"""What the Service Authorization Reference says of actions: which kinds of resources each can be bound to.

An action without one is allowed by the resource `*` alone: a statement that names resources never matches it. The data
are cfn-lint's, which are made from AWS's own.
"""

import functools
import importlib.resources
import json

PACKAGE, FILE = "cfnlint.data.AdditionalSpecs", "Policies.json"


@functools.cache
def _services() -> dict[str, dict]:
    with importlib.resources.files(PACKAGE).joinpath(FILE).open("rb") as file:
        return json.load(file)


@functools.cache
def resource_types(action: str) -> frozenset[str] | None:
    """The kinds of resources of an action; empty where it has none, None where the action is not known."""
    service, _, name = action.partition(":")
    known = _services().get(service.lower(), {}).get("Actions", {}).get(name.lower())
    return None if known is None else frozenset(known.get("Resources", []))


def resource(action: str, named: str) -> str:
    """The resource that IAM is asked about: the one that the call names, `*` where the action has none."""
    return "*" if resource_types(action) == frozenset() else named

"""What `aws-types.json` says of the types, and the check of inputs against it."""

from __future__ import annotations

import functools
import json
from pathlib import Path

FACTS = Path(__file__).resolve().parents[3] / "provider/aws-resources/aws-types.json"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"


@functools.cache
def facts() -> dict:
    """The extract of `@pulumi/aws` that the typed Rust resources are made from, too."""
    return json.loads(FACTS.read_text())


def version() -> str:
    """The version that this plugin claims: the one the types come from."""
    return facts()["version"]


# Types that only deployments of earlier releases have; their stacks are upgraded in tests.
_NAME = {"required": True, "type": "string"}
FORMER = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        "aliases": [],
        "inputs": {"policyArn": _NAME, "role": _NAME},
        "outputs": {"policyArn": _NAME, "role": _NAME},
        "secretOutputs": [],
    },
}


def resource(token: str) -> dict | None:
    """Facts of a resource type; None for one that was not selected."""
    return facts()["resources"].get(token) or FORMER.get(token)


class Findings:
    """What a check found: failures end the run, deprecations are told."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        self.deprecated: list[str] = []


def check(token: str, inputs: dict) -> Findings:
    """Find unknown, missing, ill-typed and deprecated inputs."""
    findings = Findings()
    _members("", resource(token)["inputs"], inputs, findings)
    return findings


def _members(path: str, known: dict, given: dict, findings: Findings) -> None:
    for name, value in given.items():
        at = f"{path}.{name}" if path else name
        if name.startswith("__") and not path:
            continue
        if name not in known:
            findings.failures.append((at, f"unknown property; known: {', '.join(sorted(known))}"))
            continue
        if known[name].get("deprecated"):
            findings.deprecated.append(at)
        _value(at, known[name]["type"], value, findings)
    for name, fact in known.items():
        if fact.get("required") and given.get(name) is None:
            findings.failures.append((f"{path}.{name}" if path else name, "required, but not given"))


def _value(path: str, kind, value, findings: Findings) -> None:
    if value is None or value == UNKNOWN or kind == "any":
        return
    if isinstance(kind, str):
        expected = {"string": str, "number": (int, float), "integer": (int, float), "boolean": bool}[kind]
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            findings.failures.append((path, f"expected {kind}, got {type(value).__name__}"))
    elif "list" in kind:
        if not isinstance(value, list):
            findings.failures.append((path, f"expected a list, got {type(value).__name__}"))
            return
        for index, item in enumerate(value):
            _value(f"{path}[{index}]", kind["list"], item, findings)
    elif "map" in kind:
        if not isinstance(value, dict):
            findings.failures.append((path, f"expected a map, got {type(value).__name__}"))
            return
        for name, item in value.items():
            _value(f"{path}.{name}", kind["map"], item, findings)
    elif "ref" in kind:
        if not isinstance(value, dict):
            findings.failures.append((path, f"expected an object, got {type(value).__name__}"))
            return
        _members(path, facts()["types"][kind["ref"]], value, findings)
    elif ("archive" in kind or "asset" in kind) and not (isinstance(value, dict) and SIGNATURE in value):
        findings.failures.append((path, "expected an asset or an archive"))

"""The package schema of the selected types, for YAML programs and for explicit providers."""

from __future__ import annotations

from .facts import facts

CONFIG = {
    "region": {"type": "string"},
    "accessKey": {"type": "string", "secret": True},
    "secretKey": {"type": "string", "secret": True},
    "token": {"type": "string", "secret": True},
    "defaultTags": {"$ref": "#/types/aws:index/ProviderDefaultTags:ProviderDefaultTags"},
    "allowedAccountIds": {"type": "array", "items": {"type": "string"}},
    "skipCredentialsValidation": {"type": "boolean"},
}


def schema() -> dict:
    """Render it from `aws-types.json`."""
    types = {
        f"aws:{name.replace('.', '/')}:{name.split('.')[-1]}": {"type": "object", **_properties(members)}
        for name, members in facts()["types"].items()
    }
    types["aws:index/ProviderDefaultTags:ProviderDefaultTags"] = {
        "type": "object",
        "properties": {"tags": {"type": "object", "additionalProperties": {"type": "string"}}},
    }
    resources = {}
    for token, fact in facts()["resources"].items():
        inputs = _properties(fact["inputs"])
        outputs = _properties(fact["outputs"])
        resources[token] = {
            "inputProperties": inputs["properties"],
            "requiredInputs": inputs.get("required", []),
            "properties": outputs["properties"],
            "required": outputs.get("required", []),
        }
    provider = {"inputProperties": CONFIG, "properties": {"region": {"type": "string"}}}
    return {
        "name": "aws",
        "version": facts()["version"],
        "provider": provider,
        "config": {"variables": CONFIG},
        "types": types,
        "resources": resources,
    }


def _properties(members: dict) -> dict:
    properties = {name: _type(fact["type"]) for name, fact in members.items()}
    required = sorted(name for name, fact in members.items() if fact.get("required"))
    return {"properties": properties, "required": required}


def _type(kind) -> dict:
    if kind == "any":
        return {"$ref": "pulumi.json#/Any"}
    if isinstance(kind, str):
        return {"type": kind}
    if "list" in kind:
        return {"type": "array", "items": _type(kind["list"])}
    if "map" in kind:
        return {"type": "object", "additionalProperties": _type(kind["map"])}
    if "ref" in kind:
        return {"$ref": f"#/types/aws:{kind['ref'].replace('.', '/')}:{kind['ref'].split('.')[-1]}"}
    if "archive" in kind:
        return {"$ref": "pulumi.json#/Archive"}
    if "asset" in kind:
        return {"$ref": "pulumi.json#/Asset"}
    return {"type": "string"}

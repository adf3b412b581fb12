"""Builds what `program.json` describes; `tests/components/description.py` says how it is written."""

import json
from pathlib import Path

import pulumi

VERSIONS = {"suite": "0.1.0", "cloud": "1.0.0"}
program = json.loads(Path("program.json").read_text())
made: dict[str, pulumi.Resource] = {}


def value(given):
    """A value of the description, its markers read."""
    if isinstance(given, list):
        return [value(item) for item in given]
    if not isinstance(given, dict):
        return given
    if "$secret" in given:
        return pulumi.Output.secret(value(given["$secret"]))
    if "$get" in given:
        name, member = given["$get"]
        return pulumi.get(made[name], member) if member != "id" else made[name].id
    if "$ref" in given:
        return made[given["$ref"]]
    if "$asset" in given:
        return pulumi.StringAsset(given["$asset"])
    if "$archive" in given:
        return pulumi.AssetArchive({path: pulumi.StringAsset(text) for path, text in given["$archive"].items()})
    return {name: value(member) for name, member in given.items()}


def alias(given):
    """An alias of the description."""
    return pulumi.Alias(name=given["name"], parent=None) if given.get("noParent") else pulumi.Alias(name=given["name"])


def options(entry) -> pulumi.ResourceOptions:
    """The options of a resource."""
    given = dict(entry.get("options", {}))
    version = VERSIONS[entry["type"].removeprefix("pulumi:providers:").split(":")[0]]
    read = {
        "protect": given.get("protect"),
        "retain_on_delete": given.get("retainOnDelete"),
        "ignore_changes": given.get("ignoreChanges"),
        "replace_on_changes": given.get("replaceOnChanges"),
        "delete_before_replace": given.get("deleteBeforeReplace"),
        "additional_secret_outputs": given.get("additionalSecretOutputs"),
        "depends_on": [made[name] for name in given.get("dependsOn", [])],
        "providers": [made[name] for name in given["providers"]] if "providers" in given else None,
        "provider": made.get(given.get("provider")),
        "parent": made.get(given.get("parent")),
        "deleted_with": made.get(given.get("deletedWith")),
        "aliases": [alias(entry) for entry in given.get("aliases", [])] or None,
        "replacement_trigger": given.get("replacementTrigger"),
        "version": version,
    }
    if "customTimeouts" in given:
        read["custom_timeouts"] = pulumi.CustomTimeouts(**given["customTimeouts"])
    if "transformTo" in given:
        read["transforms"] = [transform_to(given["transformTo"])]
    if given.get("hook"):
        hook = pulumi.ResourceHook(f"hook-of-{entry['name']}", lambda args: pulumi.info(f"hooked {args.name}"))
        read["hooks"] = pulumi.ResourceHookBinding(after_create=[hook])
    return pulumi.ResourceOptions(**{name: member for name, member in read.items() if member not in (None, [])})


def transform_to(size: str):
    """A transform that changes the size of every thing below."""

    def transform(args: pulumi.ResourceTransformArgs):
        if args.type_ != "cloud:index:Thing":
            return None
        return pulumi.ResourceTransformResult(props=args.props | {"size": size}, opts=args.opts)

    return transform


for entry in program["resources"]:
    kind, name, props = entry["type"], entry["name"], value(entry.get("props", {}))
    props |= {member: None for member in entry.get("get", []) if member not in props}
    if kind.startswith("pulumi:providers:"):
        made[name] = pulumi.ProviderResource(kind.split(":")[-1], name, props, options(entry))
    elif kind.startswith("cloud:"):
        made[name] = pulumi.CustomResource(kind, name, props, options(entry))
    else:
        made[name] = pulumi.ComponentResource(kind, name, props, options(entry), remote=True)

for name, given in program.get("outputs", {}).items():
    pulumi.export(name, value(given))
for name, call in program.get("calls", {}).items():
    answered = pulumi.runtime.call(
        call["method"], {"__self__": made[call["self"]]} | value(call["args"]), made[call["self"]]
    )
    pulumi.export(name, answered)
for name, invoked in program.get("invokes", {}).items():
    pulumi.export(name, pulumi.runtime.invoke(invoked["function"], value(invoked["args"])).value)

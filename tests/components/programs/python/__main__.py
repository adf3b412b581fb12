"""Builds what `program.json` describes; `tests/components/description.py` says how it is written."""

import json
import re
from pathlib import Path

import pulumi

VERSIONS = {"suite": "0.1.0", "cloud": "1.0.0"}
program = json.loads(Path("program.json").read_text())
made: dict[str, pulumi.Resource] = {}


class Things(pulumi.runtime.ResourceModule):
    """Makes a resource of a reference that comes out of a component."""

    def version(self):
        return None

    def construct(self, name: str, typ: str, urn: str) -> pulumi.Resource:
        return pulumi.CustomResource(typ, name, {"size": None}, pulumi.ResourceOptions(urn=urn))


pulumi.runtime.register_resource_module("cloud", "index", Things())


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
    if "$file" in given:
        return pulumi.FileAsset(given["$file"])
    if "$archive" in given:
        return pulumi.AssetArchive({path: pulumi.StringAsset(text) for path, text in given["$archive"].items()})
    return {name: value(member) for name, member in given.items()}


def alias(given):
    """An alias of the description."""
    if "urn" in given:
        return f"urn:pulumi:{pulumi.get_stack()}::suite-tests::{given['urn']}"
    read = {name: given[name] for name in ("name", "stack", "project") if name in given}
    if "type" in given:
        read["type_"] = given["type"]
    if "parent" in given or given.get("noParent"):
        read["parent"] = made.get(given.get("parent"))
    return pulumi.Alias(**read)


def hooks(name: str, moments: dict) -> pulumi.ResourceHookBinding:
    """Hooks of a resource, each of which says when it ran or fails."""

    def hook(moment: str, what: str) -> pulumi.ResourceHook:
        def run(args):
            if what == "fails":
                raise ValueError(f"refused {moment} of {name}")
            pulumi.info(f"{moment} of {args.name}")

        return pulumi.ResourceHook(f"{moment}-of-{name}", run)

    snake = {moment: re.sub("([A-Z])", r"_\1", moment).lower() for moment in moments}
    return pulumi.ResourceHookBinding(**{snake[moment]: [hook(moment, what)] for moment, what in moments.items()})


def providers(given):
    """The providers of a list or of a map."""
    if isinstance(given, dict):
        return {package: made[name] for package, name in given.items()}
    return [made[name] for name in given or []]


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
        "providers": providers(given.get("providers")),
        "provider": made.get(given.get("provider")),
        "parent": made.get(given.get("parent")),
        "deleted_with": made.get(given.get("deletedWith")),
        "replace_with": [made[name] for name in given.get("replaceWith", [])],
        "aliases": [alias(entry) for entry in given.get("aliases", [])] or None,
        "replacement_trigger": given.get("replacementTrigger"),
        "version": version,
    }
    if "customTimeouts" in given:
        read["custom_timeouts"] = pulumi.CustomTimeouts(**given["customTimeouts"])
    if "transformTo" in given:
        read["transforms"] = [transform_to(given["transformTo"])]
    if "hooks" in given:
        read["hooks"] = hooks(entry["name"], given["hooks"])
    return pulumi.ResourceOptions(**{name: member for name, member in read.items() if member not in (None, [], {})})


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
    how = pulumi.InvokeOutputOptions(version=VERSIONS["suite"])
    pulumi.export(name, pulumi.runtime.invoke_output(invoked["function"], value(invoked["args"]), how))

"""Write the reference pages `docs/inputs.md`, `docs/outputs.md` and `docs/parts.md` from `schema.json`.

The schema comes from the Rust structs, so that editors and pages say the same.
"""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PACKAGE = "aws-compliance:index:"
WHOLE = "ComplianceMonitoring"
# An enumeration with more values than these is described by its page or its description.
MOST_VALUES = 8
WRITTEN = "<!-- Written by `make reference` from schema.json. -->\n"


class Reference:
    """The schema, as pages ask for it."""

    def __init__(self, schema: dict) -> None:
        self.resources, self.types = schema["resources"], schema["types"]
        # Objects that are inputs of the whole by themselves, by the name of their type: members are rows of its table.
        self.inputs_of_whole: dict[str, str] = {}
        self.find("", self.resources[PACKAGE + WHOLE]["inputProperties"])

    def find(self, start: str, members: dict) -> None:
        """Collects the objects among the inputs of the whole."""
        for name, about in members.items():
            named = self.named(about)
            if named and "properties" in named[1]:
                self.inputs_of_whole[named[0]] = f"{start}{name}"
                self.find(f"{start}{name}.", named[1]["properties"])

    def named(self, about: dict) -> tuple[str, dict] | None:
        """The named type that a property refers to."""
        reference = about.get("$ref") or next((one["$ref"] for one in about.get("oneOf", []) if "$ref" in one), None)
        name = (reference or "").removeprefix("#/types/")
        return (name.removeprefix(PACKAGE), self.types[name]) if name in self.types else None

    def kind(self, about: dict) -> str:
        """What a value must be, in words."""
        named = self.named(about)
        if named:
            name, of = named
            values = [f"`{value['value']}`" for value in of.get("enum", [])]
            if not values and name in self.inputs_of_whole:
                return f"object, as [`{self.inputs_of_whole[name]}`](#inputs-of-compliancemonitoring)"
            if not values:
                return f"[{name}](#{name.lower()})"
            return " or ".join(values) if len(values) <= MOST_VALUES else "string"
        if about.get("type") == "array":
            return f"list of {self.kind(about['items'])}"
        if "additionalProperties" in about:
            return f"map of {self.kind(about['additionalProperties'])}"
        if "oneOf" in about:
            return " or ".join(dict.fromkeys(self.kind(one) for one in about["oneOf"]))
        return about.get("type", "value")

    def rows(self, members: dict, required: set[str], start: str, apart: dict[str, dict]) -> list[list[str]]:
        """The properties with their nested ones; objects in lists and maps are collected in `apart`."""
        rows = []
        for name, about in members.items():
            path, named = f"{start}{name}", self.named(about)
            if named and "properties" in named[1]:
                of = named[1]
                rows += self.rows(of["properties"], set(of.get("required", [])), f"{path}.", apart)
                continue
            inner = self.named(about.get("items") or about.get("additionalProperties") or {})
            if inner and "properties" in inner[1]:
                apart[inner[0]] = inner[1]
            given = "**" if name in required else ""
            rows.append([f"{given}`{path}`{given}", self.kind(about), about.get("description", "")])
        return rows

    def sections(self, apart: dict[str, dict]) -> str:
        """A table for each kind of object that is an item of a list or a map, and for those in them."""
        text, done = "", set()
        while left := {name: of for name, of in apart.items() if name not in done}:
            for name, of in left.items():
                done.add(name)
                rows = self.rows(of["properties"], set(of.get("required", [])), "", apart)
                text += f"\n## {name}\n\n{of.get('description', '')}\n\n" + table(
                    ["property", "type", "description"], rows
                )
        return text

    def inputs(self) -> str:
        """The page of the inputs."""
        resource, apart = self.resources[PACKAGE + WHOLE], {}
        rows = self.rows(resource["inputProperties"], set(resource.get("requiredInputs", [])), "", apart)
        return (
            f"# Inputs of `{WHOLE}`\n\n{WRITTEN}\nAll are optional. In Python, names have underscores: "
            "`reports.retentionDays` is `reports.retention_days`. Within an object, names in bold must be given.\n\n"
            + table(["input", "type", "description"], rows)
            + self.sections(apart)
        )

    def outputs(self) -> str:
        """The page of the outputs."""
        members = self.resources[PACKAGE + WHOLE]["properties"]
        rows = [[f"`{name}`", self.kind(about), about.get("description", "")] for name, about in members.items()]
        return f"# Outputs of `{WHOLE}`\n\n{WRITTEN}\n" + table(["output", "type", "description"], rows)

    def parts(self) -> str:
        """The page of the components that the whole is made of."""
        text = (
            f"# Parts of `{WHOLE}`\n\n{WRITTEN}\nThe parts are components too: a program that needs only some of them, "
            "or composes them differently, uses them alone. `examples/platform-team` builds a company component "
            "from three of them. Inputs in bold are required; objects are those of [the inputs](inputs.md).\n"
        )
        for token, resource in self.resources.items():
            name = token.removeprefix(PACKAGE)
            if name == WHOLE:
                continue
            required = set(resource.get("requiredInputs", []))
            given = [
                [
                    f"**`{member}`**" if member in required else f"`{member}`",
                    self.kind(about).replace("](#", "](inputs.md#"),
                    about.get("description", ""),
                ]
                for member, about in resource.get("inputProperties", {}).items()
            ]
            made = [
                [f"`{member}`", self.kind(about), about.get("description", "")]
                for member, about in resource.get("properties", {}).items()
            ]
            text += f"\n## {name}\n\n{resource.get('description', '')}\n\n"
            text += table(["input", "type", "description"], given)
            text += "\n" + table(["output", "type", "description"], made)
        return text


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def pages() -> dict[str, str]:
    """The pages by their names below `docs`."""
    reference = Reference(json.loads((ROOT / "schema.json").read_text()))
    return {"inputs.md": reference.inputs(), "outputs.md": reference.outputs(), "parts.md": reference.parts()}


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text)

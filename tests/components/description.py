"""One description of a program for four languages.

A description has `resources` in the order in which they are made, each with `name`, `type`, `props`, `options` and, of
a component, the outputs to `get`; and `outputs`, `calls` of methods and `invokes` of functions by name. Values may be
marked:
`{"$secret": value}`, `{"$get": [name, output]}`, `{"$ref": name}`, `{"$asset": text}`, `{"$archive": {path: text}}`.
TypeScript, Python and Go read it as JSON; for YAML it is rewritten here.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml

PROGRAMS = Path(__file__).parent / "programs"
RUNTIMES = {"yaml": "yaml", "typescript": "nodejs", "python": "python", "go": "go"}
LANGUAGES = tuple(RUNTIMES)


def write(folder: Path, language: str, description: dict) -> Path:
    """A program's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    project = {"name": "suite-tests", "runtime": RUNTIMES[language]}
    if language == "yaml":
        project |= in_yaml(description)
    else:
        (folder / "program.json").write_text(json.dumps(description))
        for source in (PROGRAMS / language).iterdir():
            if source.suffix in (".py", ".ts", ".json", ".go", ".mod", ".sum"):
                shutil.copy(source, folder)
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    return folder


def in_yaml(description: dict) -> dict:
    """The resources and outputs of a YAML program."""
    resources = {entry["name"]: _resource(entry) for entry in description["resources"]}
    outputs = {name: _value(given) for name, given in description.get("outputs", {}).items()}
    for name, invoked in description.get("invokes", {}).items():
        outputs[name] = {"fn::invoke": {"function": invoked["function"], "arguments": _value(invoked["args"])}}
    return {"resources": resources, "outputs": outputs}


def _resource(entry: dict) -> dict:
    made = {"type": entry["type"], "properties": _value(entry.get("props", {}))}
    options = {name: _option(name, given) for name, given in entry.get("options", {}).items()}
    return made | ({"options": options} if options else {})


def _option(name: str, given):
    if name in ("dependsOn", "providers"):
        return [f"${{{resource}}}" for resource in given]
    if name in ("provider", "parent", "deletedWith"):
        return f"${{{given}}}"
    return given


def _value(given):
    if isinstance(given, list):
        return [_value(item) for item in given]
    if not isinstance(given, dict):
        return given
    if "$secret" in given:
        return {"fn::secret": _value(given["$secret"])}
    if "$get" in given:
        return "${" + ".".join(given["$get"]) + "}"
    if "$ref" in given:
        return f"${{{given['$ref']}}}"
    if "$asset" in given:
        return {"fn::stringAsset": given["$asset"]}
    if "$archive" in given:
        return {"fn::assetArchive": {path: {"fn::stringAsset": text} for path, text in given["$archive"].items()}}
    return {name: _value(member) for name, member in given.items()}

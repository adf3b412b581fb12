"""Package schemas are what Pulumi takes: its metaschema in the pinned version, and its binder without a word."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import jsonschema
import pytest

from harness import artefacts, generate
from harness.artefacts import ROOT, cache, tools


@functools.cache
def metaschema() -> jsonschema.Draft202012Validator:
    """The schema of package schemas, out of the Go module that the engine is built from."""
    cache.require("go", "for Pulumi's metaschema")
    module = ["go", "-C", tools.ENGINE / "pulumi", "mod", "download", "-json", "github.com/pulumi/pulumi/pkg/v3"]
    folder = Path(json.loads(generate.output(module))["Dir"])
    text = (folder / "codegen/schema/pulumi.json").read_text()
    # Python writes a named group in another way than the rest of the world.
    schema = json.loads(re.sub(r"\(\?<(?=[a-z])", "(?P<", text))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def example(name: str) -> dict:
    """The schema of a plugin among the examples of the crate."""
    return json.loads(generate.output([artefacts.program(name, "example"), "schema"]))


def suite() -> dict:
    """The schema of the engine suite's plugin, which uses everything that an author can say."""
    text = generate.output([artefacts.program("pulumi-resource-suite"), "schema"]).decode()
    # The generator has no other package at hand; the engine suite runs what refers to one.
    text, replaced = re.subn(r'"/cloud/v[0-9.]+/schema\.json#/resources/cloud:index:Thing"', '"pulumi.json#/Any"', text)
    assert replaced
    return json.loads(text)


def committed(path: Path) -> dict:
    """A schema that SDKs are generated from."""
    return json.loads(path.read_text())


EXAMPLES = sorted(path.stem for path in (ROOT / "provider/pulumi-component/examples").glob("*.rs"))
COMMITTED = [ROOT / "schema.json", *sorted((ROOT / "examples").glob("*/schema.json"))]
SCHEMAS = {str(path.relative_to(ROOT)): functools.partial(committed, path) for path in COMMITTED}
SCHEMAS |= {name: functools.partial(example, name) for name in EXAMPLES} | {"suite": suite}


@pytest.fixture(scope="module", params=SCHEMAS)
def schema(request) -> dict:
    """One package schema."""
    return SCHEMAS[request.param]()


def test_the_metaschema_finds_nothing(schema):
    findings = [f"{error.json_path}: {error.message}" for error in metaschema().iter_errors(schema)]
    assert not findings


def test_the_binder_says_nothing(schema, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema))
    # It fails on every diagnostic, warnings included, and on keys that Pulumi does not know.
    cache.run([tools.sdkgen(), path, tmp_path / "sdk"])


def test_what_an_author_says_of_a_property_is_in_the_schema():
    told = suite()
    marked = told["resources"]["suite:index:Marked"]
    properties = marked["inputProperties"]
    assert properties["password"]["secret"] is True
    assert properties["passphrase"]["deprecationMessage"] == "use `password`"
    assert properties["place"]["replaceOnChanges"] is True and properties["place"]["willReplaceOnChanges"] is True
    assert properties["type"]["language"] == {"csharp": {"name": "Kind"}}
    assert (properties["rows"]["default"], "default" in properties["columns"]) == (3, False)
    assert properties["rows"]["description"] == "What the SDKs set, too. Default: 3."
    assert properties["columns"]["description"] == "What only the component sets. Default: 4."
    assert marked["properties"]["size"]["secret"] is True
    names = {value["value"]: value["name"] for value in told["types"]["suite:index:Grade"]["enum"]}
    assert names == {"1st": "V1st", "second-best": "SecondBest", "thirdBest": "ThirdBest"}
    assert told["resources"]["suite:index:Renamed"]["aliases"] == [
        {"type": "suite:index:Oldest"},
        {"type": "suite:index:Former"},
    ]


def test_the_sdks_say_what_an_author_says(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(suite()))
    cache.run([tools.sdkgen(), path, tmp_path / "sdk"])
    node = (next((tmp_path / "sdk").rglob("marked.ts"))).read_text()
    assert "(args?.rows) ?? 3" in node and "pulumi.secret(args.password)" in node and "@deprecated" in node
    assert 'type: "suite:index:Former"' in (next((tmp_path / "sdk").rglob("renamed.ts"))).read_text()


def test_the_metaschema_finds_what_is_wrong():
    wrong = {"name": "shop", "types": {"shop:index:9": {"type": "string", "enum": [{"name": "without a value"}]}}}
    assert len(list(metaschema().iter_errors(wrong))) == 2


def test_the_binder_speaks_of_a_reserved_name(tmp_path):
    store = {"isComponent": True, "properties": {"urn": {"type": "string"}}}
    path = tmp_path / "schema.json"
    path.write_text(json.dumps({"name": "shop", "version": "1.0.0", "resources": {"shop:index:Store": store}}))
    with pytest.raises(cache.ToolchainError):
        cache.run([tools.sdkgen(), path, tmp_path / "sdk"])


def test_objects_are_named_after_their_input_and_settings_after_their_part():
    """An object at the input `x` of the whole is `X`; if a part has that name, `XSettings`, the part's `settings`."""
    resources = json.loads((ROOT / "schema.json").read_text())["resources"]
    prefix = "#/types/aws-compliance:index:"
    checked = 0
    for name, value in resources["aws-compliance:index:ComplianceMonitoring"]["inputProperties"].items():
        if not value.get("$ref", "").startswith(prefix):
            continue
        part = resources.get(f"aws-compliance:index:{name[0].upper()}{name[1:]}")
        expected = f"{prefix}{name[0].upper()}{name[1:]}" + ("Settings" if part else "")
        assert value["$ref"] == expected
        taken = part["inputProperties"] if part else {}
        assert all(key == "settings" for key, one in taken.items() if one.get("$ref") == expected), name
        checked += 1
    assert checked > 10


def test_journey_24_constants_of_the_go_sdk_are_named_as_the_schema_names_the_values():
    """The generator for Python writes its own names into the package that it is given."""
    text = (ROOT / "sdk/go/awscompliance/pulumiEnums.go").read_text()
    for token, about in artefacts.schema()["types"].items():
        for value in about.get("enum", []):
            name = token.split(":")[-1]
            assert f"\t{name}{value['name']} = {name}({json.dumps(value['value'])})" in text.replace("\t\t", "\t")

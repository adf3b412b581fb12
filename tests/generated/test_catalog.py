"""The catalogue's generated facts are what the importer makes of the sources today."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys

from harness.artefacts import ROOT

FACTS = ROOT / "provider/catalog/facts"
PINNED = "5252092b10917811908b181f393863f7ee3001547a8fbece10d7d07211525e41"


def read(name: str):
    """A file of facts."""
    return json.loads((FACTS / name).read_text())


def script(name: str):
    """A tool, which is a script and no package."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / f"tools/{name}.py")
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_facts_are_what_the_sources_give():
    fresh = script("catalog").generated()
    committed = {path.name: path.read_text() for path in (FACTS / "generated").iterdir()}
    differing = sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))
    assert not differing, f"{differing} differ; run `make facts`"


def test_the_reference_pages_are_what_the_facts_give():
    fresh = script("reference").generated() | script("self_assessment").generated()
    differing = [name for name, text in fresh.items() if (ROOT / "docs" / name).read_text() != text]
    assert not differing, f"{differing} differ; run `make reference`"


def test_every_framework_is_what_its_checksum_says():
    frameworks = json.loads((FACTS / "generated/frameworks.json").read_text())["frameworks"]
    assert len(frameworks) == 116
    for name, framework in frameworks.items():
        content = {member: value for member, value in framework.items() if member != "sha256"}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == framework["sha256"], name
    # What a framework means is pinned: facts that change it change this line, in sight of whoever reviews them.
    digests = "".join(f"{name} {framework['sha256']}\n" for name, framework in sorted(frameworks.items()))
    assert hashlib.sha256(digests.encode()).hexdigest() == PINNED


def test_every_form_and_value_is_of_a_parameter_that_is_there():
    rules, table = json.loads((FACTS / "managed-rules.json").read_text()), read("parameters.json")
    known = {(name, each["Name"]) for name, rule in rules.items() for each in rule["Parameters"]}
    alone = {name for _, name in known}
    named = [name for about in (*table["forms"].values(), *table["values"]) for name in about["parameters"]]
    assert [n for n in named if n not in alone and tuple(n.split(".")) not in known] == []
    assert len(set(named)) == len(named)


def test_every_least_value_has_a_source_and_is_one_of_the_known_values():
    least, facts = read("least.json")["rules"], read("generated/rules.json")["rules"]
    for identifier, values in least.items():
        parameters = {each["name"]: each for each in facts[identifier]["parameters"]}
        for name, entry in values.items():
            assert entry["source"] and entry["value"], (identifier, name)
            known = [value.lower() for value in parameters[name].get("values", ())]
            items = [item.strip().lower() for item in entry["value"].split(",")]
            assert not known or set(items) <= set(known), (identifier, name)


def test_the_self_assessment_finds_a_fault_that_is_put_in(monkeypatch):
    tool = script("self_assessment")
    made = tool.resources("default")
    key = next(resource for resource in made if resource.kind == "AWS::KMS::Key")
    monkeypatch.setitem(key.inputs, "enableKeyRotation", False)
    monkeypatch.setattr(tool, "resources", lambda deployment: made)
    outcomes = tool.judged("default")["CMK_BACKING_KEY_ROTATION_ENABLED"]
    assert (outcomes[tool.PASS], "nist-800-53-r5" in outcomes[tool.FAIL]) == ({}, True)


def test_the_reference_knows_the_overlaps_of_the_data():
    lines = script("reference").frameworks_page().splitlines()
    rows = {line.split("`")[1]: line.split("|")[2:-1] for line in lines if line.startswith("| ") and line[2].isdigit()}
    order = list(rows)
    shared = lambda one, other: int(rows[one][order.index(other)])  # noqa: E731
    assert (shared("hipaa", "hipaa"), shared("hipaa", "pci-dss-3.2.1"), shared("hipaa", "pci-dss-4.0")) == (129, 95, 25)


def test_every_rule_and_framework_stands_on_its_page():
    pages = script("reference").generated()
    rules = json.loads((FACTS / "generated/rules.json").read_text())["rules"]
    frameworks = json.loads((FACTS / "generated/frameworks.json").read_text())["frameworks"]
    assert [name for name in rules if f"| `{name}` |" not in pages["rules.md"]] == []
    assert [name for name in frameworks if f"| `{name}` |" not in pages["frameworks.md"]] == []

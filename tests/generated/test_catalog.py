"""The catalogue's generated facts are what the importer makes of the sources today."""

from __future__ import annotations

import importlib.util
import json

from harness.artefacts import ROOT

FACTS = ROOT / "provider/catalog/facts"


def script(name: str):
    """A tool, which is a script and no package."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / f"tools/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_facts_are_what_the_sources_give():
    fresh = script("catalog").generated()
    committed = {path.name: path.read_text() for path in (FACTS / "generated").iterdir()}
    differing = sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))
    assert not differing, f"{differing} differ; run `make facts`"


def test_the_reference_pages_are_what_the_facts_give():
    fresh = script("reference").generated()
    differing = [name for name, text in fresh.items() if (ROOT / "docs" / name).read_text() != text]
    assert not differing, f"{differing} differ; run `make reference`"


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

"""The catalogue's generated facts are what the importer makes of the sources today."""

from __future__ import annotations

import importlib.util

from harness.artefacts import ROOT

FACTS = ROOT / "provider/catalog/facts"


def importer():
    """The importer, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("catalog_importer", ROOT / "tools/catalog.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_facts_are_what_the_sources_give():
    fresh = importer().generated()
    committed = {path.name: path.read_text() for path in (FACTS / "generated").iterdir()}
    differing = sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))
    assert not differing, f"{differing} differ; run `make facts`"

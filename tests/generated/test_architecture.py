"""ARCHITECTURE.md's table of invariants names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.artefacts import ROOT

TABLE = (ROOT / "ARCHITECTURE.md").read_text().split("## Invariants, and the test that holds each")[1].split("\n## ")[0]
ROWS = [line.split(" | ") for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| ---")][1:]
# Where a row's second name lies, if it is named by its file alone.
ALTERNATIVES = re.compile(r"\{([^}]*)\}")


def places(cell: str) -> list[str]:
    """The paths that a cell names, braces spelled out."""
    found = []
    for name in re.findall(r"`([^`]+)`", cell):
        if braces := ALTERNATIVES.search(name):
            found += [name.replace(braces[0], choice) for choice in braces[1].split(",")]
        else:
            found.append(name)
    return [name for name in found if "/" in name or name.endswith((".py", ".rs", ".json", ".txt"))]


def exists(name: str, before: list[Path]) -> list[Path]:
    """Where a name leads: from the root, beside what the row named before, or in a crate that it named."""
    near = [folder for path in before for folder in (path, *path.parents) if folder.is_relative_to(ROOT)]
    folders = [ROOT, *near]
    folders += [ROOT / "provider/aws-compliance", ROOT / "provider/pulumi-component", ROOT / "provider/catalog"]
    return [match for folder in folders for match in folder.glob(name)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("| ")[:60])
def test_an_invariant_names_tests_that_exist(row):
    named, before = places(row[1]), []
    missing = []
    for name in named:
        found = exists(name, before)
        missing += [] if found else [name]
        before += found[:1]
    assert missing == []
    assert named, "an invariant without a test"


def test_the_table_was_read():
    assert len(ROWS) > 60

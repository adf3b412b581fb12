"""What `PROTOCOL.md` says is held by a test is held by one that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.artefacts import ROOT

CRATE = ROOT / "provider/pulumi-component"
PLACES = {"it": CRATE / "tests", "ui": CRATE / "tests", "src": CRATE} | dict.fromkeys(
    ("plugin", "components", "generated", "engine", "bench"), ROOT / "tests"
)


def named(text: str) -> list[tuple[str, str]]:
    """The files that a text names, each with a test in it, or none; `::test` alone is of the file before it."""
    found, file = [], ""
    for name in re.findall(r"`([^`\s]+)`", text):
        place, _, test = name.partition("::")
        if place.split("/")[0] in PLACES and place.endswith((".rs", ".py")):
            file = place
        elif place or not test:
            continue
        found.append((file, test))
    return found


def missing(names: list[tuple[str, str]]) -> list[str]:
    """What is named and not there."""
    absent = []
    for file, test in names:
        path: Path = PLACES[file.split("/")[0]] / file
        text = path.read_text() if path.exists() else ""
        if not path.exists() or (test and not re.search(rf"\b(?:fn|def) {test}\(", text)):
            absent.append(f"{file}::{test}")
    return absent


def test_every_test_that_the_table_names_is_there():
    names = named((CRATE / "PROTOCOL.md").read_text())
    assert len(names) > 100
    assert missing(names) == []


@pytest.mark.parametrize("row", ["`it/none.rs`", "`it/values.rs::none`", "`it/values.rs`, `::none`"])
def test_a_name_that_is_not_there_is_found(row):
    assert len(missing(named(row))) == 1

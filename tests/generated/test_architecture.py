"""docs/invariants.md names tests that exist; ARCHITECTURE.md stays a page and has the arrows between the crates."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from harness.artefacts import ROOT

TABLES = (ROOT / "docs/invariants.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in TABLES.splitlines() if re.match(r"\| (?!invariant|---)", line)]
BRACES = re.compile(r"\{([^}]*)\}")
TEST = re.compile(r"^def test_|^    def test_|#\[(tokio::)?test[\](]|proptest!|fuzz_target!", re.MULTILINE)
ARCHITECTURE_BYTES = 8192


def paths(cell: str) -> list[str]:
    """The paths that a cell names, braces expanded."""
    found = []
    for name in re.findall(r"`([^`]+)`", cell):
        if braces := BRACES.search(name):
            found += [name.replace(braces[0], choice) for choice in braces[1].split(",")]
        else:
            found.append(name)
    return [name for name in found if "/" in name or name.endswith((".py", ".rs", ".json", ".txt"))]


def places(name: str, before: list[Path]) -> list[Path]:
    """What a name stands for: from the root, beside what the row named before, or in a crate that the row named."""
    near = [folder for path in before for folder in (path, *path.parents) if folder.is_relative_to(ROOT)]
    crates = [ROOT / "provider/aws-compliance", ROOT / "provider/pulumi-component", ROOT / "provider/catalog"]
    return [match for folder in (ROOT, *near, *crates) for match in folder.glob(name)]


def has_tests(path: Path) -> bool:
    """Whether a file, the folder of its module or any file of a folder has a test."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.suffix in (".py", ".rs")]
    if path.suffix == ".rs":
        files += path.with_suffix("").rglob("*.rs")
    return any(TEST.search(file.read_text()) for file in files)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_an_invariant_names_files_that_exist_and_one_with_tests(row):
    before: list[Path] = []
    missing = []
    for name in paths(row[1]):
        found = places(name, before)
        missing += [] if found else [name]
        before += found[:1]
    assert missing == []
    assert any(map(has_tests, before)), "no file of this row has a test"


def test_every_row_was_read():
    assert len(ROWS) == sum(line.startswith("| ") for line in TABLES.splitlines()) - 2 * TABLES.count("| invariant |")
    assert len(ROWS) >= 86


def test_the_architecture_is_at_most_eight_kilobytes():
    assert (ROOT / "ARCHITECTURE.md").stat().st_size <= ARCHITECTURE_BYTES


def arrows() -> dict[str, set[str]]:
    """What each crate of the table uses, by the names of the folders."""
    table = (ROOT / "ARCHITECTURE.md").read_text().split("| crate | what it does | uses |\n")[1].split("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[1:]]
    named = [(re.findall(r"`([^`]+)`", row[0])[0], row[2] if len(row) > 2 else "") for row in cells]
    return {crate: set(re.findall(r"`([^`]+)`", uses)) for crate, uses in named}


def test_crates_use_one_another_as_the_table_says():
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    local = {name: facts for name, facts in workspace["dependencies"].items() if isinstance(facts, dict)}
    shared = {name: facts["path"] for name, facts in local.items() if "path" in facts}
    used = {}
    for member in workspace["members"]:
        manifest = tomllib.loads((ROOT / member / "Cargo.toml").read_text())
        own = [name for name in manifest.get("dependencies", {}) if name in shared]
        used[member] = {Path(shared[name]).name for name in own}
    table = arrows()
    assert {member: used[member] for member in table} == table
    # The others are programs of tests and tools, and components as users write them.
    assert set().union(*(used[member] for member in used if member not in table)) == {
        "pulumi-component",
        "pulumi-component-bindgen",
    }

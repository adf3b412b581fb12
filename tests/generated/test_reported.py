"""Each problem that was reported has a test whose name finds it (`reported.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from harness.artefacts import ROOT

TABLE: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "reported.toml").read_text())
# The ids of what was reported. No public report has the number 27.
REPORTED = {
    "case": {f"{number:02}" for number in range(1, 29)} - {"27"},
    "finding": {str(number) for number in range(1, 17)},
    "real_provider": {*["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4", "b5", "b6", "c1", "c2", "c3", "c4"]},
}
# A function that the test runner of its language calls: by its attribute in Rust, by its name in Python.
OF_RUST = re.compile(r"#\[(?:tokio::)?test(?:\([^\]]*\))?\]\s*(?:#\[[^\]]*\]\s*)*(?:async )?fn (\w+)\(")
OF_PYTHON = re.compile(r"^(?:async )?def test_(\w+)\(", re.MULTILINE)
SOURCES = (("compliance-types", "functions", "provider"), "*.rs", OF_RUST), (("tests",), "test_*.py", OF_PYTHON)
WITH_ID = re.compile(rf"({'|'.join(REPORTED)})_(\d+|[a-z]\d*)_")


def names_of_tests() -> Iterator[str]:
    """The names of all tests, those of Python without `test_`."""
    for folders, pattern, function in SOURCES:
        for folder in folders:
            for path in (ROOT / folder).rglob(pattern):
                if not {"node_modules", "target"}.intersection(path.parts):
                    yield from function.findall(path.read_text(encoding="utf-8"))


def test_every_reported_problem_is_in_the_table():
    assert {source: set(of_source) for source, of_source in TABLE.items()} == REPORTED


def test_every_reported_problem_has_a_test_that_is_named_after_it():
    known = set(names_of_tests())
    rows = [(source, one, name) for source, of_source in TABLE.items() for one, name in of_source.items()]
    assert [name for source, one, name in rows if not name.startswith(f"{source}_{one}_")] == []
    assert [name for _source, _one, name in rows if name not in known] == []


def test_every_test_that_is_named_after_a_reported_problem_names_one_that_exists():
    named = {name: found.groups() for name in names_of_tests() if (found := WITH_ID.match(name))}
    assert [name for name, (source, one) in named.items() if one not in REPORTED[source]] == []


def test_only_what_a_test_runner_calls_is_a_test():
    rust = "#[tokio::test(start_paused = true)]\nasync fn one() {}\n#[test]\n#[cfg(unix)]\nfn two() {}\nfn three() {}\n"
    assert OF_RUST.findall(rust) == ["one", "two"]
    assert OF_PYTHON.findall("def test_one(account):\n    def test_two(): ...\ndef other(): ...\n") == ["one"]

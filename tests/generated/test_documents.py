"""The documents for users and contributors name files that exist, and programs that are tested."""

from __future__ import annotations

import re

import pytest
import yaml

from harness.artefacts import ROOT, schema

DOCUMENTS = ("CONTRIBUTING.md", "SECURITY.md", "docs/upgrade.md")
# A path in backticks; what has a variable in it or lies elsewhere is none of the repository's.
PATH = re.compile(r"`((?:\.github|docs|examples|functions|provider|sdk|tests|tools|schema\.json|\.ci)[\w./-]*)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_names_files_that_exist(document):
    path = ROOT / document
    text = path.read_text()
    named = [ROOT / name for name in PATH.findall(text)] + [path.parent / name for name in LINK.findall(text)]
    assert named
    assert [str(each) for each in named if not each.exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_names_targets_that_exist(document):
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", (ROOT / document).read_text(), re.MULTILINE))
    assert [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_every_threat_has_a_test():
    text = (ROOT / "SECURITY.md").read_text()
    table = text.split("### Threats, mitigations, and the tests that prove them")[1].split("\n### ")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 12
    assert [row[0] for row in rows if not PATH.search(row[2])] == []


def blocks(text: str) -> dict[str, str]:
    """The first program of a document in each language."""
    found: dict[str, str] = {}
    for language, program in re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL):
        found.setdefault(language, program)
    return found


@pytest.mark.parametrize(
    ("readme", "language"),
    [
        ("sdk/nodejs/README.md", "typescript"),
        ("sdk/python/pulumi_aws_compliance/README.md", "python"),
        ("sdk/README.md", "go"),
    ],
)
def test_readme_of_an_sdk_has_the_program_of_the_readme(readme, language):
    text = (ROOT / readme).read_text()
    assert blocks(text)[language] == blocks((ROOT / "README.md").read_text())[language]
    assert schema()["pluginDownloadURL"] in text


@pytest.mark.parametrize("form", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem)
def test_issue_form_is_what_github_takes(form):
    document = yaml.safe_load(form.read_text())
    if form.stem == "config":
        assert all({"name", "url", "about"} == link.keys() for link in document["contact_links"])
        return
    assert {"name", "description", "body"} <= document.keys()
    ids = [field["id"] for field in document["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids))
    for field in document["body"]:
        attributes = field["attributes"]
        assert attributes["value"] if field["type"] == "markdown" else attributes["label"]
        assert field["type"] in {"markdown", "input", "textarea", "dropdown", "checkboxes"}
        assert ("options" in attributes) == (field["type"] in {"dropdown", "checkboxes"})


def first_cells(section: str) -> list[list[str]]:
    """The names in the first column of a table of README, row by row."""
    text = (ROOT / "README.md").read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [re.findall(r"`([^`]+)`", row) for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)]


def test_readme_has_every_output_once():
    outputs = schema()["resources"]["aws-compliance:index:ComplianceMonitoring"]["properties"]
    assert sorted(name for row in first_cells("Outputs") for name in row) == sorted(outputs)


def test_readme_has_every_input_and_no_other():
    inputs = schema()["resources"]["aws-compliance:index:ComplianceMonitoring"]["inputProperties"]
    # Further names of a row are beside the first one.
    assert {re.split(r"[.\[]", row[0])[0] for row in first_cells("Inputs")} == set(inputs)

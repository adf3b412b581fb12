"""The documents for users and contributors name files that exist, and programs that are tested."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml

from harness.artefacts import ROOT, schema

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
)
# A path in backticks; what has a variable in it or lies elsewhere is none of the repository's.
PATH = re.compile(r"`((?:\.github|docs|examples|functions|provider|sdk|tests|tools|\.ci)/[\w./-]*|schema\.json)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_names_files_that_exist(document):
    path = ROOT / document
    text = path.read_text()
    named = [ROOT / name for name in PATH.findall(text)] + [path.parent / name for name in LINK.findall(text)]
    assert [str(each) for each in named if not each.exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_names_targets_that_exist(document):
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", (ROOT / document).read_text(), re.MULTILINE))
    assert [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_the_table_of_what_to_add_counts_the_files_that_it_names():
    table = (ROOT / "CONTRIBUTING.md").read_text().split("## How to add something")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    assert {len(row) for row in rows} == {3}
    assert [row[0] for row in rows if int(row[1]) != len(PATH.findall(row[2]))] == []
    most = {"a child": 1, "an AWS type": 2, "an input": 2, "an output": 2, "a rule of the baseline": 1, "a part": 3}
    most |= {"a Lambda function": 4, "an alarm with a runbook": 2}
    numbers = {row[0]: int(row[1]) for row in rows}
    assert {name: numbers[name] for name in most} == most


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


def component_reference():
    """The generator of the pages, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("component_reference", ROOT / "tools/component_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_pages_are_what_the_schema_gives():
    differ = [
        name for name, text in component_reference().pages().items() if (ROOT / "docs" / name).read_text() != text
    ]
    assert differ == [], "run `make reference`"


def test_reference_pages_have_every_input_and_output():
    whole = schema()["resources"]["aws-compliance:index:ComplianceMonitoring"]
    for page, properties in (("inputs.md", whole["inputProperties"]), ("outputs.md", whole["properties"])):
        named = re.findall(
            r"^\| (?:\*\*)?`([^`]+)`", (ROOT / "docs" / page).read_text().split("\n## ")[0], re.MULTILINE
        )
        assert {name.split(".")[0] for name in named} == set(properties)
        assert len(named) == len(set(named))


def test_picture_is_what_the_schema_gives():
    spec = importlib.util.spec_from_file_location("picture", ROOT / "tools/picture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PICTURE.read_text() == module.text(), "run `make reference`"


def test_readme_is_short_and_begins_with_what_to_run():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 150
    for command in ("make demo", "make test"):
        assert any(line.strip().startswith(command) for line in lines[:20]), command


def test_numbers_of_rules_and_frameworks_are_those_of_the_catalog():
    facts = ROOT / "provider/catalog/facts/generated"
    rules = len(json.loads((facts / "rules.json").read_text())["rules"])
    frameworks = len(json.loads((facts / "frameworks.json").read_text())["frameworks"])
    readme, changes = (ROOT / "README.md").read_text(), (ROOT / "CHANGELOG.md").read_text()
    assert re.findall(r"\b(\d+) managed rules and (\d+) frameworks", readme) == [(str(rules), str(frameworks))]
    assert re.findall(r"a catalogue of (\d+)|`frameworks`: (\d+) frameworks", changes) == [
        (str(rules), ""),
        ("", str(frameworks)),
    ]


def test_readme_links_every_page():
    linked = set(LINK.findall((ROOT / "README.md").read_text()))
    assert (
        sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md") if f"docs/{page.name}" not in linked) == []
    )


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_links_to_headings_that_exist(document):
    path = ROOT / document
    missing = []
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", path.read_text()):
        page = path.parent / target if target else path
        if anchor not in anchors(page):
            missing.append(f"{target}#{anchor}")
    assert missing == []


def test_journey_12_a_run_that_is_to_lead_to_another_one_is_not_waited_for():
    """Lambda calls a destination after asynchronous invocations alone."""
    page = (ROOT / "docs/runbooks/function-silent.md").read_text()
    invocations = [line for line in page.splitlines() if "aws lambda invoke" in line]
    assert invocations
    assert all("--invocation-type Event" in line for line in invocations)


def test_each_message_of_the_troubleshooting_page_is_one_of_the_product():
    """Each text that a reader looks for is in the sources; what AWS or Pulumi says stands under another heading."""
    sections = (ROOT / "docs/troubleshooting.md").read_text().split("\n## ")[1:3]
    rows = [line for section in sections for line in section.splitlines() if line.startswith("| `")]
    messages = [re.match(r"\| `([^`]+)` \|", row)[1] for row in rows]
    assert len(messages) > 20
    folders = ("account-look", "aws-compliance", "pulumi-component", "catalog", "property-path")
    sources = [path.read_text() for folder in folders for path in (ROOT / "provider" / folder / "src").rglob("*.rs")]
    # A text that goes on in the next line of the source is one text.
    joined = re.sub(r"\\\n\s*", "", "\n".join(sources))
    assert [message for message in messages if message not in joined] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("auditor", ["reports.objectLock", "report verify"]),
        ("Slack", ["notices.md#slack-teams-and-other-chats"]),
        ("Security Hub", ["AWS Config sends it the results"]),
        ("Jira", ["SQS queue as a route"]),
        ("exclude a rule, a resource", ["waivers.md", "exclude", "scope"]),
        ("fail a control", ["aws-compliance catalog framework ID"]),
    ],
)
def test_journey_19_questions_of_users_are_answered(words, says):
    """What nobody found in the documents at first; the inputs that an answer names exist."""
    page = (ROOT / "docs/questions.md").read_text()
    (answer,) = [part for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:] if words in part.splitlines()[0]]
    assert [text for text in says if text not in answer] == []
    inputs = set(re.findall(r"^\| `([\w.\[\]]+)` \|", (ROOT / "docs/inputs.md").read_text(), re.MULTILINE))
    named = re.findall(r"`((?:reports|rules|aggregation|notifications|alarms)\.\w+)`", answer)
    assert [name for name in named if name not in inputs] == []

"""Every policy that a document or an example shows is one that AWS accepts: readers paste it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from account import grammar
from harness.artefacts import ROOT

# What a document writes for values of the reader.
PLACEHOLDERS = {r"\bACCOUNT(_ID)?\b": "111122223333", r"\bREGION\b": "eu-west-1"}
# A key of a policy, in JSON, YAML, HCL or a language in which keys have no quotes.
IN_PROGRAM = re.compile(r"""\b(?:Statement|Effect)\b["']?\s*[:=](?![:=])""")
FENCED = re.compile(r"^( *)(```+|~~~+)[^\n]*\n(.*?)^\1\2", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^(?: {4}|\t)[^\n]*\n|^[ \t]*\n(?= {4}|\t))+", re.MULTILINE)
# What is installed, built or generated.
NOT_READ = {"node_modules", "sdk", "target", "bin", "__pycache__"}


class Printed(NamedTuple):
    """A policy in a file: the document, or `None` where the file has one that cannot be read."""

    where: str
    document: dict | None


def sources() -> list[Path]:
    """Every document, and every file of an example."""
    documents = [path for path in ROOT.rglob("*.md") if not {"node_modules", "target", "build"} & set(path.parts)]
    folders = [path for folder in ("docs", "examples") for path in (ROOT / folder).rglob("*") if path.is_file()]
    kept = {path for path in (*documents, *folders) if not NOT_READ & set(path.relative_to(ROOT).parts)}
    return sorted(path for path in kept if path.suffix not in (".png", ".svg", ".zip"))


def printed(where: str, suffix: str, text: str) -> Iterator[Printed]:
    """The policies of a file."""
    for placeholder, value in PLACEHOLDERS.items():
        text = re.sub(placeholder, value, text)
    if suffix == ".md":
        blocks = [found.group(3) for found in FENCED.finditer(text)]
        blocks += INDENTED.findall(FENCED.sub("", text))
    else:
        blocks = [text]
    for block in filter(IN_PROGRAM.search, blocks):
        found = list(policies(read(block)))
        yield from (Printed(where, document) for document in found or [None])


def read(block: str) -> list:
    """What a block of JSON or YAML holds; nothing for any other language."""
    # An indented block may have the indentation of a list around it.
    lines = block.expandtabs(4).splitlines()
    least = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    try:
        return list(yaml.safe_load_all("\n".join(line[least:] for line in lines)))
    except yaml.YAMLError:
        return []


def policies(value: object) -> Iterator[dict]:
    """The policies in a value, and statements outside of one as a policy each."""
    if isinstance(value, dict) and "Statement" in value:
        yield value
    elif isinstance(value, dict) and "Effect" in value:
        yield {"Version": "2012-10-17", "Statement": [value]}
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from policies(one)
    elif isinstance(value, str) and IN_PROGRAM.search(value):
        # A string that is no JSON or YAML is read as itself.
        yield from policies([one for one in read(value) if not isinstance(one, str)])


def fault(one: Printed) -> str | None:
    """What AWS has against a policy, which is one of an identity, a resource or a role's trust by what it names."""
    if one.document is None:
        return "a policy that this test cannot read: write it as JSON or YAML, or show a file of its own"
    document = json.loads(json.dumps(one.document, default=str))
    statements = grammar.listed(document["Statement"])
    has = lambda *names: any(name in each for each in statements for name in names)  # noqa: E731
    if not has("Principal", "NotPrincipal"):
        return grammar.identity_fault(document)
    return grammar.resource_fault(document) if has("Resource", "NotResource") else grammar.trust_fault(document)


def test_finding_1_every_policy_that_a_document_or_an_example_shows_is_one_that_aws_takes():
    found = [one for path in sources() for one in printed(str(path.relative_to(ROOT)), path.suffix, path.read_text())]
    shown = {one.where for one in found}
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("deployer-policy*.json")} <= shown
    assert {one.where: reason for one in found if (reason := fault(one))} == {}


GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports-ACCOUNT_ID/*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::ACCOUNT_ID:root"}}


def policy(*statements: dict) -> dict:
    """A document of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def indented(text: str, spaces: int = 4) -> str:
    """A block as Markdown writes it without a fence."""
    return "".join(f"{' ' * spaces}{line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".md", "Text.\n\n```json\n{}\n```\n"),
        (".md", "Text.\n\n{}\n\nMore."),
        (".json", "{}"),
        (".yml", "role: {}"),
    ],
)
@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (policy(GOOD), None),
        (policy(TRUST), None),
        (policy({**TRUST, **GOOD}), None),
        (GOOD, None),
        (policy({**GOOD, "Action": []}), "must contain actions"),
        (policy({**GOOD, "Effect": "allow"}), "legacy parsing"),
        (policy({**GOOD, "Sid": "not alpha-numeric"}), "alpha-numeric"),
        (policy({**TRUST, "Principal": {"AWS": "somebody"}}), "Invalid principal"),
        ({**GOOD, "Resource": []}, "must contain resources"),
    ],
)
def test_a_policy_is_found_wherever_it_is_shown(suffix, text, document, reason):
    shown = json.dumps(document, indent=2)
    in_place = indented(shown) if suffix == ".md" and "```" not in text else shown
    found = [fault(one) for one in printed("x", suffix, text.replace("{}", in_place))]
    assert len(found) == 1
    assert found[0] is None if reason is None else re.search(reason, str(found[0]))


def test_a_policy_in_a_string_is_found():
    text = yaml.safe_dump({"policy": json.dumps(policy({**GOOD, "Action": []}))})
    assert [bool(fault(one)) for one in printed("x", ".yaml", text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [] }] };",
        'policy = json.dumps({"Statement": [{"Effect": "Allow"}]})',
        'statement {\n  effect = "Allow"\n}\nEffect = "Allow"\n',
    ],
)
def test_a_policy_in_another_language_is_refused_because_it_cannot_be_checked(text):
    assert ["cannot read" in str(fault(one)) for one in printed("x", ".ts", text)] == [True]
    assert ["cannot read" in str(fault(one)) for one in printed("x", ".md", f"```ts\n{text}\n```\n")] == [True]


def test_text_without_a_policy_is_none():
    assert list(printed("x", ".md", "An Allow statement: it has an Effect.\n\n```sh\naws iam get-policy\n```\n")) == []

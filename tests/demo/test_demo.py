"""The demo as a user runs it, and which engine it takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from engine.children import RESOURCES
from harness import engine as engines
from harness.artefacts import BUILD, ROOT


def demo(*arguments: str, **environment: str):
    """Run the demo in a process of its own."""
    command = [sys.executable, "-m", "harness.demo", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)


def test_it_deploys_twice_with_the_engine_on_path_and_leaves_nothing_running():
    leftover = BUILD / "demo/leftover"
    leftover.parent.mkdir(parents=True, exist_ok=True)
    leftover.touch()
    pinned = str(engines.pinned())
    done = demo("yaml", PATH=os.pathsep.join((pinned, os.environ["PATH"])))
    assert done.returncode == 0, done.stderr
    assert f"+ {RESOURCES} created" in done.stdout
    assert "configRuleNames" in done.stdout
    assert f"No changes: {RESOURCES} resources unchanged." in done.stdout
    assert not leftover.exists(), "what an earlier run left is removed first"
    shows_the_day(done.stdout)
    assert missing_of_documents(done.stdout) == []
    endpoint = done.stdout.split("answers at http://127.0.0.1:")[1].split()[0].rstrip(".")
    listening = subprocess.run(["sh", "-c", "cat /proc/net/tcp"], capture_output=True, text=True).stdout
    assert f":{int(endpoint):04X} 00000000:0000 0A" not in listening, "the account has ended"


# What differs from run to run (how changes are grouped depends on when their events arrive), what is elided, and the
# examples that this run does not show.
NOT_COMPARED = re.compile(
    r"127\.0\.0\.1|Compliance: \d+ not compliant|^ *\.\.\.|^== Done|Open the report|^== (typescript|python): "
)


def shown_lines() -> list[str]:
    """What README and the demo's page show of it."""
    texts = [(ROOT / name).read_text().split("```text\n")[1].split("```")[0] for name in ("README.md", "docs/demo.md")]
    assert [len(text.splitlines()) > least for text, least in zip(texts, (10, 40), strict=True)] == [True, True]
    return "".join(texts).splitlines()


def missing_of_documents(text: str) -> list[str]:
    """The lines that the documents show of the demo and the demo does not print."""
    printed = {" ".join(line.split()) for line in text.splitlines()} | {""}
    return [line for line in shown_lines() if " ".join(line.split()) not in printed and not NOT_COMPARED.search(line)]


def test_the_page_counts_the_outputs_that_it_omits():
    shown = (
        (ROOT / "docs/demo.md")
        .read_text()
        .split("Current stack outputs (")[1]
        .split("The same deployment again")[0]
        .splitlines()
    )
    outputs = [line for line in shown[2:] if "..." not in line]
    assert int(re.search(r"and (\d+) more", "\n".join(shown))[1]) == int(shown[0].split(")")[0]) - len(outputs)


def shows_the_day(text: str) -> None:
    """Two accounts and two regions: noncompliant resources, notices, the score before and after, a report to open."""
    assert text.count("rules and an authorization: ") == 2
    for why in ("attached and not encrypted", "no backups", "which is not approved", "open to plain HTTP"):
        assert why in text
    assert "Notice to security@example.com: ALARM" in text and "compliance-non-compliance: " in text
    for words in (
        "  Rules were evaluated for the first time in account",
        "  DOES NOT COMPLY\n",
        "  COMPLIES AGAIN\n",
        "  rule        s3-tls",
    ):
        assert words in text
    assert "What to do: https://console.aws.amazon.com/s3/object/compliance-reports-444444444444-eu-west-1?" in text
    before, after = map(float, re.search(r"Score: ([\d.]+) before, ([\d.]+) after", text).groups())
    assert before < after < 100
    assert "1 new, 3 fixed, 1 still open." in text
    assert "Did not report: 555555555555 in us-east-1." in text
    opened = ROOT / re.search(r"Open the report: (\S+)", text)[1]
    page = opened.read_text()
    # The report has a framework, with the controls that public sources name.
    (of_framework, *_) = opened.parent.rglob("framework-cis-aws-1.4-level1.html")
    assert "2.2.1" in of_framework.read_text()
    assert f"{after:.1f}" in page
    shows_remediation(text)


def shows_remediation(text: str) -> None:
    """A dry run with before and after, advice, and a change that is approved, verified and undone."""
    for words in (
        "  dry run            late: retain backups for 7 days instead of 0",
        '"days": 0',
        '"days": 7',
        "the CloudFormation stack `shop` owns the resource",
        "remediation approve ",
        ": verifying.",
        "AWS Config has recorded and evaluated the bucket after the change: fixed",
        ": undone.",
    ):
        assert words in text, words
    page = (ROOT / re.search(r"Open the page of every step: (\S+)", text)[1]).read_text()
    assert all(f"<td>{step}</td>" in page for step in ("approved", "acting", "verifying", "fixed", "undoing", "undone"))


def test_an_unknown_example_names_the_known_ones():
    done = demo("yml")
    assert done.returncode == 2
    assert "one of yaml, typescript, python, got yml" in done.stderr


@pytest.mark.parametrize(
    ("version", "hosts", "taken"),
    [
        ("v3.259.0", engines.LANGUAGE_HOSTS, True),
        ("v4.0.0", engines.LANGUAGE_HOSTS, True),
        ("v3.258.9", engines.LANGUAGE_HOSTS, False),
        ("v3.259.0", engines.LANGUAGE_HOSTS[1:], False),
        ("what", engines.LANGUAGE_HOSTS, False),
    ],
)
def test_an_engine_on_path_is_taken_when_it_is_new_enough_and_whole(tmp_path, monkeypatch, version, hosts, taken):
    for name, text in [("pulumi", f"echo {version}"), *((host, "exit 1") for host in hosts)]:
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join((str(tmp_path), "/usr/bin", "/bin")))
    assert engines.from_path() == (tmp_path if taken else None)


def test_no_engine_on_path_leaves_the_pinned_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engines.from_path() is None

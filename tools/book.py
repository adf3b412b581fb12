"""Write the site of the documents to build/docs: the pages of the repository in one order, with their links.

usage: python tools/book.py [FOLDER]      collect the pages below FOLDER (build/book) as mdBook reads them
`make docs` collects them and builds the site.

A link to a file that is no page of the site goes to the repository.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = json.loads((ROOT / "schema.json").read_text())["repository"]
# Chapters: title of the chapter, and its pages. What stands after a page's title in a page's own heading is the title.
CHAPTERS: dict[str, list[str]] = {
    "Start": ["README.md", "docs/quick-start.md", "docs/demo.md", "docs/questions.md", "docs/troubleshooting.md"],
    "Choose": ["docs/choosing-rules.md", "docs/rules.md", "docs/frameworks.md"],
    "Set up": [
        "docs/organizations.md",
        "docs/notices.md",
        "docs/notice-examples.md",
        "docs/waivers.md",
        "docs/remediation.md",
        "docs/cost.md",
    ],
    "Report": ["docs/reports.md", "docs/history.md", "docs/self-assessment.md"],
    "Operate": ["docs/operations.md", "docs/alarms.md", "docs/runbooks/*.md", "docs/changes.md", "docs/upgrade.md"],
    "Look up": ["docs/inputs.md", "docs/outputs.md", "docs/parts.md", "CHANGELOG.md", "SECURITY.md"],
    "Components in Rust": ["provider/pulumi-component/README.md", "provider/pulumi-component/PROTOCOL.md"],
    "Contribute": [
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "docs/invariants.md",
        "docs/benchmarks.md",
        "docs/decisions/README.md",
        "docs/decisions/*.md",
        "tests/sandbox/README.md",
    ],
}
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
IMAGE = re.compile(r'((?:src|srcset)=")([^"]+)(")')
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
BOOK = """[book]
title = "aws-compliance"
description = "An AWS Config compliance monitor as one Pulumi component"
language = "en"
src = "src"

[build]
build-dir = "html"

[output.html]
git-repository-url = "{repository}"
default-theme = "light"
preferred-dark-theme = "navy"
smart-punctuation = false
"""


def pages() -> dict[str, list[Path]]:
    """The pages of each chapter, each once."""
    seen: set[Path] = set()
    found: dict[str, list[Path]] = {}
    for chapter, patterns in CHAPTERS.items():
        for pattern in patterns:
            for path in sorted(ROOT.glob(pattern)):
                if path not in seen:
                    seen.add(path)
                    found.setdefault(chapter, []).append(path)
    return found


def title(path: Path) -> str:
    """What a page is called in the list of pages: its heading, without formatting."""
    heading = TITLE.search(path.read_text())
    return re.sub(r"[`*]", "", heading[1]) if heading else path.stem


def rewritten(path: Path, known: set[Path]) -> tuple[str, set[Path]]:
    """A page with the links of the site, and the files beside pages that it shows."""
    shown: set[Path] = set()

    def target(link: str) -> str:
        if re.match(r"[a-z]+:|#", link):
            return link
        file, _, anchor = link.partition("#")
        there = (path.parent / file).resolve()
        if there in known:
            return link
        if there.suffix in {".svg", ".png"}:
            shown.add(there)
            return link
        kind = "tree" if there.is_dir() else "blob"
        return f"{REPOSITORY}/{kind}/main/{there.relative_to(ROOT)}{'#' + anchor if anchor else ''}"

    text = path.read_text()
    for form in (LINK, IMAGE):
        text = form.sub(lambda found: f"{found[1]}{target(found[2])}{found[3]}", text)
    return text, shown


def collect(folder: Path) -> None:
    """Write the source of the book."""
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "src"
    chapters = pages()
    known = {path for paths in chapters.values() for path in paths}
    lines = ["# Summary", ""]
    for chapter, paths in chapters.items():
        lines += [f"# {chapter}", ""]
        for path in paths:
            place = path.relative_to(ROOT)
            lines.append(f"- [{title(path)}]({place})")
            text, shown = rewritten(path, known)
            (source / place).parent.mkdir(parents=True, exist_ok=True)
            (source / place).write_text(text)
            for file in shown:
                (source / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, source / file.relative_to(ROOT))
        lines.append("")
    (source / "SUMMARY.md").write_text("\n".join(lines))
    (folder / "book.toml").write_text(BOOK.format(repository=REPOSITORY))


if __name__ == "__main__":
    collect(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/book")

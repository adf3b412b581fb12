"""The site of the documents: every page is in it, and every link leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from functools import cache

import pytest

from harness.artefacts import ROOT


@cache
def book():
    """The generator, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("book", ROOT / "tools/book.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and mdBook make it."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w -]", "", text).replace(" ", "-")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The pages as mdBook reads them."""
    folder = tmp_path_factory.mktemp("book")
    book().collect(folder)
    return folder / "src"


def test_every_document_is_a_page():
    known = {path for paths in book().pages().values() for path in paths}
    documents = {*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")}
    assert sorted(str(path.relative_to(ROOT)) for path in documents - known) == []


def test_every_link_leads_to_a_page_and_a_heading(source):
    dead = []
    for page in source.rglob("*.md"):
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            there = (page.parent / file).resolve() if file else page
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE) if there.suffix == ".md" else []
            if not there.exists() or (anchor and anchor not in map(slug, headings)):
                dead.append((str(page.relative_to(source)), link))
    assert dead == []


def test_titles_of_pages_differ():
    titles = [book().title(path) for paths in book().pages().values() for path in paths]
    assert sorted({title for title in titles if titles.count(title) > 1}) == []

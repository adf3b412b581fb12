"""A report of 200,000 findings opens, and its pages stay within their bound. Times are nobody's business here."""

from __future__ import annotations

import csv

import pytest

from bench import opening
from harness.artefacts import ToolchainError


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of 200,000 findings."""
    return opening.write(tmp_path_factory.mktemp("opening"), optimized=False)


def test_every_page_stays_within_its_bound_and_every_finding_is_in_a_file(page):
    sizes = {file.name: file.stat().st_size for file in page.parent.glob("*.html")}
    assert max(sizes.values()) <= opening.PAGE_BYTES, sizes
    assert "resources-2.html" in sizes
    findings = 0
    for file in page.parent.glob("findings*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            findings += sum(1 for _ in csv.DictReader(lines))
    assert findings >= opening.FINDINGS


def test_the_page_opens_and_is_searched(page):
    with opening.pages() as fresh:
        tab = next(fresh)
        opening.opened(tab, page)
        found, listed = tab.locator("#resources h2 .count").inner_text().replace("\u202f", "").split(" of ")
        assert 0 < int(found) < int(listed) and int(listed) > opening.FINDINGS
        rows = tab.locator("#resources-t tbody tr:visible").all_inner_texts()
        assert 0 < len(rows) < tab.locator("#resources-t tbody tr").count()
        assert all("Volume" in row and "7" in row for row in rows)


def test_a_report_of_fewer_findings_is_refused(tmp_path):
    with pytest.raises(ToolchainError, match="findings instead of 200,000"):
        opening.write(tmp_path, 30, optimized=False)

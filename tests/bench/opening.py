"""The report of 200,000 findings in Chromium: until its page can be read and searched, and a search in it."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from harness import prerequisites
from harness.artefacts import ToolchainError, cache

from . import functions

# What the project asks of the report. The sample has some 0.7 findings for each of its resources.
FINDINGS, OPEN_SECONDS, PAGE_BYTES = 200_000, 2.0, 1_000_000
RESOURCES = 300_000
ROUNDS = 5
# Two frames later, what the browser was told is drawn.
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


@dataclass
class Opened:
    """Medians of several fresh pages."""

    open_seconds: float
    search_seconds: float


def write(folder: Path, resources: int = RESOURCES, optimized: bool = True) -> Path:
    """Write the report; its page. It is refused where it has fewer findings than it is measured for."""
    program = functions.example("sample", "functions-report", "the report of many findings", optimized)
    cache.run([program, str(folder), str(resources)])
    found = json.loads((folder / "run-2/summary.json").read_text())["totals"]["nonCompliant"]
    if found < FINDINGS:
        raise ToolchainError(f"the report has {found:,} findings instead of {FINDINGS:,}")
    return folder / "run-2/index.html"


@contextmanager
def pages() -> Iterator[Iterator[Page]]:
    """Fresh pages of a browser, each without what another one has loaded."""
    path = prerequisites.browser()
    if not path:
        raise ToolchainError(f"`chromium` is not on PATH: {prerequisites.INSTALL}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])

        def fresh() -> Iterator[Page]:
            while True:
                context = browser.new_context(viewport={"width": 1200, "height": 900})
                yield context.new_page()
                context.close()

        yield fresh()
        browser.close()


def opened(page: Page, file: Path) -> Opened:
    """Open the page, and search the table of findings for something that some of its rows have."""
    began = time.perf_counter()
    page.goto(file.as_uri(), wait_until="load")
    page.evaluate(DRAWN)
    read = time.perf_counter()
    page.get_by_label("Filter resources").fill("volume 7")
    page.evaluate(DRAWN)
    searched = time.perf_counter()
    shown = page.locator("#resources output").inner_text()
    if not shown or shown.startswith("0 "):
        raise ToolchainError(f"the search shows `{shown}`")
    return Opened(read - began, searched - read)


def measure() -> Opened:
    """Open the page in several fresh contexts, after one that only warms caches."""
    with tempfile.TemporaryDirectory() as folder, pages() as fresh:
        file = write(Path(folder))
        rounds = [opened(next(fresh), file) for _ in range(ROUNDS + 1)][1:]
    return Opened(
        statistics.median(one.open_seconds for one in rounds),
        statistics.median(one.search_seconds for one in rounds),
    )

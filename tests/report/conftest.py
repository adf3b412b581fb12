"""A report of two sample runs on disk, and a browser that opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from harness import prerequisites
from harness.artefacts import cache, tools


def example(package: str, name: str, *arguments: str) -> None:
    """Run an example of a crate."""
    cache.run([tools.cargo_binary(name, f"an example of {package}", kind="example"), *arguments])


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report of a few hundred resources."""
    folder = tmp_path_factory.mktemp("report")
    example("functions-report", "sample", str(folder))
    return folder


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report of so many that it has part files."""
    folder = tmp_path_factory.mktemp("large")
    example("functions-report", "sample", str(folder), "20000")
    return folder


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report of a first run that saw nothing."""
    folder = tmp_path_factory.mktemp("empty")
    example("functions-report", "sample", str(folder), "0")
    return folder


@pytest.fixture(scope="session")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the last of four reports of a small estate, as `functions/report/examples/auditor.rs` has it."""
    folder = tmp_path_factory.mktemp("auditor")
    example("functions-report", "auditor", str(folder))
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the machine has it."""
    path = prerequisites.browser()
    assert path, prerequisites.INSTALL
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page, with every request that left it and everything that its console said."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, file: Path) -> Page:
        """Go to a file."""
        self.page.goto(file.as_uri())
        return self.page


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A fresh page on a desk."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme="light")
    yield Watched(context.new_page())
    context.close()

"""The report in a browser: it reads, filters, sorts, prints, asks nobody, and everybody can use it."""

from __future__ import annotations

import pytest

from harness.artefacts import BUILD, tools

PAGE = "run-2/index.html"
SCHEMES = ["light", "dark"]
SCREENSHOTS = BUILD / "report"


def column(page, table: str, number: int) -> list[str]:
    """The texts of a column's cells that are seen."""
    return page.locator(f"#{table}-t tbody tr:visible td:nth-child({number})").all_inner_texts()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("device", "width"), [("desk", 1200), ("phone", 360)])
def test_it_is_drawn_in_both_themes_without_scrolling_sideways(watched, sample, scheme, device, width):
    page = watched.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    watched.open(sample / PAGE)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{device}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = sum(map(int, ground.removeprefix("rgb(").removesuffix(")").split(","))) > 600
    assert light == (scheme == "light")


def test_no_request_leaves_and_the_console_is_silent(watched, sample, large):
    for file in [sample / PAGE, sample / "index.html", large / PAGE, large / "run-2/resources-2.html"]:
        watched.requests.clear()
        page = watched.open(file)
        for box in page.locator("input[type=search]").all():
            box.fill("a")
        for button in page.locator("th button").all():
            button.click()
        assert [url for url in watched.requests if not url.startswith("data:")] == [file.as_uri()]
        assert watched.said == []


def test_a_filter_shows_the_rows_with_all_its_words(watched, sample):
    page = watched.open(sample / PAGE)
    every = len(column(page, "resources", 3))
    page.get_by_label("Filter resources").fill("S3-tls US-EAST")
    shown = list(zip(column(page, "resources", 3), column(page, "resources", 5), strict=True))
    assert 0 < len(shown) < every
    assert set(shown) == {("s3-tls-only", "us-east-1")}
    assert page.locator("#resources output").inner_text() == f"{len(shown)} of {every} on this page"
    page.get_by_label("Filter resources").fill("")
    assert len(column(page, "resources", 3)) == every


def test_columns_sort_by_number_or_name_from_the_keyboard(watched, sample):
    page = watched.open(sample / PAGE)
    page.locator("#rules th button", has_text="Failing").focus()
    page.keyboard.press("Enter")
    failing = [int(text) for text in column(page, "rules", 4)]
    assert failing == sorted(failing)
    page.keyboard.press("Enter")
    assert [int(text) for text in column(page, "rules", 4)] == sorted(failing, reverse=True)
    assert page.locator("#rules th[aria-sort=descending]").inner_text().startswith("Failing")
    page.locator("#rules th button", has_text="Severity").click()
    assert column(page, "rules", 2) == ["critical", "high", "medium", "medium", "low"]


def test_it_reads_without_script(browser, sample):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((sample / PAGE).as_uri())
    assert page.get_by_role("heading", name="Score", exact=True).is_visible()
    assert page.locator("#resources-t tbody tr").count() > 100
    assert not page.locator("input").first.is_visible()
    context.close()


def test_a_name_that_is_markup_is_read_as_it_is(watched, sample):
    page = watched.open(sample / PAGE)
    page.get_by_label("Filter resources").fill("<script>alert(1)</script>\"'&")
    assert len(column(page, "resources", 2)) >= 1
    assert page.locator("script").count() == 1


def test_links_lead_to_files_that_are_there(watched, sample, large):
    for file in [sample / PAGE, sample / "index.html", large / PAGE]:
        page = watched.open(file)
        links = page.evaluate("[...document.links].map((link) => link.getAttribute('href'))")
        for link in links:
            # The sample writes the second of its two runs alone.
            if link.startswith(("#", "run-1/", "https://docs.aws.amazon.com/config/")):
                continue
            assert (file.parent / link).resolve().is_file(), link
    assert any("resources-2" in link for link in links)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize(
    ("folder", "file"),
    [
        ("sample", PAGE),
        ("sample", "index.html"),
        ("sample", "run-2/framework-hipaa.html"),
        ("sample", "run-2/framework-pci-dss.html"),
        ("large", "run-2/framework-hipaa.html"),
        ("large", PAGE),
        ("large", "run-2/resources-2.html"),
        ("empty", PAGE),
        ("empty", "index.html"),
    ],
)
def test_axe_finds_no_violation(watched, request, scheme, width, folder, file):
    watched.page.emulate_media(color_scheme=scheme)
    watched.page.set_viewport_size({"width": width, "height": 800})
    page = watched.open(request.getfixturevalue(folder) / file)
    # Past the page's own policy, which admits no script from elsewhere.
    page.evaluate((tools.node_modules() / "axe-core/axe.min.js").read_text())
    found = page.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


def test_frameworks_are_told_by_state_and_what_is_new_and_fixed_by_name(watched, sample):
    page = watched.open(sample / PAGE)
    assert column(page, "frameworks", 1) == ["HIPAA", "PCI DSS"]
    page.get_by_label("Filter rules and controls of frameworks").fill("not offered")
    assert column(page, "controls", 2) == ["EKS_CLUSTER_OLDEST_SUPPORTED_VERSION"]
    change = page.locator("section", has=page.get_by_role("heading", name="New and fixed"))
    for heading in ("New", "Fixed"):
        assert change.get_by_role("heading", name=heading, exact=True).is_visible()
    assert change.locator("li").count() == 16
    assert change.get_by_role("link", name="fixed.csv").is_visible()


def test_it_prints_on_paper_without_its_tools(watched, sample):
    page = watched.open(sample / PAGE)
    page.emulate_media(media="print")
    assert not page.locator("input").first.is_visible()
    assert not page.locator("nav").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("name", ["framework-hipaa.html", "framework-pci-dss.html"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 360), ("light", 1200)])
def test_framework_pages_do_not_scroll_sideways_and_print(watched, large, name, scheme, width):
    watched.page.emulate_media(color_scheme=scheme)
    watched.page.set_viewport_size({"width": width, "height": 740})
    page = watched.open(large / "run-2" / name)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.emulate_media(media="print")
    assert not page.locator("input").first.is_visible()
    assert watched.said == []


def test_findings_say_what_to_do_and_where_the_rule_is_explained(watched, sample):
    page = watched.open(sample / PAGE)
    page.get_by_label("Filter resources").fill("ebs-volumes-encrypted")
    row = page.locator("#resources-t tbody tr:visible").first
    assert row.locator("td").last.inner_text() == "AWS-EncryptVolume"
    link = row.get_by_role("link", name="ebs-volumes-encrypted")
    assert (
        link.get_attribute("href") == "https://docs.aws.amazon.com/config/latest/developerguide/encrypted-volumes.html"
    )


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Open findings by severity", "critical:"),
        ("Open findings by framework", "HIPAA:"),
        ("Open findings by account", "payments (111111111111):"),
        ("Time to fix", "critical: 2 days, of"),
        ("Oldest findings", "open since 2026-03-04, 2 days"),
    ],
)
def test_each_picture_has_its_words(watched, sample, heading, words):
    page = watched.open(sample / PAGE)
    section = page.locator("section", has=page.get_by_role("heading", name=heading, exact=True))
    assert section.get_by_role("img").get_attribute("aria-label")
    assert section.locator("svg.chart").is_visible()
    assert words in section.locator("ol").inner_text()


def test_coverage_says_what_is_recorded_and_how_rules_evaluate(watched, sample):
    page = watched.open(sample / PAGE)
    assert column(page, "recorded", 1) == ["all supported types", "AWS::EC2::Volume", "AWS::EC2::NetworkInterface"]
    assert column(page, "recorded", 3)[:2] == ["continuous", "daily"]
    assert column(page, "evaluators", 2) == ['{"backupRetentionMinimum":"7"}']

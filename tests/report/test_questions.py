"""What auditors and engineers ask, each answered by the page in a browser. `examples/auditor.rs` has what is true."""

from __future__ import annotations

import pytest


@pytest.fixture
def report(watched, auditor):
    """The report, as somebody opens it."""
    return watched.open(auditor / "index.html")


def rows(page, table: str) -> list[dict[str, str]]:
    """The rows of a table that are seen, by heading."""
    headings = page.locator(f"#{table}-t thead th").all_inner_texts()
    headings = [heading.strip(" ↑↓") for heading in headings]
    found = page.locator(f"#{table}-t tbody tr:visible").all()
    return [dict(zip(headings, row.locator("td").all_inner_texts(), strict=True)) for row in found]


def first(text: str) -> str:
    """The first line of a cell: what it says before its note."""
    return text.splitlines()[0]


def test_which_resources_fail_a_control_of_pci_dss(report):
    report.locator("#frameworks").get_by_role("link", name="pci-dss-4.0").click()
    controls = {row["Control"]: row for row in rows(report, "controls")}
    assert {name for name, row in controls.items() if row["Status"] == "fails"} == {"2.2.7", "3.5.1", "4.2.1"}
    assert (controls["3.5.1"]["Evaluated"], controls["3.5.1"]["Failing"]) == ("3", "2")
    assert (controls["4.2.1"]["Failing"], controls["4.2.1"]["Waived"]) == ("1", "1")
    report.get_by_label("Filter findings", exact=True).fill("3.5.1")
    found = rows(report, "evidence")
    assert sorted(first(row["Resource"]) for row in found) == ["vol-1", "vol-2"]
    assert {row["Control"] for row in found} == {"3.5.1"}
    report.get_by_label("Filter findings", exact=True).fill("4.2.1")
    assert [first(row["Resource"]) for row in rows(report, "evidence")] == ["orders"]


def test_what_changed_this_week(report):
    week = report.locator("#week")
    assert week.get_by_role("heading", name="This week").is_visible()
    numbers = dict(zip(week.locator("dt").all_inner_texts(), week.locator("dd").all_inner_texts(), strict=True))
    assert (numbers["New and open"], numbers["Fixed"], numbers["Open"]) == ("1", "2", "4 → 3")
    assert week.locator("li").all_inner_texts() == ["encrypted-volumes: vol-2 (111111111111, eu-central-1)"]
    # `vol-9` was fixed in the run before the last one: the change since the last run does not have it.
    assert "Fixed: 1 critical, 1 high." in week.inner_text()
    assert "2026-03-02 06:00 UTC" in week.inner_text()
    moved = report.locator("section", has=report.get_by_role("heading", name="New and fixed"))
    assert len(moved.locator("li").all_inner_texts()) == 2


def test_what_is_not_assessed_and_why(report):
    parts = {row["Rule or control"]: row["State"] for row in rows(report, "controls")}
    assert parts["EKS_CLUSTER_OLDEST_SUPPORTED_VERSION"] == "not offered in eu-central-1"
    assert parts["12.1.1"] == "manual: no rule evaluates it"
    assert parts["iam-password-policy"] == "no result"
    report.locator("#frameworks").get_by_role("link", name="pci-dss-4.0").click()
    controls = {row["Control"]: row for row in rows(report, "controls")}
    assert controls["6.3.3"]["Status"] == "not assessed"
    assert controls["6.3.3"]["Rules"].strip() == "not offered in eu-central-1: EKS_CLUSTER_OLDEST_SUPPORTED_VERSION"
    assert (controls["12.1.1"]["Status"], controls["8.3.6"]["Status"]) == ("manual", "no results")


def test_what_is_waived_until_when_and_why(report):
    (waiver,) = rows(report, "waivers")
    assert waiver["Waives"] == "rule s3-bucket-ssl-requests-only, resource legacy-*"
    assert waiver["Ends"].splitlines() == ["2026-06-30", "in 116 days"]
    assert (waiver["State"], waiver["Owner"], waiver["Findings"]) == ("in force", "data-team", "1")
    assert waiver["Reason"].splitlines() == ["migration", "SEC-1234"]
    (finding,) = rows(report, "waived")
    assert (first(finding["Resource"]), finding["Waiver"]) == ("legacy-1", "data-team until 2026-06-30, SEC-1234")


def test_who_owns_it(report):
    owners = {first(row["Resource"]): row["Owner"] for row in rows(report, "resources")}
    assert owners == {"orders": "shop-team", "vol-1": "shop-team", "vol-2": "billing-team"}
    report.get_by_label("Filter resources").fill("billing-team")
    assert [first(row["Resource"]) for row in rows(report, "resources")] == ["vol-2"]


def test_what_to_do_and_why(report):
    found = {first(row["Resource"]): row for row in rows(report, "resources")}
    assert found["orders"]["Remediation"] == "AWSConfigRemediation-RestrictBucketSSLRequestsOnly"
    assert found["orders"]["Rule"].splitlines()[1] == "The bucket policy admits requests without TLS"
    assert found["vol-1"]["Remediation"] == "see the rule"
    link = report.locator("#resources-t").get_by_role("link", name="encrypted-volumes").first
    page = "https://docs.aws.amazon.com/config/latest/developerguide/encrypted-volumes.html"
    assert link.get_attribute("href") == page


def test_what_is_being_done_and_who_has_to_decide(report):
    (one,) = rows(report, "remediations")
    assert one["State"].splitlines() == ["awaiting approval", "0123456789abcdef"]
    assert (first(one["Resource"]), first(one["Rule"])) == ("orders", "s3-bucket-ssl-requests-only")
    assert one["Change"].splitlines() == ["deny requests without TLS", "needs approval: the owner is not known"]
    assert "observed by run-7: the finding is open" in one["Steps"]


def test_since_when_and_how_long(report):
    since = {first(row["Resource"]): first(row["Since"]) for row in rows(report, "resources")}
    assert since == {"orders": "2026-02-20", "vol-1": "2026-02-20", "vol-2": "2026-03-06 (new)"}
    oldest = report.locator("section", has=report.get_by_role("heading", name="Oldest findings", exact=True))
    assert "open since 2026-02-20, 14 days" in oldest.inner_text()

"""The exported findings of the sample report: OCSF files beside the CSV, and findings of Security Hub."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest

from harness.exports import asff_faults, ocsf_faults


def lines(file) -> list[dict]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize(("kind", "statuses"), [("findings", {"New"}), ("fixed", {"Resolved"})])
def test_each_line_is_a_compliance_finding_of_the_schema_and_of_a_row_of_the_csv(sample, kind, statuses):
    found = lines(sample / f"run-2/{kind}.ocsf.jsonl")
    assert [fault for finding in found for fault in ocsf_faults(finding)] == []
    with (sample / f"run-2/{kind}.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["rule"], row["account"], row["new"]) for row in csv.DictReader(file)]
    assert len(rows) > 10
    told = [(one["compliance"]["control"], one["cloud"]["account"]["uid"]) for one in found]
    assert told == [row[:2] for row in rows]
    assert {one["status"] for one in found} == statuses
    assert len({one["finding_info"]["uid"] for one in found}) == len(found)


def test_new_and_known_findings_differ_in_their_activity(sample):
    assert {one["activity_name"] for one in lines(sample / "run-2/findings.ocsf.jsonl")} == {"Create", "Update"}


def test_files_are_sealed_and_linked(sample):
    manifest = json.loads((sample / "run-2/manifest.json").read_text())
    page = (sample / "run-2/index.html").read_text()
    for name in ("findings.ocsf.jsonl", "fixed.ocsf.jsonl"):
        digest = hashlib.sha256((sample / "run-2" / name).read_bytes()).hexdigest()
        assert digest in json.dumps(manifest), name
        assert f'href="{name}"' in page


def test_findings_of_security_hub_fit_its_model(sample):
    found = lines(sample / "asff.jsonl")
    assert [fault for finding in found for fault in asff_faults(finding)] == []
    assert {one["RecordState"] for one in found} == {"ACTIVE", "ARCHIVED"}
    assert len({one["Id"] for one in found if one["RecordState"] == "ACTIVE"}) > 100


@pytest.mark.parametrize("member", ["class_uid", "finding_info", "severity_id", "compliance", "metadata"])
def test_schema_refuses_what_lacks_a_required_member(sample, member):
    finding = lines(sample / "run-2/findings.ocsf.jsonl")[0]
    del finding[member]
    assert ocsf_faults(finding)


@pytest.mark.parametrize("member", ["Title", "Resources", "ProductArn"])
def test_model_refuses_what_lacks_a_required_member(sample, member):
    finding = lines(sample / "asff.jsonl")[0]
    finding.pop(member)
    assert asff_faults({"Resources": [], **finding})

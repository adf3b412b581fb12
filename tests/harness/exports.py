"""Exported findings against the formats of others: OCSF by its schema, ASFF by its model and documented limits."""

from __future__ import annotations

import functools
import json

import botocore.session
import jsonschema
from botocore.validate import ParamValidator

from harness.artefacts import ROOT

# From the documentation of each member in the service's model, which has no lengths of its own.
LENGTHS = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "ProductName": 128}


@functools.cache
def _ocsf() -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / "tests/report/ocsf-compliance-finding.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def ocsf_faults(finding: dict) -> list[str]:
    """What keeps a finding from being an OCSF Compliance Finding."""
    return [f"{error.json_path}: {error.message}" for error in _ocsf().iter_errors(finding)]


@functools.cache
def _asff():
    return botocore.session.get_session().get_service_model("securityhub").shape_for("AwsSecurityFinding")


def asff_faults(finding: dict) -> list[str]:
    """What keeps a finding from being one of Security Hub."""
    shape = _asff()
    report = ParamValidator().validate(finding, shape)
    faults = [report.generate_report()] if report.has_errors() else []
    faults += [f"no member {name}" for name in finding if name not in shape.members]
    faults += [f"{name} is too long" for name, most in LENGTHS.items() if len(finding.get(name, "")) > most]
    faults += _blank(finding, "")
    resources = finding["Resources"]
    if not 1 <= len(resources) <= 32:
        faults.append(f"{len(resources)} resources")
    details = shape.members["Resources"].member.members["Details"].members
    for resource in resources:
        if resource["Type"] not in {*details, "AwsAccount", "Other"}:
            faults.append(f"no type {resource['Type']}")
        if len(resource.get("Tags", {})) > 50 or len(resource.get("Region", "")) > 16 or len(resource["Id"]) > 512:
            faults.append("a resource is too long")
    if len(finding["Compliance"].get("RelatedRequirements", [])) > 32 or len(finding.get("ProductFields", {})) > 50:
        faults.append("too many requirements or fields")
    return faults


def _blank(value: object, path: str) -> list[str]:
    """Strings without a character that is seen: the model's pattern of nearly every string refuses them."""
    if isinstance(value, dict):
        return [fault for name, one in value.items() for fault in _blank(one, f"{path}.{name}")]
    if isinstance(value, list):
        return [fault for one in value for fault in _blank(one, path)]
    return [f"{path} is blank"] if isinstance(value, str) and not value.strip() else []

"""Which control of a framework each managed rule counts for, as public sources say it.

`python tools/controls.py RULES.md CONTROLS.json` writes `provider/catalog/facts/controls.json` from the rule tables of
cdk-nag (npm, Apache-2.0), which name the controls of AWS's conformance packs, and from the controls of the Security Hub
User Guide. `facts/controls-read.json` holds mappings that a person read in a source of another form, rule by rule. Each
mapping names its source; where two sources know a framework, both are kept. `tools/catalog.py` unites them. A framework
without a mapping here and without controls in its pack has no published one.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from catalog import FACTS, lines, read

# The headings of cdk-nag's tables, and the standards of Security Hub, by our id of the framework.
PACKS = {
    "HIPAA Security": "hipaa",
    "NIST 800-53 rev 4": "nist-800-53-r4",
    "NIST 800-53 rev 5": "nist-800-53-r5",
    "PCI DSS 3.2.1": "pci-dss-3.2.1",
}
STANDARDS = {
    "CIS AWS Foundations Benchmark v1.2.0": ("cis-aws-1.2",),
    "CIS AWS Foundations Benchmark v1.4.0": ("cis-aws-1.4-level1", "cis-aws-1.4-level2"),
    "NIST.800-53.r5": ("nist-800-53-r5",),
    "PCI DSS v3.2.1": ("pci-dss-3.2.1",),
}
ROW = re.compile(r"\| \[(?P<name>[^\]]+)\]\(\S*/(?P<page>[a-z0-9-]+)\.html\)[^|]*\|.*\|(?P<controls>[^|]+)\|\s*$")
# A footnote of the table, and a bracket too much or too few that the table has in one place.
FOOTNOTE = re.compile(r"<sup>.*?</sup>")


def identifiers() -> dict[str, str]:
    """Identifiers of managed rules by their documented names."""
    names = read("rule-names.json")["names"]
    return {names.get(each, each.lower().replace("_", "-")): each for each in read("managed-rules.json")}


def balanced(control: str) -> str:
    """A control without the bracket that closes nothing."""
    return control[:-1] if control.count(")") > control.count("(") else control


def of_packs(text: str, known: dict[str, str]) -> dict[str, dict[str, list[str]]]:
    """Controls by framework and identifier, from cdk-nag's tables."""
    found: dict[str, dict[str, list[str]]] = {}
    framework = None
    for line in text.splitlines():
        if line.startswith("## "):
            framework = PACKS.get(line[3:].strip())
        row = ROW.match(line)
        if framework is None or row is None:
            continue
        # Rules of cdk-nag's own name link to the page of AWS Config's; those it leaves out have AWS Config's name.
        identifier = known.get(row["name"]) or known.get(row["page"])
        controls = [balanced(each.strip()) for each in FOOTNOTE.sub("", row["controls"]).split(",") if each.strip()]
        if identifier:
            of = found.setdefault(framework, {})
            of[identifier] = sorted({*of.get(identifier, []), *controls})
    return found


def of_standards(controls: list[dict], known: dict[str, str]) -> dict[str, dict[str, list[str]]]:
    """Controls by framework and identifier, from Security Hub's related requirements."""
    found: dict[str, dict[str, list[str]]] = {}
    for control in controls:
        identifier = known.get(control["rule"] or "")
        if identifier is None:
            continue
        for standard, named in control["requirements"].items():
            for framework in STANDARDS[standard]:
                of = found.setdefault(framework, {})
                of[identifier] = sorted({*of.get(identifier, []), *named})
    return found


def main(tables: str, standards: str) -> None:
    """Write the facts."""
    known, hub = identifiers(), json.loads(Path(standards).read_text())
    mappings = {
        "AWS conformance pack documentation, as cdk-nag 3.0.2 (npm, Apache-2.0) names it in RULES.md": (
            "2026-08-05",
            of_packs(Path(tables).read_text(), known),
        ),
        hub["source"].split(":")[0]: ("2023-06", of_standards(hub["controls"], known)),
    }
    frameworks: dict[str, list[dict]] = {}
    for source, (date, mapping) in mappings.items():
        for framework, rules in mapping.items():
            frameworks.setdefault(framework, []).append({"source": source, "date": date, "rules": rules})
    for framework, mapped in read("controls-read.json")["frameworks"].items():
        frameworks.setdefault(framework, []).extend(mapped)
    (FACTS / "controls.json").write_text(lines({"frameworks": frameworks}))


if __name__ == "__main__":
    main(*sys.argv[1:])

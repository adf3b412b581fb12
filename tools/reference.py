"""Write the reference pages `docs/rules.md` and `docs/frameworks.md` from the catalogue's facts.

People look there before they deploy; the same facts answer `catalog` on the command line.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "provider/catalog/facts"
DOCS = ROOT / "docs"
TRIGGERS = {"change": "change", "periodic": "periodic", "both": "change, periodic"}
UNNAMED = "No service named"


def facts(name: str) -> dict:
    """A generated file of facts."""
    return json.loads((FACTS / "generated" / name).read_text())


def identifiers(framework: dict) -> set[str]:
    """The rules that a framework deploys."""
    return {rule["identifier"] for rule in framework["rules"] if not rule.get("off")}


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def service(rule: dict) -> str:
    """The service of a rule: that of its first resource type."""
    types = rule.get("types", [])
    return (types[0].split("::")[1] or "Account") if types else UNNAMED


def shown(kind: str) -> str:
    """A resource type without what all begin with."""
    return kind.removeprefix("AWS::").removeprefix("::")


def parameter(entry: dict) -> str:
    """A parameter with what it must be; in bold where it must be given."""
    default = f", default `{entry['default']}`" if entry.get("default") else ""
    name = f"`{entry['name']}`"
    needed = entry.get("required") and "default" not in entry
    return f"{f'**{name}**' if needed else name} ({entry['type']}{default})".replace("|", "\\|")


def lacking(rule: dict, data: dict) -> str:
    """The regions of the partition `aws` that do not offer a rule."""
    regions = data["partitions"]["aws"]
    offered = data["regionSets"][rule["regions"]]
    gone = [code for code in regions if code not in offered.get("only", regions) or code in offered.get("except", [])]
    if len(gone) > len(regions) // 2:
        return "only " + ", ".join(code for code in regions if code not in gone)
    return ", ".join(gone)


def document(remediation: dict | None) -> str:
    """The remediation of a finding, and how sure it is."""
    return f"`{remediation['document']}` ({remediation['confidence']})" if remediation else ""


def rules_page() -> str:
    """`docs/rules.md`."""
    data, frameworks = facts("rules.json"), facts("frameworks.json")["frameworks"]
    remediations = facts("remediations.json")["remediations"]
    served = defaultdict(int)
    for identifier in chain.from_iterable(map(identifiers, frameworks.values())):
        served[identifier] += 1
    services = defaultdict(list)
    for identifier, rule in data["rules"].items():
        row = [f"`{identifier}`", TRIGGERS[rule["trigger"]], rule["severity"]]
        row.append(", ".join(f"`{shown(name)}`" for name in rule.get("types", [])))
        row.append(", ".join(map(parameter, rule.get("parameters", []))))
        row += [str(served[identifier]), document(remediations.get(identifier)), lacking(rule, data)]
        services[service(rule)].append(row)
    text = f"""# Managed rules

The {len(data["rules"])} managed rules of AWS Config that `rules.managed` takes, as documented on {data["taken"]}.
Generated from `provider/catalog/facts` by `make reference`.

Severities are ours (`facts/severities.json`). Parameters in bold must be given. The count of frameworks is of
[all that we know](frameworks.md). "Document" is the Systems Manager document that remediates a finding (sources of
{data["remediationsTaken"]}): documented as such, or inferred because its effect matches; `catalog show` has its
parameters, its effect and others. Regions are those of the partition `aws` without the rule; `catalog show IDENTIFIER`
lists all.
"""
    head = ["rule", "trigger", "severity", "resource types", "parameters", "frameworks", "document", "not in"]
    for name in sorted(services, key=lambda name: (name == UNNAMED, name)):
        text += f"\n## {name}\n\n{table(head, sorted(services[name]))}"
    return text


def left_out(frameworks: dict) -> str:
    """What frameworks have beside what is deployed."""
    lines = []
    for name, framework in frameworks.items():
        optional = sorted({rule["identifier"] for rule in framework["rules"] if rule.get("off")})
        if optional:
            lines.append(f"- `{name}`, {len(optional)} optional: {', '.join(f'`{rule}`' for rule in optional)}\n")
        if framework.get("custom"):
            lines.append(f"- `{name}`, in need of a function of yours: {', '.join(framework['custom'])}\n")
    return f"""
The following rules are neither counted nor deployed: rules that a pack deploys only on request (use `rules.managed`),
and rules that require a Lambda function of your own:

{"".join(lines)}"""


def control_sources(frameworks: dict) -> str:
    """Where the controls come from."""
    by_source = defaultdict(list)
    for name, framework in frameworks.items():
        for each in framework.get("controlSources", ()):
            by_source[f"{each['source']} ({each['date']})"].append(f"`{name}`")
    lines = "".join(f"- {source}: {', '.join(names)}\n" for source, names in sorted(by_source.items()))
    return f"""
Controls are named where a public source maps rules to them; no control mapping is published for the other frameworks:

{lines}"""


def frameworks_page() -> str:
    """`docs/frameworks.md`."""
    data, frameworks = facts("rules.json"), facts("frameworks.json")["frameworks"]
    named = list(json.loads((FACTS / "frameworks.json").read_text())["frameworks"])
    sets = {name: identifiers(framework) for name, framework in frameworks.items()}
    text = f"""# Frameworks

What `frameworks: [{{ id }}]` takes, as AWS's sample packs were on {data["packsTaken"]}. Generated from
`provider/catalog/facts` by `make reference`. What a framework means is pinned by its checksum; a pack is a starting
point of AWS's and no proof of compliance.

"""
    head = ["id", "rules", "answered by people", "with controls", "title", "checksum"]
    rows = []
    for name, framework in frameworks.items():
        controls = sum(bool(rule.get("controls")) for rule in framework["rules"])
        manual, checksum = len(framework.get("manual", [])), framework["sha256"][:12]
        rows.append(
            [f"`{name}`", str(len(sets[name])), str(manual), str(controls), framework["title"], f"`{checksum}`"]
        )
    text += table(head, rows)
    text += control_sources(frameworks)
    text += left_out(frameworks)
    text += f"""
## Overlap

Rules that two frameworks share; on the diagonal, the rules of one. A deployment with both has their sum less what is
shared, and `catalog compare` says which these are. The table shows the {len(named)} of {len(frameworks)} frameworks
that have a short name (`facts/frameworks.json`); `catalog compare` accepts any.

"""
    numbers = {name: str(index) for index, name in enumerate(named, 1)}
    head = ["", *numbers.values()]
    rows = [[f"{numbers[one]} `{one}`", *(str(len(sets[one] & sets[other])) for other in named)] for one in named]
    return text + table(head, rows)


def generated() -> dict[str, str]:
    """The pages by name."""
    return {"rules.md": rules_page(), "frameworks.md": frameworks_page()}


def main() -> None:
    """Write the pages."""
    for name, text in generated().items():
        (DOCS / name).write_text(text)


if __name__ == "__main__":
    main()

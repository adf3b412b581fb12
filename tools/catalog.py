"""Facts of AWS Config, made compact for the crate `aws-compliance-catalog`.

`python tools/catalog.py` writes `provider/catalog/facts/generated/` from the files above it. With `--from DIR` it
first takes new source files from a folder, reduced to what is used, and records their digests in `sources.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import botocore
from botocore.loaders import Loader

FACTS = Path(__file__).parents[1] / "provider/catalog/facts"
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
# Services whose resources exist once in an account: AWS Config records them in one region, or the same in each.
GLOBAL_SERVICES = ("IAM", "CloudFront", "Route53", "GlobalAccelerator", "Shield", "WAF")
# Rules about what an account has once, of whose documentation no resource type says so.
GLOBAL_RULES = frozenset(
    {
        "ACCOUNT_PART_OF_ORGANIZATIONS",
        "IAM_PASSWORD_POLICY",
        "IAM_POLICY_IN_USE",
        "IAM_ROOT_ACCESS_KEY_CHECK",
        "ROOT_ACCOUNT_HARDWARE_MFA_ENABLED",
        "ROOT_ACCOUNT_MFA_ENABLED",
        "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS",
        "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC",
        "SECURITY_ACCOUNT_INFORMATION_PROVIDED",
        "SHIELD_ADVANCED_ENABLED_AUTORENEW",
        "SHIELD_DRT_ACCESS",
    }
)
TRIGGERS = {
    "Configuration changes": "change",
    "Periodic": "periodic",
    "Configuration changes and Periodic": "both",
    "Configuration changes (current status not checked, only evaluated when changes generate new events)": "change",
}
TYPES = {"CSV": "list", "String": "string", "int": "int", "boolean": "boolean", "double": "double", "StringMap": "map"}
REGIONS = re.compile(r"(All supported AWS regions except|Only available in|All supported AWS regions)(.*?)(?: Region)?")
PREFIX = "operational-best-practices-for-"


def read(name: str, folder: Path = FACTS):
    """The JSON file of that name."""
    return json.loads((folder / name).read_text())


def lines(value: dict) -> str:
    """JSON with one line for each entry of each member, so that a change of facts reads as one."""

    def text(entry) -> str:
        return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    members = []
    for name, member in sorted(value.items()):
        if isinstance(member, dict):
            entries = ",\n".join(f"{text(key)}:{text(entry)}" for key, entry in sorted(member.items()))
            members.append(f"{text(name)}:{{\n{entries}\n}}")
        elif isinstance(member, list):
            entries = ",\n".join(map(text, member))
            members.append(f"{text(name)}:[\n{entries}\n]")
        else:
            members.append(f"{text(name)}:{text(member)}")
    return "{" + ",\n".join(members) + "}\n"


def take(folder: Path) -> None:
    """Copy the sources from a folder, reduced, with their digests."""
    packs = read("conformance-packs.json", folder)
    kept = {pack.pop("id"): reduced_pack(pack) for pack in packs["packs"]}
    others = {name: packs[name] for name in ("source", "noTemplateFor")}
    (FACTS / "packs.json").write_text(lines(others | {"packs": kept}))
    remediations = read("remediations.json", folder)
    names = ("sources", "reading", "remediations")
    (FACTS / "remediations.json").write_text(lines({name: remediations[name] for name in names}))
    for name in ("managed-rules.json", "rule-names.json"):
        (FACTS / name).write_bytes((folder / name).read_bytes())
    # What is known and from which day; the day of the import says nothing of the facts.
    originals = {
        "managed-rules.json": ("data of moto 5.2.5 (PyPI), made from the AWS documentation", "2026-10-27"),
        "conformance-packs.json": (
            f"awslabs/aws-config-rules at {packs['source']['commit'][:8]}, CC0",
            packs["source"]["commitDate"],
        ),
        "remediations.json": (
            "AWS Systems Manager Automation Runbook Reference; ASR; see `sources` in the file",
            remediations["sources"]["asr"]["commit"][1],
        ),
        "rule-names.json": ("awsdocs/aws-config-developer-guide at 572f307", "2023-04"),
    }
    files = {
        name: {"source": source, "date": date, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for name, (source, date) in originals.items()
    }
    (FACTS / "sources.json").write_text(lines({"imported": f"{datetime.now(UTC):%Y-%m-%d}", "files": files}))


def reduced_pack(pack: dict) -> dict:
    """A pack without what the catalogue has no use for."""
    rules = []
    for rule in pack["rules"]:
        kept = {name: rule[name] for name in ("identifier", "ruleName", "customKind") if rule.get(name)}
        wanted = ("maximumExecutionFrequency", "resourceTypes", "controls", "condition")
        kept |= {name: rule[name] for name in wanted if rule.get(name)}
        parameters = {parameter["name"]: parameter["value"] for parameter in rule["parameters"]}
        rules.append(kept | ({"parameters": parameters} if parameters else {}))
    names = ("displayName", "framework", "sameContentAs", "sourceFile")
    return {name: pack[name] for name in names if pack.get(name)} | {"rules": rules}


def region_codes() -> dict[str, dict[str, str]]:
    """Region codes by partition and by their English name, where AWS says the name."""
    endpoints = Loader().load_data("endpoints")
    partitions = {entry["partition"]: entry["regions"] for entry in endpoints["partitions"]}
    return {name: {about["description"]: code for code, about in partitions[name].items()} for name in PARTITIONS}


def region_rule(text: str, codes: dict[str, str]) -> dict:
    """`{}` for all regions, `{only: [...]}` or `{except: [...]}`."""
    match = REGIONS.fullmatch(text)
    if not match:
        raise ValueError(f"this list of regions is of a new form: {text}")
    named = sorted(codes[name.strip()] for name in match[2].split(", ") if name.strip())
    if not named:
        return {}
    return {"only" if match[1].startswith("Only") else "except": named}


def severity(identifier: str, table: dict) -> str:
    """The default severity, by the table."""
    if identifier in table["identifiers"]:
        return table["identifiers"][identifier]
    for entry in table["order"]:
        if any(f"_{words}_" in f"_{identifier}_" for words in entry["words"]):
            return entry["severity"]
    return table["otherwise"]


def parameter_facts() -> dict[str, dict]:
    """What `parameters.json` says, by a parameter's name or by `IDENTIFIER.name`."""
    table, loader = read("parameters.json"), Loader()
    facts = {name: {"form": form} for form, about in table["forms"].items() for name in about["parameters"]}
    for about in table["values"]:
        values = (
            about.get("values")
            or loader.load_service_model(about["model"], "service-2")["shapes"][about["shape"]]["enum"]
        )
        for name in about["parameters"]:
            facts[name] = {"values": list(values)} | ({"grows": True} if "grows" in about else {})
    for about in table["ranges"]:
        shape = (
            loader.load_service_model(about["model"], "service-2")["shapes"][about["shape"]] if "model" in about else {}
        )
        bounds = {"least": shape.get("min"), "most": shape.get("max")} | about
        for name in about["parameters"]:
            of = facts.setdefault(name, {})
            of |= {bound: bounds[bound] for bound in ("least", "most") if bounds.get(bound) is not None}
    for about in table["items"]:
        for name in about["parameters"]:
            facts.setdefault(name, {})["mostItems"] = about["most"]
    return facts


def sample_facts() -> dict[str, dict]:
    """What `samples.json` says, by `IDENTIFIER.name`: the sample values, and which one is in the place of a default."""
    facts: dict[str, dict] = {}
    for about in read("samples.json")["samples"]:
        of = facts.setdefault(about["parameter"], {"samples": []})
        of["samples"].append({name: about[name] for name in ("value", "reason")})
        if about.get("documented"):
            of["documented"] = about["value"]
    return facts


def rule_of(identifier: str, raw: dict, region_set: int, table: dict, names: dict, forms: dict, samples: dict) -> dict:
    """One rule in the catalogue's form; what is usual is left out."""
    types = sorted({name.strip() for name in raw.get("Resource Types", "").split(",") if name.strip()})
    parameters = []
    for entry in raw["Parameters"]:
        about = samples.get(f"{identifier}.{entry['Name']}", {})
        default = entry.get("Default")
        parameters.append(
            {"name": entry["Name"], "type": TYPES[entry["Type"]]}
            | ({"required": True} if not entry["Optional"] else {})
            | ({} if default is None or default == about.get("documented") else {"default": default})
            | ({"samples": about["samples"]} if about else {})
            | forms.get(entry["Name"], {})
            | forms.get(f"{identifier}.{entry['Name']}", {})
        )
    rule = {"trigger": TRIGGERS[raw["Trigger type"]], "regions": region_set, "severity": severity(identifier, table)}
    if types:
        rule["types"] = types
    if identifier in GLOBAL_RULES or (types and all(name.split("::")[1] in GLOBAL_SERVICES for name in types)):
        rule["global"] = True
    if parameters:
        rule["parameters"] = parameters
    if identifier in names:
        rule["name"] = names[identifier]
    return rule


def is_placeholder(value: str, placeholders: list[dict]) -> bool:
    """Whether a sample says there what its user has to put, or nothing at all."""
    return not value or any(re.fullmatch(entry["text"], value) for entry in placeholders)


def framework_of(about: dict, packs: dict, catalogue: dict, placeholders: list[dict], mappings: list[dict]) -> dict:
    """One framework: rules in the packs' order, each identifier with the same parameters once.

    The controls are the pack's own where its template names them, else those of every source in `controls.json`.
    """
    rules, manual, custom = [], [], []
    for pack in about["packs"]:
        for raw in packs[pack]["rules"]:
            if raw.get("identifier") == "AWS_CONFIG_PROCESS_CHECK":
                manual.append(raw["ruleName"])
            elif "identifier" not in raw:
                custom.append(raw["ruleName"])
            else:
                names = {"maximumExecutionFrequency": "frequency", "resourceTypes": "types"}
                kept = ("identifier", "parameters", "controls", *names)
                rule = {names.get(name, name): raw[name] for name in kept if name in raw}
                if "controls" not in rule:
                    named = [control for each in mappings for control in each["rules"].get(raw["identifier"], ())]
                    rule |= {"controls": sorted(set(named))} if named else {}
                given = rule.pop("parameters", {})
                values = {name: value for name, value in given.items() if not is_placeholder(value, placeholders)}
                rule |= {"parameters": values} if values else {}
                if raw.get("condition") and not raw["condition"].get("activeByDefault"):
                    rule["off"] = True
                # AWS Config refuses it without the value that only the pack's user knows, so it is optional.
                if any(name in needed(catalogue[raw["identifier"]]) for name in given.keys() - values.keys()):
                    rule["off"] = True
                if rule not in rules:
                    rules.append(rule)
    shown = {"title": about["title"], "packs": about["packs"], "rules": rules}
    shown |= {"manual": manual} if manual else {}
    shown |= {"custom": custom} if custom else {}
    sources = [{name: each[name] for name in ("source", "date")} for each in mappings]
    if any("controls" in raw for pack in about["packs"] for raw in packs[pack]["rules"]):
        sources.insert(0, {"source": "the pack's template", "date": template_date()})
    shown |= {"controlSources": sources} if sources else {}
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"))
    return shown | {"sha256": hashlib.sha256(text.encode()).hexdigest()}


def template_date() -> str:
    """The day of the packs' templates."""
    return read("sources.json")["files"]["conformance-packs.json"]["date"]


def needed(rule: dict) -> set[str]:
    """Parameters that must be given, because nobody else has a value for them."""
    return {each["name"] for each in rule.get("parameters", ()) if each.get("required") and "default" not in each}


def other_names(frameworks: dict, packs: dict) -> dict[str, list[str]]:
    """What else people call a framework: the names of its packs, of packs with the same content, and of its family.

    At most three of our ids for each: the pack itself first, then the rest of its family, the largest first.
    """

    def size(id: str) -> int:
        return len({rule["identifier"] for rule in frameworks[id]["rules"]})

    by_pack = {pack: id for id, framework in frameworks.items() for pack in framework["packs"]}
    by_pack |= {twin: id for pack, id in by_pack.items() for twin in packs[pack].get("sameContentAs", ())}
    families: dict[str, list[str]] = {}
    for pack, id in by_pack.items():
        family = families.setdefault(packs[pack].get("framework") or pack, [])
        if id not in family:
            family.append(id)
    for family in families.values():
        family.sort(key=lambda id: (-size(id), id))
    names = {}
    for pack, id in by_pack.items():
        family = families[packs[pack].get("framework") or pack]
        names[pack.removeprefix(PREFIX)] = [id, *(other for other in family if other != id)][:3]
    names = {name.removeprefix(PREFIX): family[:3] for name, family in families.items()} | names
    return {name: ids for name, ids in names.items() if name not in frameworks}


def without_template(frameworks: dict, source: dict) -> dict[str, list[str]]:
    """What AWS has no sample pack of, with the largest framework of each family that comes nearest."""
    packs = source["packs"]

    def largest(family: str) -> str:
        of = [id for id, each in frameworks.items() if any(packs[p].get("framework") == family for p in each["packs"])]
        return max(of, key=lambda id: (len(frameworks[id]["rules"]), id))

    return {
        name: list(dict.fromkeys(map(largest, about["nearestFrameworks"])))[:3]
        for name, about in source["noTemplateFor"].items()
    }


def generated() -> dict[str, str]:
    """The generated files by name; each is read by the crate only when it is asked for."""
    by_partition = region_codes()
    codes = {name: code for regions in by_partition.values() for name, code in regions.items()}
    table, names, forms = read("severities.json"), read("rule-names.json")["names"], parameter_facts()
    samples = sample_facts()
    sets, rules = [], {}
    for identifier, raw in sorted(read("managed-rules.json").items()):
        regions = region_rule(raw["AWS Region"], codes)
        if regions not in sets:
            sets.append(regions)
        rules[identifier] = rule_of(identifier, raw, sets.index(regions), table, names, forms, samples)
    source, ours = read("packs.json"), read("frameworks.json")
    packs, named = source["packs"], ours["frameworks"]
    taken = {pack for about in named.values() for pack in about["packs"]}
    taken |= {twin for pack in taken for twin in packs[pack].get("sameContentAs", ())}
    others = {
        name.removeprefix(PREFIX): {"title": pack["displayName"], "packs": [name]}
        for name, pack in packs.items()
        if name not in taken
    }
    placeholders = ours["placeholders"]
    mappings = read("controls.json")["frameworks"]
    frameworks = {
        id: framework_of(about, packs, rules, placeholders, mappings.get(id, []))
        for id, about in sorted((others | named).items())
    }
    wanted = (
        "document", "owner", "needsSolutionDeployed", "resourceIdParameter", "requiredParameters",
        "suggestedParameters", "iamActions", "disruptive", "reversible", "confidence", "source",
    )  # fmt: skip
    remediations = {
        identifier: {name: entry[name] for name in wanted if entry.get(name) is not None} | alternatives(entry)
        for identifier, entry in read("remediations.json")["remediations"].items()
    }
    dates = {name: about["date"] for name, about in read("sources.json")["files"].items()}
    about = {
        "taken": dates["managed-rules.json"],
        "packsTaken": dates["conformance-packs.json"],
        "remediationsTaken": dates["remediations.json"],
        "regionNames": f"botocore {botocore.__version__}",
        "partitions": {name: sorted(regions.values()) for name, regions in by_partition.items()},
        "regionSets": sets,
        "rules": rules,
    }
    return {
        "rules.json": lines(about),
        "frameworks.json": lines({"frameworks": frameworks}),
        "names.json": lines(
            {"names": other_names(frameworks, packs), "withoutTemplate": without_template(frameworks, source)}
        ),
        "remediations.json": lines({"remediations": remediations}),
    }


def alternatives(entry: dict) -> dict:
    """Further documents for the same rule, each once; one that a Security Hub control names is documented.

    One whose actions are not known is left out: its role could not be limited to them.
    """
    found = {}
    for other in entry["alternatives"]:
        if other["iamActions"] is None:
            continue
        required = other.get("requiredParameters")
        if required is None:
            required = [parameter["name"] for parameter in other.get("parameters", []) if parameter["required"]]
        confidence = "documented" if other.get("securityHubControl") else "inferred"
        kept = {name: other[name] for name in ("iamActions", "needsSolutionDeployed", "owner")}
        if other.get("resourceIdParameter"):
            kept["resourceIdParameter"] = other["resourceIdParameter"]
        found[other["document"]] = {"confidence": confidence, "requiredParameters": required, **kept}
    return {"alternatives": found} if found else {}


def main() -> None:
    """Write the catalogue's facts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="folder", type=Path, help="a folder with new source files")
    folder = parser.parse_args().folder
    if folder:
        take(folder)
    (FACTS / "generated").mkdir(exist_ok=True)
    for name, text in generated().items():
        (FACTS / "generated" / name).write_text(text)


if __name__ == "__main__":
    main()

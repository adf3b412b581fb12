"""The catalogue's generated facts are what the importer makes of the sources today."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys

from harness.artefacts import ROOT

FACTS = ROOT / "provider/catalog/facts"
PINNED = "17291cd07fb05a320198e80eff9786873519b5f982c16eb76dd92db38e702411"


def read(name: str):
    """A file of facts."""
    return json.loads((FACTS / name).read_text())


def script(name: str):
    """A tool, which is a script and no package."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / f"tools/{name}.py")
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_facts_are_what_the_sources_give():
    fresh = script("catalog").generated()
    committed = {path.name: path.read_text() for path in (FACTS / "generated").iterdir()}
    differing = sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))
    assert not differing, f"{differing} differ; run `make facts`"


def test_the_reference_pages_are_what_the_facts_give():
    fresh = script("reference").generated() | script("self_assessment").generated()
    differing = [name for name, text in fresh.items() if (ROOT / "docs" / name).read_text() != text]
    assert not differing, f"{differing} differ; run `make reference`"


def test_every_framework_is_what_its_checksum_says():
    frameworks = json.loads((FACTS / "generated/frameworks.json").read_text())["frameworks"]
    assert len(frameworks) == 116
    for name, framework in frameworks.items():
        content = {member: value for member, value in framework.items() if member != "sha256"}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == framework["sha256"], name
    # What a framework means is pinned: facts that change it change this line, in sight of whoever reviews them.
    digests = "".join(f"{name} {framework['sha256']}\n" for name, framework in sorted(frameworks.items()))
    assert hashlib.sha256(digests.encode()).hexdigest() == PINNED


def test_no_framework_has_a_value_that_its_user_must_replace():
    frameworks = read("generated/frameworks.json")["frameworks"]
    asks = re.compile(r"\b(here|add|your|example|test\w*)\b")
    rules = [(name, rule) for name, framework in frameworks.items() for rule in framework["rules"]]
    values = [(name, rule["identifier"], text) for name, rule in rules for text in rule.get("parameters", {}).values()]
    assert [each for each in values if asks.search(each[2].lower())] == []
    # What is left has its rule deployed: none of the three parameters must be given.
    for name, identifier in (
        ("cccs-medium", "INTERNET_GATEWAY_AUTHORIZED_VPC_ONLY"),
        ("fedramp-low", "NO_UNRESTRICTED_ROUTE_TO_IGW"),
        ("custom-conformance-pack", "CLOUD_TRAIL_ENABLED"),
    ):
        assert {"identifier": identifier} in [
            {key: value for key, value in rule.items() if key != "types"} for rule in frameworks[name]["rules"]
        ]


def test_every_sample_is_of_a_parameter_and_each_framework_with_one_is_known():
    rules, samples = read("managed-rules.json"), read("samples.json")["samples"]
    known = {f"{name}.{each['Name']}": each for name, rule in rules.items() for each in rule["Parameters"]}
    used = {
        (f"{rule['identifier']}.{name}", value)
        for framework in read("generated/frameworks.json")["frameworks"].values()
        for rule in framework["rules"]
        for name, value in rule.get("parameters", {}).items()
    }
    for sample in samples:
        assert sample["reason"] and sample["parameter"] in known, sample
        if sample.get("documented"):
            assert known[sample["parameter"]]["Default"] == sample["value"], sample
        else:
            assert (sample["parameter"], sample["value"]) in used, sample


def test_every_value_in_the_facts_was_reviewed_as_a_choice_or_is_a_sample():
    """AWS's pages and packs have examples where a value stands. A new one must be read before it is deployed."""
    reviewed = read("reviewed-values.json")
    samples = {(one["parameter"], one["value"]) for one in read("samples.json")["samples"]}
    found: dict[str, set[str]] = {}
    for identifier, rule in read("managed-rules.json").items():
        for parameter in rule["Parameters"]:
            if parameter.get("Default") is not None:
                found.setdefault(f"{identifier}.{parameter['Name']}", set()).add(parameter["Default"])
    for framework in read("generated/frameworks.json")["frameworks"].values():
        for rule in framework["rules"]:
            for name, value in rule.get("parameters", {}).items():
                found.setdefault(f"{rule['identifier']}.{name}", set()).add(value)
    pairs = {(name, value) for name, values in found.items() for value in values}
    choices = {(name, value) for name, values in reviewed["parameters"].items() for value in values}
    assert sorted(pairs - choices - samples) == [], "add these to samples.json or reviewed-values.json"
    assert sorted(choices - pairs) == [], "these are in no fact any more"
    assert sorted(choices & samples) == []
    # A value in angle brackets is to be given, or copied from the rule; it is never deployed as it stands.
    suggested = {
        f"{identifier}.{name}": value
        for identifier, about in read("generated/remediations.json")["remediations"].items()
        for name, value in about.get("suggestedParameters", {}).items()
        if not value.startswith("<")
    }
    assert suggested == reviewed["remediations"]


def test_a_rule_that_needs_what_only_its_user_knows_is_optional():
    tool = script("catalog")
    rules = [{"identifier": "ONE", "parameters": {"must": "here add it", "may": "here add it", "has": "1"}}]
    catalogue = {"ONE": {"parameters": [{"name": "must", "required": True}, {"name": "may"}, {"name": "has"}]}}
    about, placeholders = {"title": "One", "packs": ["one"]}, read("frameworks.json")["placeholders"]
    made = tool.framework_of(about, {"one": {"rules": rules}}, catalogue, placeholders, [])
    assert made["rules"] == [{"identifier": "ONE", "parameters": {"has": "1"}, "off": True}]


def test_journey_9_controls_are_facts_with_a_source_and_a_date():
    frameworks, mappings = read("generated/frameworks.json")["frameworks"], read("controls.json")["frameworks"]
    for name, framework in frameworks.items():
        named = [rule for rule in framework["rules"] if rule.get("controls")]
        assert bool(named) == bool(framework.get("controlSources")), name
        for source in framework.get("controlSources", ()):
            assert source["source"] and re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", source["date"]), name
    # Where two sources know a framework, its rules have the controls of both.
    assert len(mappings["pci-dss-3.2.1"]) == 2
    (rule,) = [
        each
        for each in frameworks["pci-dss-3.2.1"]["rules"]
        if each["identifier"] == "ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK"
    ]
    of_each = [each["rules"].get(rule["identifier"], []) for each in mappings["pci-dss-3.2.1"]]
    assert rule["controls"] == sorted({*of_each[0], *of_each[1]}) != []
    with_controls = {name for name, framework in frameworks.items() if framework.get("controlSources")}
    assert {"cis-aws-1.2", "hipaa", "nist-800-53-r5", "pci-dss-3.2.1", "swift-csp"} <= with_controls
    assert "pci-dss-4.0" in with_controls
    assert "acsc-essential8" not in with_controls, "no public source maps its rules to controls"


def test_a_control_has_the_brackets_it_opens():
    controls = {
        control
        for mapped in read("controls.json")["frameworks"].values()
        for each in mapped
        for named in each["rules"].values()
        for control in named
    }
    assert [control for control in controls if control.count("(") != control.count(")") or not control.strip()] == []


def test_dates_are_those_of_the_sources():
    files, rules = read("sources.json")["files"], read("generated/rules.json")
    assert rules["taken"] == files["managed-rules.json"]["date"]
    assert rules["packsTaken"] == files["conformance-packs.json"]["date"] == read("packs.json")["source"]["commitDate"]
    asr = read("remediations.json")["sources"]["asr"]["commit"]
    assert rules["remediationsTaken"] == files["remediations.json"]["date"] == asr[1]
    for name in ("managed-rules.json", "rule-names.json"):
        assert hashlib.sha256((FACTS / name).read_bytes()).hexdigest() == files[name]["sha256"], name
    pages = script("reference").generated()
    assert f"as documented on {rules['taken']}" in pages["rules.md"]
    assert f"sample packs were on {rules['packsTaken']}" in pages["frameworks.md"]


def test_every_other_name_of_a_framework_is_of_one_that_there_is():
    frameworks, names = read("generated/frameworks.json")["frameworks"], read("generated/names.json")
    packs, known = read("packs.json"), set(frameworks)
    assert not known & names["names"].keys()
    for ids in (*names["names"].values(), *names["withoutTemplate"].values()):
        assert ids and len(ids) <= 3 and set(ids) <= known
    assert names["withoutTemplate"].keys() == packs["noTemplateFor"].keys() == {"soc2", "gdpr", "iso-27001"}
    # Every pack leads somewhere, whether its own id or that of a pack with the same content is ours.
    short = {name.removeprefix("operational-best-practices-for-") for name in packs["packs"]}
    assert short <= known | names["names"].keys()


def test_every_form_and_value_is_of_a_parameter_that_is_there():
    rules, table = json.loads((FACTS / "managed-rules.json").read_text()), read("parameters.json")
    known = {(name, each["Name"]) for name, rule in rules.items() for each in rule["Parameters"]}
    alone = {name for _, name in known}
    for tables in ((*table["forms"].values(), *table["values"]), table["ranges"], table["items"]):
        named = [name for about in tables for name in about["parameters"]]
        assert [n for n in named if n not in alone and tuple(n.split(".")) not in known] == []
        assert len(set(named)) == len(named)


def test_every_bound_has_a_source_and_is_met_by_defaults_and_least_values():
    rules, least, table = read("generated/rules.json")["rules"], read("least.json")["rules"], read("parameters.json")
    for about in (*table["ranges"], *table["items"]):
        assert about.get("source") or (about.get("model") and about["shape"]), about
    bounded = 0
    for identifier, rule in rules.items():
        for each in rule.get("parameters", ()):
            values = (each.get("default"), least.get(identifier, {}).get(each["name"], {}).get("value"))
            bounded += "least" in each or "most" in each
            for value in filter(None, values):
                items = value.split(",")
                assert len(items) <= each.get("mostItems", len(items)), (identifier, each)
                if "least" in each or "most" in each:
                    assert each.get("least", 0) <= float(value) <= each.get("most", float(value)), (identifier, each)
    assert bounded > 100


def test_every_least_value_has_a_source_and_is_one_of_the_known_values():
    least, facts = read("least.json")["rules"], read("generated/rules.json")["rules"]
    for identifier, values in least.items():
        parameters = {each["name"]: each for each in facts[identifier]["parameters"]}
        for name, entry in values.items():
            assert entry["source"] and entry["value"], (identifier, name)
            known = [value.lower() for value in parameters[name].get("values", ())]
            items = [item.strip().lower() for item in entry["value"].split(",")]
            assert not known or set(items) <= set(known), (identifier, name)


def test_the_self_assessment_finds_a_fault_that_is_put_in(monkeypatch):
    tool = script("self_assessment")
    made = tool.resources("default")
    key = next(resource for resource in made if resource.kind == "AWS::KMS::Key")
    monkeypatch.setitem(key.inputs, "enableKeyRotation", False)
    monkeypatch.setattr(tool, "resources", lambda deployment: made)
    outcomes = tool.judged("default")["CMK_BACKING_KEY_ROTATION_ENABLED"]
    assert (outcomes[tool.PASS], "nist-800-53-r5" in outcomes[tool.FAIL]) == ({}, True)


def test_the_reference_knows_the_overlaps_of_the_data():
    lines = script("reference").frameworks_page().splitlines()
    rows = {line.split("`")[1]: line.split("|")[2:-1] for line in lines if line.startswith("| ") and line[2].isdigit()}
    order = list(rows)
    shared = lambda one, other: int(rows[one][order.index(other)])  # noqa: E731
    assert (shared("hipaa", "hipaa"), shared("hipaa", "pci-dss-3.2.1"), shared("hipaa", "pci-dss-4.0")) == (129, 95, 25)


def test_the_pages_say_what_is_counted_and_what_is_left_out():
    pages, frameworks = script("reference").generated(), read("generated/frameworks.json")["frameworks"]
    count = sum(
        any(rule["identifier"] == "SNS_ENCRYPTED_KMS" and not rule.get("off") for rule in framework["rules"])
        for framework in frameworks.values()
    )
    row = next(line for line in pages["rules.md"].splitlines() if line.startswith("| `SNS_ENCRYPTED_KMS` "))
    assert (row.split(" | ")[5], "(documented)" in row or "(inferred)" in row) == (str(count), True)
    assert "- `nzism-extension`, 12 optional: " in pages["frameworks.md"]
    assert "- `custom-conformance-pack`, in need of a function of yours: CustomRuleForEC2" in pages["frameworks.md"]
    assert "The table shows the 23 of 116 frameworks" in pages["frameworks.md"]


def test_every_rule_and_framework_stands_on_its_page():
    pages = script("reference").generated()
    rules = json.loads((FACTS / "generated/rules.json").read_text())["rules"]
    frameworks = json.loads((FACTS / "generated/frameworks.json").read_text())["frameworks"]
    assert [name for name in rules if f"| `{name}` |" not in pages["rules.md"]] == []
    assert [name for name in frameworks if f"| `{name}` |" not in pages["frameworks.md"]] == []

"""Every managed rule with the least that it takes, and with each single fault, made from the data."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from harness import artefacts

FACTS = artefacts.ROOT / "provider/catalog/facts"
FREQUENCIES = ("One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours")
# Looking for the nearest name is the dear part of the check, so not every rule is misspelled.
MISSPELLED = 20


@functools.cache
def facts(name: str):
    """A file of the catalogue's facts."""
    return json.loads((FACTS / name).read_text())


@dataclass(frozen=True)
class Case:
    """One rule as someone may ask for it. `fault`: what is wrong with it, and `path`: where; None where it is right."""

    identifier: str
    parameters: dict[str, str] = field(default_factory=dict)
    frequency: str | None = None
    types: tuple[str, ...] = ()
    tag: str | None = None
    fault: str | None = None
    path: str | None = None

    @property
    def about(self) -> str:
        """The case in words."""
        what = f" at {self.path}" if self.path else ""
        return f"{self.identifier}: {self.fault or 'the least'}{what}"

    def as_input(self, name: str) -> dict:
        """The rule as the component takes it."""
        scope = {"resourceTypes": list(self.types)} if self.types else {}
        scope |= {"tagKey": self.tag} if self.tag else {}
        given = {"identifier": self.identifier, "name": name, "parameters": self.parameters}
        given |= {"frequency": self.frequency} if self.frequency else {}
        return given | ({"scope": scope} if scope else {})

    def as_request(self, name: str) -> dict:
        """The rule as AWS Config takes it: the component sends the defaults of what is needed, too."""
        rule = {"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": self.identifier}}
        raw = facts("managed-rules.json").get(self.identifier, {"Parameters": ()})
        needed = {
            each["Name"]: each["Default"]
            for each in raw["Parameters"]
            if not each["Optional"] and has_default(self.identifier, each)
        }
        parameters = needed | self.parameters
        rule |= {"InputParameters": json.dumps(parameters)} if parameters else {}
        rule |= {"MaximumExecutionFrequency": self.frequency} if self.frequency else {}
        scope = {"ComplianceResourceTypes": list(self.types)} if self.types else {}
        scope |= {"TagKey": self.tag} if self.tag else {}
        return rule | ({"Scope": scope} if scope else {})


def has_default(identifier: str, parameter: dict) -> bool:
    """Whether the documentation has a default for a parameter, and no sample in its place."""
    samples = facts("samples.json")["samples"]
    documented = {(each["parameter"], each["value"]) for each in samples if each.get("documented")}
    default = parameter.get("Default")
    return default is not None and (f"{identifier}.{parameter['Name']}", default) not in documented


def least() -> list[Case]:
    """Each rule with the least that it takes."""
    values = facts("least.json")["rules"]
    chosen = lambda name: {key: entry["value"] for key, entry in values.get(name, {}).items()}  # noqa: E731
    return [Case(identifier, chosen(identifier)) for identifier in sorted(facts("managed-rules.json"))]


def faults() -> Iterator[Case]:
    """Each rule with each single fault."""
    for place, case in enumerate(least()):
        raw = facts("managed-rules.json")[case.identifier]
        types = tuple(name.strip() for name in raw.get("Resource Types", "").split(",") if name.strip())
        yield _with(case, "noSuch", "1", "unknown parameter")
        for parameter in raw["Parameters"]:
            name = parameter["Name"]
            yield _with(case, name.upper(), "1", "parameter in other letters")
            for text in _ill_typed(case.identifier, parameter):
                yield _with(case, name, text, "ill-typed")
            if not parameter["Optional"] and not has_default(case.identifier, parameter):
                rest = {key: value for key, value in case.parameters.items() if key != name}
                yield replace(case, parameters=rest, fault="missing", path=f"parameters.{name}")
        if text := _free_text(case.identifier, raw):
            yield replace(case, parameters=case.parameters | {text: "x" * 1100}, fault="too long", path="parameters")
        if "Periodic" not in raw["Trigger type"]:
            for frequency in FREQUENCIES:
                yield replace(case, frequency=frequency, fault="frequency on a change-only rule", path="frequency")
        yield replace(case, frequency="Hourly", fault="no frequency", path="frequency")
        if types:
            outside = "AWS::No::Such"
            yield replace(case, types=(outside,), fault="scope outside", path="scope.resourceTypes[0]")
            yield replace(case, types=types[:1], tag="team", fault="two kinds of scope", path="scope")
        if place % MISSPELLED == 0:
            yield replace(case, identifier=f"{case.identifier}S", fault="unknown identifier", path="identifier")


def _with(case: Case, name: str, text: str, fault: str) -> Case:
    return replace(case, parameters=case.parameters | {name: text}, fault=fault, path=f"parameters.{name}")


def _ill_typed(identifier: str, parameter: dict) -> list[str]:
    by_type = {"int": ["many", "1.5"], "double": ["many", "NaN"], "boolean": ["perhaps"], "CSV": ["a,,b"]}
    texts = [" ", *by_type.get(parameter["Type"], ())]
    table, names = facts("parameters.json"), {parameter["Name"], f"{identifier}.{parameter['Name']}"}
    by_form = {
        "arn": ["my-topic"],
        "account": ["123"],
        "cidr": ["10.0.0.0/33"],
        "ports": ["ssh"],
        "boolean": ["perhaps"],
        "int": ["many"],
        "kubernetesVersion": ["1.3"],
    }
    for form, about in table["forms"].items():
        texts += by_form[form] if names.intersection(about["parameters"]) else []
    for about in table["values"]:
        texts += ["NO_SUCH_VALUE"] if names.intersection(about["parameters"]) and "grows" not in about else []
    return list(dict.fromkeys(texts))


def _free_text(identifier: str, raw: dict) -> str | None:
    """A parameter that may be any text."""
    table = facts("parameters.json")
    bound = {name for about in (*table["forms"].values(), *table["values"]) for name in about["parameters"]}
    free = (each["Name"] for each in raw["Parameters"] if each["Type"] == "String")
    return next((name for name in free if not bound & {name, f"{identifier}.{name}"}), None)


def judged(cases: list[Case]) -> list[list[str]]:
    """The paths at which our check refuses each case, all judged in one run of the plugin's command."""
    given = {"rules": {"baseline": False, "managed": [case.as_input(f"case-{i}") for i, case in enumerate(cases)]}}
    command = [artefacts.plugin() / artefacts.PLUGIN, "catalog", "check", "-", "--json"]
    done = subprocess.run(command, input=json.dumps(given), env={}, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    paths: list[list[str]] = [[] for _ in cases]
    for error in json.loads(done.stdout)["errors"]:
        place, _, path = error["path"].removeprefix("rules.managed[").partition("]")
        # Without a member: the same rule as another case, which says nothing of this one.
        if path:
            paths[int(place)].append(path.removeprefix("."))
    return paths

"""A month of evaluations, hour by hour: what AWS Config bills an account for, by rule.

Every rule counts, whether the account can evaluate it or not: a change of a resource triggers each rule on its type
whose trigger is a change, and a periodic rule evaluates all resources of its types at once, or the account itself
where it has none. AWS pages: "Components of an AWS Config Rule", "AWS Config Pricing" (an evaluation is one resource
and one rule). That AWS evaluates at every change, even at one that comes at once after another, is assumed.
"""

import json
import re
from collections import Counter

from account.config import inventory
from account.config.evaluation import recorded
from account.config.managed_rules import managed_rules
from account.config.state import here

# 365 days of 24 hours, divided by 12.
HOURS = 730
FREQUENCIES = {"One_Hour": 1, "Three_Hours": 3, "Six_Hours": 6, "Twelve_Hours": 12, "TwentyFour_Hours": 24}


def evaluations(changes: dict[str, int]) -> dict[str, int]:
    """Evaluations of each rule in a month in which each resource of a type changes so often, evenly spread."""
    resources = [item["resourceType"] for item in inventory.items() if recorded(item["resourceType"])]
    counts: Counter[str] = Counter()
    for hour in range(HOURS):
        changed = Counter(kind for kind in resources if _changes_in(hour, changes.get(kind, 0)))
        for name, rule in here().rules.items():
            types, on_change, period = _triggers(rule)
            if on_change:
                counts[name] += sum(changed[kind] for kind in types)
            if period and hour % period == 0:
                counts[name] += sum(kind in types for kind in resources) if types else 1
    return dict(counts)


def _changes_in(hour: int, changes: int) -> bool:
    """Whether one of so many changes of a month comes in this hour; at most one does."""
    return hour * changes // HOURS != (hour + 1) * changes // HOURS


def _triggers(rule: dict) -> tuple[set[str], bool, int | None]:
    """The types that a rule evaluates, whether a change triggers it, and the hours between its periodic evaluations."""
    source, facts = rule["Source"], {}
    if source["Owner"] == "AWS":
        facts = managed_rules()[source["SourceIdentifier"]]
        trigger = facts["Trigger type"]
    else:
        trigger = json.dumps(source.get("SourceDetails", []))
    scoped = (rule.get("Scope") or {}).get("ComplianceResourceTypes")
    types = set(scoped or re.findall(r"AWS::\w+::\w+", facts.get("Resource Types") or ""))
    hours = FREQUENCIES[rule.get("MaximumExecutionFrequency") or "TwentyFour_Hours"]
    on_change = "Configuration changes" in trigger or "ItemChangeNotification" in trigger
    return types, on_change, hours if "Periodic" in trigger or "ScheduledNotification" in trigger else None

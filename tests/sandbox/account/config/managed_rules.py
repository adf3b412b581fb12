"""What AWS Config knows of its managed rules: parameters and trigger, from the facts the catalogue embeds."""

import functools
import json
from pathlib import Path

from account.config.errors import invalid

FACTS = Path(__file__).resolve().parents[4] / "provider" / "catalog" / "facts" / "managed-rules.json"


@functools.cache
def managed_rules() -> dict[str, dict]:
    """Identifier -> `Parameters`, `Trigger type`, `Resource Types`."""
    return json.loads(FACTS.read_text())


def check_managed_rule(identifier: str, parameters: dict[str, str], frequency: str | None) -> None:
    """Refuse what PutConfigRule refuses of a managed rule (AWS page "PutConfigRule", rules of source owner AWS)."""
    facts = managed_rules().get(identifier)
    if facts is None:
        raise invalid(
            f"The sourceIdentifier {identifier} is invalid. Please refer to the documentation for a list of valid "
            "sourceIdentifiers that can be used when AWS is the Owner"
        )
    known = {parameter["Name"] for parameter in facts["Parameters"]}
    unknown = sorted(set(parameters) - known)
    if unknown:
        raise invalid(f"Unknown parameters provided in the inputParameters: {json.dumps(parameters)}")
    missing = sorted(p["Name"] for p in facts["Parameters"] if not p["Optional"] and p["Name"] not in parameters)
    if missing:
        raise invalid(f"The required parameter [{', '.join(missing)}] is not present in the inputParameters")
    if frequency and "Periodic" not in facts["Trigger type"]:
        raise invalid(
            f"MaximumExecutionFrequency {frequency} is not allowed for {identifier}: the rule is triggered by "
            "configuration changes only"
        )

"""No secret leaves the plugin without its mark: the engine's own log of every call is searched."""

from __future__ import annotations

import json

import pytest

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

DESCRIPTION = {
    "resources": [
        {"name": "settings", "type": "pulumi:providers:suite", "props": {"password": {"$secret": "PLANTED-password"}}},
        {
            "name": "hush",
            "type": "suite:index:Echo",
            "props": {
                "text": {"$secret": "PLANTED-text"},
                "value": {"open": 1, "closed": {"$secret": "PLANTED-value"}},
                "map": {"a": {"$secret": "PLANTED-member"}},
            },
        },
        {"name": "family", "type": "suite:index:Family", "props": {"size": {"$secret": "PLANTED-size"}}},
        {"name": "shop", "type": "suite:index:Shop", "options": {"provider": "settings"}, "get": ["password"]},
    ],
}

# What the plugin is asked and answers, and what it asks of the engine.
OURS = ("ResourceProvider/Construct", "ResourceMonitor/RegisterResource", "ResourceMonitor/RegisterResourceOutputs")


def unmarked(value, path: str = "") -> list[str]:
    """Where a planted text stands without a mark around it."""
    if isinstance(value, dict):
        kind = value.get(SIGNATURE)
        if kind == SECRET or (kind == OUTPUT and value.get("secret")):
            return []
        return [found for name, member in value.items() for found in unmarked(member, f"{path}.{name}")]
    if isinstance(value, list):
        return [found for item in value for found in unmarked(item, f"{path}[]")]
    return [path] if isinstance(value, str) and "PLANTED" in value else []


@pytest.mark.parametrize("language", ["yaml", "python", "go"])
def test_every_planted_secret_is_marked_on_the_wire(program, language, tmp_path):
    log = tmp_path / "grpc.json"
    described = program(language, DESCRIPTION)
    described.stack.account["PULUMI_DEBUG_GRPC"] = str(log)
    described.up()
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    ours = [call for call in calls if call["method"].split("pulumirpc.")[-1] in OURS and about_us(call)]
    assert sum("PLANTED" in json.dumps(call) for call in ours) > 5, "there is something to find"
    found = {f"{call['method']}{path}" for call in ours for path in unmarked([call["request"], call.get("response")])}
    assert found == set()


def about_us(call: dict) -> bool:
    """Whether a call is of a component or its children, and not of the program's provider."""
    return not call["request"].get("type", "").startswith("pulumi:providers:")

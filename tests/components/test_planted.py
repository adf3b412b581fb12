"""The search for planted secrets, which every run of this suite goes through, finds what it looks for."""

from __future__ import annotations

import json

import pytest

from components import planted

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


@pytest.mark.parametrize("language", ["yaml", "typescript", "python", "go"])
def test_there_is_something_to_find_in_every_kind_of_call(program, language):
    described = program(language, DESCRIPTION)
    described.up()
    holding = [call["method"] for call in planted.calls(described.log) if planted.WORD in json.dumps(call)]
    for method in OURS:
        assert sum(found.endswith(method) for found in holding) >= 2, method


def test_a_text_without_a_mark_is_found():
    secret = {planted.SIGNATURE: planted.SECRET, "value": "PLANTED"}
    output = {planted.SIGNATURE: planted.OUTPUT, "value": {"deep": "PLANTED"}}
    assert list(planted.unmarked({"a": [secret, output | {"secret": True}]})) == []
    assert list(planted.unmarked({"a": [secret, output], "b": "PLANTED"})) == [".a[].value.deep", ".b"]


def test_a_call_that_shows_a_secret_is_found():
    registering = {"method": "/pulumirpc.ResourceMonitor/RegisterResource", "request": {"object": {"a": "PLANTED"}}}
    configuring = {"method": "/pulumirpc.ResourceProvider/CheckConfig", "request": {"news": {"a": "PLANTED"}}}
    assert planted.sent([registering, configuring]) == {"ResourceMonitor/RegisterResource request.object.a"}

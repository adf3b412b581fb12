"""Every managed rule through the component on the real engine, with the least that it takes."""

from __future__ import annotations

import json

import pytest
from catalog.cases import least


@pytest.fixture(scope="module")
def deployed(deploy, tmp_path_factory):
    """All 833 at once; where the region does not offer one, it is deployed all the same."""
    managed = [case.as_input(f"least-{number}") | {"onUnavailable": "ignore"} for number, case in enumerate(least())]
    properties = {"rules": {"baseline": False, "managed": managed}}
    resources = {"rules": {"type": "aws-compliance:index:RuleSet", "properties": properties}}
    folder = tmp_path_factory.mktemp("every")
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": "every", "runtime": "yaml", "resources": resources}))
    return deploy(folder)


def test_each_is_there_with_what_was_given_and_the_defaults_of_what_it_needs(deployed):
    pages = deployed.client("config").get_paginator("describe_config_rules").paginate()
    there = {rule["ConfigRuleName"]: rule for page in pages for rule in page["ConfigRules"]}
    expected = {f"least-{number}": case for number, case in enumerate(least())}
    assert there.keys() == expected.keys()
    for name, case in expected.items():
        rule, wanted = there[name], case.as_request(name)
        assert rule["Source"]["SourceIdentifier"] == case.identifier
        assert json.loads(rule.get("InputParameters", "{}")) == json.loads(wanted.get("InputParameters", "{}")), name


def test_a_second_up_changes_nothing(deployed):
    assert deployed.stack.up().none

"""What a component says of its children's plugins: which package they serve, and which variables they see."""

from __future__ import annotations

from components import planted


def test_a_component_uses_a_parameterized_package(program):
    foreign = {"name": "foreign", "type": "suite:index:Foreign", "get": ["bedId", "weather"]}
    described = program("yaml", {"resources": [foreign]})
    described.up()
    state = described.state
    assert state["foreign"]["outputs"] == {"bedId": "foreign-bed-id", "weather": "roses"}
    bed = state["foreign-bed"]
    assert (bed["type"], bed["parent"]) == ("garden:index:Bed", state["foreign"]["urn"])
    assert "::pulumi:providers:garden::default_2_0_0" in bed["provider"]
    asked = (call for call in planted.calls(described.log) if call["method"].endswith("ResourceProvider/Parameterize"))
    value = {"name": "garden", "version": "2.0.0", "value": "cm9zZXM="}
    assert value in [call["request"]["value"] for call in asked]
    assert described.up().none


def test_a_provider_sees_the_users_variables_under_its_own_names(program):
    described = program("yaml", {"resources": [{"name": "mapped", "type": "suite:index:Mapped", "get": ["arn"]}]})
    described.stack.account["SUITE_REGION"] = "far away"
    described.up()
    assert described.state["mapped"]["outputs"]["arn"] == "arn:far away:mapped-child"
    assert described.state["mapped-child"]["hideDiff"] == ["size"]

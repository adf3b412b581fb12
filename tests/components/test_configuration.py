"""The configuration of the package, as a stack sets it: typed, secret, and of more than texts."""

from __future__ import annotations

import pytest

from components.planted import SECRET, SIGNATURE

SHOP = {
    "resources": [{"name": "shop", "type": "suite:index:Shop", "get": ["greeting", "password", "hours"]}],
    "outputs": {name: {"$get": ["shop", name]} for name in ("greeting", "password", "hours")},
}


def configured(program, **values: str):
    """A program of a shop in a stack with this configuration of the package."""
    described = program("yaml", SHOP)
    for name, value in values.items():
        described.stack.configure(f"suite:{name}", value)
    return described


def test_a_stack_configures_the_package(program):
    described = configured(program, greeting="good evening")
    described.stack.configure("suite:password", "PLANTED-password", secret=True)
    described.stack.configure("suite:hours", [8, 9])
    described.up()
    assert described.stack.outputs() == {"greeting": "good evening", "password": "PLANTED-password", "hours": 17}
    assert described.state["shop"]["outputs"]["password"][SIGNATURE] == SECRET
    assert described.up().none


def test_without_configuration_there_are_defaults(program):
    described = configured(program)
    described.up()
    assert described.stack.outputs()["greeting"] == "hello"


def test_a_changed_configuration_replaces_nothing(program):
    described = configured(program, greeting="good morning")
    described.up()
    described.stack.configure("suite:greeting", "good night")
    assert described.up().none
    assert described.stack.outputs()["greeting"] == "good night"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("hours", "[8, 25]", "hours[1]"),
        ("hours", "noon", "expected a list"),
        ("gretting", "hi", "nearest: `greeting`"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_registered(program, name, value, said):
    described = configured(program, **{name: value})
    assert said in described.fails()
    assert "shop" not in described.state


def test_what_must_be_plain_is_refused_as_a_secret_and_not_shown(program):
    described = configured(program)
    described.stack.configure("suite:greeting", "PLANTED-greeting", secret=True)
    told = described.fails()
    assert "greeting" in told and "must be a plain value, but it is secret" in told


def test_a_decoder_that_panics_is_told_with_its_place(program):
    told = configured(program, greeting="boo").fails()
    assert "internal error: " in told and "frightened" in told
    assert "(at tests/components/plugin/src/methods.rs:" in told
    assert "EOF" not in told and "connection" not in told

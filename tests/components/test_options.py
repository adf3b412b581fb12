"""What a user says of a component beside its inputs: it arrives from every language, and the engine goes by it."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest

from components import planted
from components.conftest import Described
from components.description import LANGUAGES
from harness.stack import Changes


def shelf(name: str, kind: str = "Shelf", size: str = "small", **options) -> dict:
    """A component with one child."""
    return {"name": name, "type": f"suite:index:{kind}", "props": {"size": size}, "options": options}


DESCRIPTION = {
    "resources": [
        {"name": "north", "type": "pulumi:providers:cloud", "props": {"region": "north"}},
        {"name": "base", "type": "cloud:index:Thing", "props": {"size": "base"}},
        shelf("plain"),
        shelf("guarded", protect=True),
        shelf("guarded-open", parent="guarded", protect=False),
        shelf("guarded-same", parent="guarded"),
        shelf("kept", retainOnDelete=True),
        shelf("kept-let-go", parent="kept", retainOnDelete=False),
        shelf("tied", deletedWith="base"),
        shelf("mapped", providers={"cloud": "north"}),
        shelf("listed", providers=["north"]),
        # A provider of another package than the component's is meant for its children.
        shelf("single", provider="north"),
        shelf(
            "everything",
            dependsOn=["base", "plain"],
            ignoreChanges=["size"],
            replaceOnChanges=["size"],
            additionalSecretOutputs=["boardId"],
            customTimeouts={"create": "1h", "update": "2m", "delete": "3s"},
            deleteBeforeReplace=True,
            replaceWith=["plain"],
            replacementTrigger="one",
        ),
        shelf("by-name"),
        shelf("by-urn"),
        shelf("by-parent", parent="plain"),
        shelf("by-type"),
        shelf("by-all", parent="plain"),
    ]
}

# The pinned language host for Node.js passes requests on in an older form, which has two states: there, false is unset.
KNOWS_FALSE = {"yaml", "python", "go"}

# How each is known in the second run.
MOVED = {
    "by-name": shelf("new-name", aliases=[{"name": "by-name"}]),
    "by-urn": shelf("new-urn", aliases=[{"urn": "suite:index:Shelf::by-urn"}]),
    "by-parent": shelf("by-parent", aliases=[{"parent": "plain"}]),
    "by-type": shelf("by-type", "Rack", aliases=[{"type": "suite:index:Shelf"}]),
    "by-all": shelf("new", "Rack", aliases=[{"name": "by-all", "type": "suite:index:Shelf", "parent": "plain"}]),
}


def moved() -> dict:
    """The program in which components have other names, types and parents."""
    description = copy.deepcopy(DESCRIPTION)
    entries = description["resources"]
    description["resources"] = [MOVED.get(entry["name"], entry) for entry in entries]
    return description


@dataclass
class Said:
    """What the engine asked of the plugin, what it recorded, and what it did when components moved."""

    language: str
    asked: dict[str, dict]
    state: dict[str, dict]
    moved: Changes
    after: dict[str, dict]

    def urn(self, name: str) -> str:
        """The URN of a resource."""
        return self.state[name]["urn"]


@pytest.fixture(scope="module")
def all_said(program, in_every_language) -> dict[str, Said]:
    """Two runs of the program in each language."""
    return in_every_language(lambda language: two_runs(program(language, DESCRIPTION)))


@pytest.fixture(scope="module", params=LANGUAGES)
def said(request, all_said) -> Said:
    """Two runs of the program in one language."""
    return all_said[request.param]


def two_runs(described: Described) -> Said:
    """As it is, and with components that moved."""
    described.up()
    constructs = [call["request"] for call in planted.calls(described.log) if call["method"].endswith("/Construct")]
    asked = {request["name"]: request for request in constructs}
    state = described.state
    described.describe(moved())
    changes = described.up()
    return Said(described.language, asked, state, changes, described.state)


def test_three_states_of_a_flag_arrive(said):
    asked = said.asked
    assert asked["guarded"]["protect"] is True and asked["kept"]["retainOnDelete"] is True
    assert "protect" not in asked["plain"] and "retainOnDelete" not in asked["plain"]
    if said.language in KNOWS_FALSE:
        assert asked["guarded-open"]["protect"] is False and asked["kept-let-go"]["retainOnDelete"] is False


def with_boards(said: Said, *names: str, let_go: str) -> set[str]:
    """Components and their children, with the one that the user said false of where that does not arrive."""
    components = {*names} if said.language in KNOWS_FALSE else {*names, let_go}
    return components | {f"{name}-board" for name in components}


def test_protection_is_inherited_unless_the_user_takes_it_away(said):
    protected = {name for name, resource in said.state.items() if resource.get("protect")}
    assert protected == with_boards(said, "guarded", "guarded-same", let_go="guarded-open")


def test_what_is_kept_is_inherited_unless_the_user_lets_it_go(said):
    kept = {name for name, resource in said.state.items() if resource.get("retainOnDelete")}
    assert kept == with_boards(said, "kept", let_go="kept-let-go")


def test_children_are_deleted_with_what_the_user_names(said):
    tied = {name for name, resource in said.state.items() if resource.get("deletedWith") == said.urn("base")}
    assert tied == {"tied", "tied-board"}


@pytest.mark.parametrize("name", ["mapped", "listed", "single"])
def test_providers_reach_the_children_however_they_are_written(said, name):
    north = f"{said.urn('north')}::{said.state['north']['id']}"
    assert said.asked[name]["providers"] == {"cloud": north}
    assert said.state[f"{name}-board"]["provider"] == north
    assert said.state[f"{name}-board"]["outputs"]["arn"] == f"arn:north:{name}-board"


def test_everything_else_arrives_as_the_user_said_it(said):
    asked = said.asked["everything"]
    assert {said.urn("base"), said.urn("plain")} <= set(asked["dependencies"])
    assert asked["ignoreChanges"] == ["size"]
    assert asked["replaceOnChanges"] == ["size"]
    assert asked["additionalSecretOutputs"] == ["boardId"]
    assert asked["deleteBeforeReplace"] is True
    assert asked["replaceWith"] == [said.urn("plain")]
    assert asked["replacementTrigger"] == "one"


def test_timeouts_arrive_and_are_recorded(said):
    hour, minutes, seconds = 3600, 120, 3
    assert said.state["everything"]["customTimeouts"] == {"create": hour, "update": minutes, "delete": seconds}
    assert not said.state["everything-board"].get("customTimeouts"), "they are the component's own"


def test_an_output_is_secret_because_the_user_says_so(said):
    board = said.state["everything"]["outputs"]["boardId"]
    assert board.get(planted.SIGNATURE) == planted.SECRET


@pytest.mark.parametrize("name", MOVED)
def test_a_component_that_moved_is_the_same_and_so_is_its_child(said, name):
    new = MOVED[name]["name"]
    touched = {urn: step for urn, step in said.moved.touched.items() if urn.rsplit("::")[-1].startswith((name, new))}
    assert touched == {}
    assert said.after[f"{new}-board"]["parent"] == said.after[new]["urn"]


def test_nothing_but_the_components_moved(said):
    assert said.moved.none, said.moved.touched

"""Every theme in one program, described once and run from each language: two runs, a change, and the end."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest

from components.conftest import Described
from components.description import LANGUAGES
from components.planted import SECRET, SIGNATURE
from harness.stack import Changes


def get(name: str, output: str) -> dict:
    """An output of a resource of the program."""
    return {"$get": [name, output]}


DESCRIPTION = {
    "resources": [
        {"name": "north", "type": "pulumi:providers:cloud", "props": {"region": "north"}},
        {
            "name": "settings",
            "type": "pulumi:providers:suite",
            "props": {"greeting": "good day", "password": {"$secret": "PLANTED-password"}, "hours": [8, 9]},
        },
        {"name": "base", "type": "cloud:index:Thing", "props": {"size": "base"}, "get": ["arn", "token"]},
        {
            "name": "echo",
            "type": "suite:index:Echo",
            "props": {
                "value": {"list": [1, "two", True], "deep": {"empty": {}}},
                "text": get("base", "arn"),
                "plain": "as it is",
                "block": {"count": 1, "inner": {"count": 2}},
                "either": 7,
                "color": "light-blue",
                "map": {"a": "x", "b": get("base", "arn")},
            },
            "get": ["count", "joined", "hidden"],
        },
        {
            "name": "hush",
            "type": "suite:index:Echo",
            "props": {
                "text": {"$secret": "PLANTED-text"},
                "value": {"open": 1, "closed": {"$secret": "PLANTED-value"}},
                "map": {"a": {"$secret": "PLANTED-member"}},
            },
            "get": ["joined"],
        },
        {"name": "filed", "type": "suite:index:Echo", "props": {"file": {"$asset": "the text"}}},
        {"name": "on-disk", "type": "suite:index:Echo", "props": {"file": {"$file": "Pulumi.yaml"}}},
        {"name": "packed", "type": "suite:index:Echo", "props": {"file": {"$archive": {"a.txt": "in it"}}}},
        # What comes out of a component goes into a resource of the program's.
        {"name": "after-echo", "type": "cloud:index:Thing", "props": {"size": get("echo", "text")}},
        {
            "name": "family",
            "type": "suite:index:Family",
            "props": {"size": "large", "note": {"$secret": "PLANTED-note"}},
            "options": {"providers": ["north"], "dependsOn": ["base"]},
            "get": ["firstId", "arn", "token"],
        },
        {
            "name": "second",
            "type": "suite:index:Family",
            "props": {"size": get("family", "firstId")},
            "options": {
                "protect": True,
                "ignoreChanges": ["size"],
                "customTimeouts": {"create": "30m"},
                "additionalSecretOutputs": ["size"],
                "deletedWith": "base",
            },
            "get": ["arn"],
        },
        {"name": "old", "type": "suite:index:Shelf", "props": {"size": "small"}, "get": ["boardId"]},
        {
            "name": "outer",
            "type": "suite:index:Outer",
            "props": {"size": "inner"},
            "options": {"providers": ["north"]},
            "get": ["innerId"],
        },
        {
            "name": "holder",
            "type": "suite:index:Holder",
            "props": {"thing": {"$ref": "base"}},
            "get": ["size", "thingId", "own"],
        },
        # What one component gives out, another takes.
        {"name": "reader", "type": "suite:index:Holder", "props": {"thing": get("holder", "own")}},
        {
            "name": "options",
            "type": "suite:index:Options",
            "props": {"size": "small", "trigger": "one"},
            "get": ["elsewhere", "answer", "readSize"],
        },
        {
            "name": "shop",
            "type": "suite:index:Shop",
            "options": {"provider": "settings"},
            "get": ["greeting", "password", "hours"],
        },
        {"name": "speaking", "type": "suite:index:Speaking", "get": ["place", "word"]},
    ],
    "outputs": {
        "value": get("echo", "value"),
        "text": get("echo", "text"),
        "plain": get("echo", "plain"),
        "count": get("echo", "count"),
        "either": get("echo", "either"),
        "color": get("echo", "color"),
        "joined": get("echo", "joined"),
        "hidden": get("echo", "hidden"),
        "hushed": get("hush", "text"),
        "hushedJoined": get("hush", "joined"),
        "firstId": get("family", "firstId"),
        "arn": get("family", "arn"),
        "token": get("family", "token"),
        "innerId": get("outer", "innerId"),
        "heldSize": get("holder", "size"),
        "heldId": get("holder", "thingId"),
        "elsewhere": get("options", "elsewhere"),
        "answer": get("options", "answer"),
        "readSize": get("options", "readSize"),
        "greeting": get("shop", "greeting"),
        "password": get("shop", "password"),
        "hours": get("shop", "hours"),
        "place": get("speaking", "place"),
        "word": get("speaking", "word"),
    },
}


def changed() -> dict:
    """The same program with a component that moved, and with other inputs where options decide what becomes of them."""
    description = copy.deepcopy(DESCRIPTION)
    entries = {entry["name"]: entry for entry in description["resources"]}
    old = entries["old"]
    old["name"], old["options"] = "moved", {"parent": "echo", "aliases": [{"name": "old", "noParent": True}]}
    entries["options"]["props"] |= {"size": "large", "trigger": "two", "role": "renamed"}
    entries["second"]["props"] = {"size": "ignored"}
    entries["second"]["options"]["protect"] = False
    return description


@dataclass
class Life:
    """What each run did, and what it left."""

    language: str
    created: Changes
    outputs: dict
    state: dict[str, dict]
    again: Changes
    changed: Changes
    after: dict[str, dict]
    left: list[str]


@pytest.fixture(scope="module")
def lives(program, in_every_language) -> dict[str, Life]:
    """The whole life of the program in each language."""
    return in_every_language(lambda language: lived(program(language, DESCRIPTION)))


@pytest.fixture(scope="module", params=LANGUAGES)
def life(request, lives) -> Life:
    """The whole life of the program in one language."""
    return lives[request.param]


def lived(described: Described) -> Life:
    """Every step of a life."""
    stack = described.stack
    stack.configure("suite-tests:word", "PLANTED-word", secret=True)
    stack.configure("suite-tests:open", "plain")
    created = described.up()
    state, outputs = described.state, stack.outputs()
    again = described.up()
    described.describe(changed())
    second = described.up()
    # Else nothing deletes it: its component says so.
    stack.run("state", "unprotect", state["options-guarded"]["urn"], "--yes")
    after = described.state
    stack.destroy()
    return Life(described.language, created, outputs, state, again, second, after, list(stack.resources()))


def is_secret(value) -> bool:
    """Whether the state holds the value encrypted."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET and "ciphertext" in value


def urns(life: Life, *names: str) -> list[str]:
    """The URNs of resources."""
    return sorted(life.state[name]["urn"] for name in names)


def test_values_come_back_as_they_went_in(life):
    outputs = life.outputs
    assert outputs["value"] == {"list": [1, "two", True], "deep": {"empty": {}}}
    assert outputs["text"] == "arn:default:base"
    assert (outputs["plain"], outputs["count"], outputs["either"]) == ("as it is", 2, 7)
    assert (outputs["color"], outputs["joined"]) == ("light-blue", "x+arn:default:base")


def test_files_and_archives_come_back(life):
    assert life.state["filed"]["outputs"]["file"]["text"] == "the text"
    on_disk = life.state["on-disk"]["outputs"]["file"]
    assert on_disk["path"] == "Pulumi.yaml" and on_disk["hash"], "the engine read it in the program's folder"
    assert life.state["packed"]["outputs"]["file"]["assets"]["a.txt"]["text"] == "in it"


def test_a_component_records_its_inputs_and_outputs(life):
    echo = life.state["echo"]
    assert echo["inputs"]["block"] == {"count": 1, "inner": {"count": 2}}
    assert echo["outputs"]["ownId"] == "an id"
    assert [name for name, resource in life.state.items() if resource.get("parent") == echo["urn"]] == []


def test_secrets_stay_secret_wherever_they_go(life):
    hush = life.state["hush"]
    assert is_secret(hush["inputs"]["text"]) and is_secret(hush["outputs"]["text"])
    assert is_secret(hush["outputs"]["joined"]), "what is made of a secret is one"
    assert is_secret(life.state["echo"]["outputs"]["hidden"]), "the author says so"
    assert is_secret(life.state["family"]["inputs"]["note"])
    assert is_secret(life.state["family"]["outputs"]["token"]), "the cloud says so"
    assert is_secret(life.state["second"]["outputs"]["size"]), "the user says so"
    assert is_secret(life.state["shop"]["outputs"]["password"]), "the provider's configuration says so"
    assert is_secret(life.state["speaking"]["outputs"]["word"]), "the stack's configuration says so"
    assert life.outputs["hushed"] == "PLANTED-text"
    assert life.outputs["hushedJoined"] == "PLANTED-member"
    assert life.outputs["word"] == "PLANTED-word"


def test_an_output_that_is_an_input_depends_on_nothing_new(life):
    # The SDKs differ: some name the component alone, some what the value came from.
    dependencies = set(life.state["after-echo"]["propertyDependencies"]["size"])
    assert dependencies and dependencies <= set(urns(life, "base", "echo"))


def test_children_depend_on_what_their_inputs_came_from(life):
    board = life.state["second-shelf-board"]
    assert board["propertyDependencies"]["size"] == urns(life, "second-first")
    first = life.state["second-first"]
    assert set(first["propertyDependencies"]["size"]) & set(urns(life, "family", "family-first"))


def test_depending_on_a_component_is_depending_on_what_is_in_it(life):
    assert life.state["family-last"]["dependencies"] == urns(life, "family-shelf-board")
    assert life.state["base"]["urn"] in life.state["family"]["dependencies"]


def test_the_users_provider_reaches_every_child(life):
    north = life.state["north"]
    reference = f"{north['urn']}::{north['id']}"
    for name in ("family-first", "family-shelf-board", "family-last", "outer-inner-first", "outer-inner-shelf-board"):
        assert life.state[name]["provider"] == reference, name
    assert life.outputs["arn"] == "arn:north:family-last"
    assert "default" in life.state["second-first"]["provider"]


def test_a_child_is_of_the_version_that_the_component_was_made_for(life):
    assert life.state["second-first"]["provider"].split("::")[3] == "default_1_0_0"


def test_parents_are_the_components(life):
    assert life.state["family-shelf-board"]["parent"] == life.state["family-shelf"]["urn"]
    assert life.state["family-shelf"]["parent"] == life.state["family"]["urn"]


def test_a_component_that_registers_one_of_its_own_package(life):
    inner = life.state["outer-inner"]
    assert inner["parent"] == life.state["outer"]["urn"]
    assert life.outputs["innerId"] == "outer-inner-first-id"
    assert life.state["outer-after"]["dependencies"] == [inner["urn"]]


def test_what_is_inherited_is_inherited_by_the_engine(life):
    for name in ("second", "second-first", "second-shelf", "second-shelf-board"):
        assert life.state[name].get("protect") is True, name
    assert not life.state["family-first"].get("protect")
    assert not life.state["second-first"].get("customTimeouts"), "timeouts are the component's own"


def test_a_reference_leads_to_the_state_behind_it(life):
    assert (life.outputs["heldSize"], life.outputs["heldId"]) == ("base", "base-id")
    assert life.state["holder-own"]["inputs"]["size"] == "base"
    own = life.state["holder"]["outputs"]["own"]
    assert own["urn"] == life.state["holder-own"]["urn"] and own["id"] == "holder-own-id"
    reader = life.state["reader"]["outputs"]
    assert (reader["size"], reader["thingId"]) == ("base", "holder-own-id")


def test_an_author_says_everything_of_a_child(life):
    state = life.state
    assert state["options-kept"]["retainOnDelete"] is True
    assert state["options-tied"]["deletedWith"] == state["options-base"]["urn"]
    assert state["options-tied"]["replaceWith"] == [state["options-base"]["urn"]]
    assert is_secret(state["options-hiding"]["outputs"]["arn"])
    assert state["options-patient"]["customTimeouts"]["create"] == 3600
    assert state["options-guarded"]["protect"] is True
    assert (state["options-taken"]["id"], state["options-taken"]["inputs"]["size"]) == ("taken-over", "as read")
    assert state["options-following"]["dependencies"] == [state["options-base"]["urn"]]
    assert state["options-read"]["external"] is True
    assert life.outputs["readSize"] == "as read"


def test_a_component_has_providers_of_its_own(life):
    elsewhere = life.state["options-elsewhere"]
    assert elsewhere["inputs"]["region"] == "elsewhere"
    assert elsewhere["inputs"]["numbers"] == "[1,2]", "what is no text travels as JSON"
    assert life.outputs["elsewhere"] == "arn:elsewhere:options-far"
    assert life.outputs["answer"] == "elsewhere", "a function is asked of the same provider"


def test_a_provider_is_configured(life):
    assert (life.outputs["greeting"], life.outputs["hours"]) == ("good day", 17)
    assert life.outputs["password"] == "PLANTED-password"


def test_a_component_knows_where_it_is(life):
    organization, project, stack = life.outputs["place"].split("/")
    assert (organization, project) == ("organization", "suite-tests")
    assert stack.startswith(life.language)


def test_messages_stand_with_the_component_in_the_order_they_were_said(life):
    urn = life.state["speaking"]["urn"]
    said = [line for line in life.created.messages(urn) if "said" in line]
    numbers = [f"said as number {number}" for number in range(1, 21)]
    assert said == ["tone: said by a check", "said while looking around", *numbers, "said as a warning"]


def test_a_status_line_is_shown_and_does_not_stay(life):
    (status,) = (entry for entry in life.created.told if entry["message"] == "looking around\n")
    assert status["ephemeral"] is True
    # It is of use at once, before the component is there.
    assert status["urn"] == life.state["speaking"]["parent"]


def test_a_second_run_changes_nothing(life):
    assert life.again.none, life.again.touched


def test_a_component_that_moved_is_the_same(life):
    moved = {urn: step for urn, step in life.changed.touched.items() if "moved" in urn or "::old" in urn}
    assert moved == {}
    assert life.after["moved-board"]["parent"] == life.after["moved"]["urn"]


def test_options_decide_what_becomes_of_a_change(life):
    steps = {urn.split("::", 3)[3]: step for urn, step in life.changed.touched.items()}
    assert "options-ignoring" not in steps
    assert "options-renamed" not in steps and "options-plain" not in steps, "a renamed child is the same"
    assert "replace" in steps["options-replaced"]
    assert "replace" in steps["options-triggered"]
    assert life.after["second"]["ignoreChanges"] == ["size"], (
        "it reaches the engine, which goes by it for resources alone"
    )
    assert "second-first" in steps, "what becomes of children is the author's to say"


def test_nothing_is_left(life):
    assert life.left == []

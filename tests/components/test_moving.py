"""What an author moves between two releases of a component is the same to its users."""

from __future__ import annotations


def release(number: int) -> dict:
    """A program with a release of a component."""
    return {"resources": [{"name": "moving", "type": "suite:index:Moving", "props": {"release": number}}]}


def test_children_are_found_again_under_other_names_and_other_parents(program):
    described = program("yaml", release(1))
    described.up()
    assert {"moving-old", "moving-shelf-board"} <= set(described.state)
    described.describe(release(2))
    steps = {urn.split("::")[-1]: step for urn, step in described.up().touched.items()}
    # The component's recorded input is another, and the shelf is gone; the things stay.
    assert steps == {"moving": "update", "moving-shelf": "delete"}
    assert described.state["moving-found"]["id"] == "moving-old-id"
    assert described.state["moving-out"]["id"] == "moving-shelf-board-id"
    assert described.state["moving-out"]["parent"] == described.state["moving"]["urn"]
    assert described.up().none


def test_a_component_keeps_everything_when_its_package_gives_it_another_type(program):
    def named(kind: str) -> dict:
        return {"resources": [{"name": "shop", "type": f"suite:index:{kind}", "props": {"size": "small"}}]}

    described = program("yaml", named("Former"))
    described.up()
    board = described.state["shop-shelf-board"]
    assert "suite:index:Former$suite:index:Shelf$" in board["urn"]
    described.describe(named("Renamed"))
    assert set(described.up().touched.values()) <= {"same"}
    kept = described.state["shop-shelf-board"]
    assert (kept["id"], kept["created"]) == (board["id"], board["created"])
    assert "suite:index:Renamed$suite:index:Shelf$" in kept["urn"]
    assert described.up().none

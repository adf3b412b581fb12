"""Imports go one way: no circle between the files of a crate, and none against the layers of the component's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from harness.artefacts import ROOT

MEMBERS = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["members"]
# Of `provider/aws-compliance`: what stands further down may import what stands above it, and nothing else.
LAYERS = ["identity", "inputs", "plan", "account", "parts", "queries", "cli"]
# Of `provider/pulumi-component`: the same.
CRATE_LAYERS = ["values", "border", "schema", "author", "wire", "serve", "testing"]
# `use` and every path that begins at the crate or at a module beside.
PATH = re.compile(r"\b(crate|super|self)(?=::)((?:::[a-z_][a-z0-9_]*)*)(?:::(\{))?")


def product(path: Path) -> str:
    """The text of a file without comments and without its tests."""
    text = re.sub(r"//.*", "", path.read_text())
    return re.split(r"#\[cfg\(test\)\]\s*(?:pub(?:\(crate\))? )?mod ", text)[0]


def module(source: Path, path: Path) -> tuple[str, ...]:
    """The module that a file is, below the crate."""
    parts = path.relative_to(source).with_suffix("").parts
    return parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts


def group(text: str, start: int) -> list[str]:
    """The first segments of the members of a braced import whose brace opens before `start`."""
    depth, members, member = 1, [], ""
    for letter in text[start:]:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0 or (letter == "," and depth == 1):
            members.append(member.strip())
            member = ""
            if depth == 0:
                break
        else:
            member += letter
    return [re.split(r"::|\s", member)[0] for member in members if member]


def imports(source: Path) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """What each module of a crate imports of the others."""
    files = [path for path in source.rglob("*.rs") if "tests" not in path.relative_to(source).parts]
    files = [path for path in files if path.stem not in ("tests", "main")]
    modules = {module(source, path): path for path in files}
    found = {}
    for name, path in modules.items():
        text, edges = product(path), set()
        for match in PATH.finditer(text):
            start = {"crate": (), "super": name[:-1], "self": name}[match[1]]
            segments = [segment for segment in match[2].split("::") if segment]
            while segments and segments[0] == "super":
                start, segments = start[:-1], segments[1:]
            tails = group(text, match.end()) if match[3] else [""]
            for tail in tails:
                place = (*start, *segments, *([tail] if re.match(r"[a-z]", tail) and tail != "self" else []))
                while place and place not in modules:
                    place = place[:-1]
                if place != name and place in modules and (place or match[1] != "crate"):
                    edges.add(place)
        found[name] = edges
    return found


def circles(edges: dict[tuple[str, ...], set[tuple[str, ...]]]) -> list[list[str]]:
    """The groups of modules of which each imports every other one, directly or not (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node: tuple[str, ...]) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            members = []
            while not members or members[-1] != node:
                members.append(stack.pop())
            if len(members) > 1:
                found.append(sorted("::".join(member) or "lib" for member in members))

    for node in edges:
        if node not in index:
            visit(node)
    return found


@pytest.mark.parametrize("crate", [member for member in MEMBERS if (ROOT / member / "src").is_dir()])
def test_no_file_imports_what_imports_it(crate):
    assert circles(imports(ROOT / crate / "src")) == []


def against(source: Path, layers: list[str]) -> list[str]:
    """The imports of a crate that go against its layers."""
    found = []
    for name, targets in imports(source).items():
        for target in targets:
            if name and target and layers.index(name[0]) < layers.index(target[0]):
                found.append(f"{'::'.join(name)} imports {'::'.join(target)}")
    return found


def test_the_component_imports_along_its_layers():
    assert against(ROOT / "provider/aws-compliance/src", LAYERS) == []


def test_the_library_imports_along_its_layers():
    # The messages of the protocol are generated, and the module of the wire's.
    found = against(ROOT / "provider/pulumi-component/src", [*CRATE_LAYERS[:4], "protocol", *CRATE_LAYERS[4:]])
    assert [line for line in found if not line.startswith("protocol::")] == []


def test_a_circle_is_found(tmp_path):
    (tmp_path / "lib.rs").write_text("mod a;\nmod b;\nmod c;\n")
    (tmp_path / "a.rs").write_text("use crate::b::{B, Other};\npub struct A;\n")
    (tmp_path / "b.rs").write_text("use super::c;\npub struct B;\n#[cfg(test)]\nmod tests { use crate::lib; }\n")
    (tmp_path / "c.rs").write_text("// use crate::b;\nuse crate::{a::A};\n")
    assert circles(imports(tmp_path)) == [["a", "b", "c"]]
    (tmp_path / "c.rs").write_text("// use crate::b;\n")
    assert circles(imports(tmp_path)) == []

"""Imports go one way: no circle between the files of a crate, and none against the layers of the component's.

Tests and what they share stand in modules of that name, so that a folder lists the product.
"""

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
# Of `provider/pulumi-component`: a scope, its run and its children hold one another: one thing in several files.
ONE_THING = {"author::component", "author::reference", "author::scope"} | {
    f"author::scope::{part}" for part in ("child", "invoke", "nested", "provider", "run")
}
USE = re.compile(r"\buse\s+([^;]+);")
# Where a path begins.
PATH = re.compile(r"(?<![:\w])(\w+)(?=::)")
NOT_CODE = re.compile(r"""//[^\n]*|r#".*?"#|"(?:[^"\\]|\\.)*"|'"'""", re.DOTALL)
VISIBILITY = re.compile(r"\bpub\(in [^)]*\)")
TEST_MODULE = re.compile(r"#\[cfg\(test\)\]\s*(?:pub(?:\([^)]*\))? )?mod (\w+)(;?)")


def product(path: Path) -> str:
    """The text of a file without comments, strings and its tests."""
    text = VISIBILITY.sub("pub", NOT_CODE.sub("", path.read_text()))
    return text[: found.start()] if (found := TEST_MODULE.search(text)) else text


def module(source: Path, path: Path) -> tuple[str, ...]:
    """The module that a file is, below the crate."""
    parts = path.relative_to(source).with_suffix("").parts
    return parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts


def tails(text: str, start: int) -> list[list[str]]:
    """The segments of each path that goes on at `start`, braces expanded."""
    segments: list[str] = []
    while text.startswith("::", start):
        start += 2
        if text[start : start + 1] == "{":
            return [segments + tail for member in listed(text, start + 1) for tail in tails(f"::{member}", 0)]
        if not (word := re.compile(r"\w+").match(text, start)):
            break
        segments, start = [*segments, word[0]], word.end()
    return [segments]


def listed(text: str, start: int) -> list[str]:
    """The members of a brace that opens before `start`."""
    depth, found, member = 1, [], ""
    for letter in text[start:]:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0 or (letter == "," and depth == 1):
            found.append(member.strip())
            member = ""
            if depth == 0:
                break
        else:
            member += letter
    return [member for member in found if member]


def imports(source: Path) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """What each module of a crate imports of the others."""
    files = [path for path in source.rglob("*.rs") if "tests" not in path.relative_to(source).parts]
    files = [path for path in files if path.stem not in ("tests", "main")]
    modules = {module(source, path): path for path in files}
    found = {}
    for name, path in modules.items():
        text, edges = product(path), set()
        begins = {"crate": (), "super": name[:-1], "self": name}
        # A child needs no `self::` before its name.
        begins |= {other[-1]: other for other in modules if other and other[:-1] == name}
        paths = [(use[1], PATH.match(use[1])) for use in USE.finditer(text)]
        rest = USE.sub("", text)
        paths += [(rest, match) for match in PATH.finditer(rest)]
        for code, match in paths:
            if match is None or match[1] not in begins:
                continue
            for segments in tails(code, match.end()):
                place = begins[match[1]]
                for segment in segments:
                    place = place[:-1] if segment == "super" else place if segment == "self" else (*place, segment)
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
    found = circles(imports(ROOT / crate / "src"))
    assert [circle for circle in found if set(circle) != ONE_THING] == []


@pytest.mark.parametrize("crate", [member for member in MEMBERS if (ROOT / member / "src").is_dir()])
def test_files_of_tests_stand_in_modules_of_that_name(crate):
    sources = {path: TEST_MODULE.findall(path.read_text()) for path in (ROOT / crate / "src").rglob("*.rs")}
    named = {str(path.relative_to(ROOT)): [name for name, file in found if file] for path, found in sources.items()}
    assert {path: names for path, names in named.items() if set(names) - {"tests"}} == {}


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


@pytest.mark.parametrize("path", ["use child::C;", "pub use self::child::{C, D};", "fn f() { child::f(); }"])
def test_a_circle_of_a_module_and_its_child_is_found(tmp_path, path):
    (tmp_path / "a").mkdir()
    (tmp_path / "lib.rs").write_text("mod a;\n")
    (tmp_path / "a/mod.rs").write_text(f"mod child;\n{path}\n")
    (tmp_path / "a/child.rs").write_text("use crate::{a::{A}};\n")
    assert circles(imports(tmp_path)) == [["a", "a::child"]]
    (tmp_path / "a/child.rs").write_text('pub(in crate::a) fn f() -> &str { "super::A" }\n')
    assert circles(imports(tmp_path)) == []

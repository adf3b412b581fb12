"""The annotations of the Python SDK take what runs: dictionaries, strings of enums, classes that components take.

Read from the text: mypy and pyright were run by hand over such programs, and are no part of the toolchain.
"""

from __future__ import annotations

import ast
import json

import pytest

from harness.artefacts import ROOT

PACKAGE = ROOT / "sdk/python/pulumi_aws_compliance"
SCHEMA = json.loads((ROOT / "schema.json").read_text())
ENUMS = {token.split(":")[-1]: of["enum"] for token, of in SCHEMA["types"].items() if "enum" in of}


def tree(name: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{name}.py").read_text())


def members(name: str) -> dict[str, str]:
    """The annotations of a dictionary type."""
    (found,) = [one for one in tree("_inputs").body if isinstance(one, ast.ClassDef) and one.name == name]
    return {one.target.id: ast.unparse(one.annotation) for one in found.body if isinstance(one, ast.AnnAssign)}


def arguments(body: list[ast.stmt], name: str) -> dict[str, str]:
    """The annotations of the arguments of a function."""
    (found,) = [one for one in body if isinstance(one, ast.FunctionDef) and one.name == name]
    return {one.arg: ast.unparse(one.annotation) for one in found.args.args if one.annotation}


def test_journey_23_the_string_of_an_enum_is_taken_in_a_dictionary():
    assert members("RecorderSettingsArgsDict")["mode"] == (
        "NotRequired[Union['RecorderMode', Literal['reuse', 'auto', 'create']]]"
    )
    assert "Union['RuleSeverity', Literal['informational', " in members("RouteArgsDict")["severities"]


@pytest.mark.parametrize("function", ["check_rules", "check_rules_output"])
def test_journey_23_a_function_takes_the_classes_that_components_take(function):
    given = arguments(tree("check_rules").body, function)
    assert "Union['Rules', 'RulesDict', 'RulesArgs', 'RulesArgsDict']" in given["rules"]
    assert "Union['Framework', 'FrameworkDict', 'FrameworkArgs', 'FrameworkArgsDict']" in given["frameworks"]


def test_journey_23_numbers_and_booleans_are_taken_where_values_are_strings():
    scalar = "Union[_builtins.str, _builtins.float, _builtins.bool]"
    assert scalar in members("ManagedRuleArgsDict")["parameters"]
    for name in ("AggregationSettingsArgsDict", "RouteArgsDict", "WaiverArgsDict"):
        assert scalar in members(name)["accounts"], name


def test_journey_23_no_input_takes_the_class_of_an_enum_or_of_an_object_alone():
    narrow = []
    for path in sorted(PACKAGE.glob("*.py")):
        if path.stem in ("outputs", "_enums", "_utilities", "__init__"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef) or node.name != "__init__":
                continue
            for argument in (one for one in node.args.args if one.annotation):
                text = ast.unparse(argument.annotation)
                for name in ENUMS:
                    if f"'{name}'" in text and "Literal[" not in text and "_builtins.str" not in text:
                        narrow.append(f"{path.stem}: {argument.arg}: {text}")
                alone = [one for one in ast.walk(argument.annotation) if isinstance(one, ast.Constant)]
                classes = {one.value for one in alone if isinstance(one.value, str) and one.value.endswith("Args")}
                if argument.arg != "args":
                    narrow += [f"{path.stem}: {argument.arg}: {text}" for one in classes if f"'{one}Dict'" not in text]
    assert narrow == []


def test_journey_23_properties_keep_the_annotations_that_the_runtime_reads():
    """From them the runtime knows how the keys of a dictionary are written on the wire."""
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "self":
                text = ast.unparse(node.returns) if node.returns else ""
                assert "Literal[" not in text and "ArgsDict" not in text, f"{path.stem}: {node.name}: {text}"

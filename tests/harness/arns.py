"""ARNs are read and written by the parser of `compliance-types/src/arn.rs`, and read by `account/arns.py` in the tests.

Code that splits an ARN at colons reads the wrong part as soon as a form comes that it does not expect: no account, or a
colon in the resource. Every other split at colons is listed here with what it splits. Tests of Rust crates are not
checked: they state ARNs in full, because an ARN that is built by the code under test proves nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .artefacts import ROOT

# The parsers, and what builds ARNs of values that are known later.
PARSERS = {
    "compliance-types/src/arn.rs": "the parser",
    "provider/aws-resources/src/arn.rs": "joins eventual values, which no parser can read; it knows no AWS account",
    "tests/sandbox/account/arns.py": "the parser of the tests",
}
# What is split at colons and is no ARN, by file.
OTHERS = {
    "functions/core/src/remediation/decision.rs": "the id of a caller in IAM, `ID:SESSION`",
    "functions/core/src/remediation/window.rs": "the time of a day, `HH:MM`",
    "functions/handlers/src/signed.rs": "the code of an error, `CODE:URL`",
    "provider/account-look/src/reading/failure.rs": "the code of an error, `CODE:TEXT`",
    "provider/pulumi-component-bindgen/src/main.rs": "tokens of Pulumi's types",
    "provider/pulumi-component-bindgen/src/names.rs": "tokens of Pulumi's types",
    "provider/pulumi-component-bindgen/src/schema.rs": "tokens of Pulumi's types",
    "provider/pulumi-component-derive/src/interpolate.rs": "a placeholder and its format",
    "provider/pulumi-component/src/serve/rules.rs": "tokens of Pulumi's types",
    "provider/pulumi-component/src/testing.rs": "the stand-in for ids, of a service that does not exist",
    "provider/pulumi-component/src/values/property.rs": "tokens of Pulumi's types",
    "tests/sandbox/aws_plugin/services/budgets.py": "the provider's id of a budget, `ACCOUNT:NAME`",
    "tests/sandbox/aws_plugin/services/cfg.py": "the provider's id of an authorization, `ACCOUNT:REGION`",
    "tests/sandbox/aws_plugin/services/glue.py": "the provider's ids of databases and tables, `ACCOUNT:DATABASE:TABLE`",
    "tests/sandbox/aws_plugin/services/iam.py": "the provider's id of a role's policy, `ROLE:NAME`",
}
SPLIT = re.compile(r"""\.r?split(?:n|_once|_terminator|_inclusive)?\s*\(\s*(?:\d+\s*,\s*)?(?:':'|":")""")
# Any test of how a string begins, and any string with placeholders.
BEGINS = re.compile(r"""(?:starts_with|strip_prefix|trim_start_matches)\s*\(\s*"arn:""")
WRITTEN = re.compile(r'"arn:[^"]*\{')
TESTS = re.compile(r"^ *#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([a-z]+\))? )?mod (\w+)\s*([;{])", re.MULTILINE)
# Methods of Python's strings that split, and the names of what may hold an ARN.
SPLITTERS = {"split", "rsplit", "partition", "rpartition"}
HOLDS_ARN = re.compile(r"arn|principal|caller|resource|topic|identity|role|key", re.IGNORECASE)


def found() -> list[str]:
    """Where an ARN is read or written by hand, and which entry of the tables above is about nothing."""
    wrong, used = [], set()
    for path, lines in (*_rust(), *_python()):
        name = path.relative_to(ROOT).as_posix()
        if name in PARSERS or name in OTHERS:
            used.add(name)
        else:
            advice = f"use the parser of ARNs, or say in tests/harness/{Path(__file__).name} what this is"
            wrong += [f"{name}:{line}: {advice}" for line in lines]
    unused = (PARSERS.keys() | OTHERS.keys()) - used
    return wrong + [f"{Path(__file__).name}: nothing is split or written in {name}" for name in sorted(unused)]


def _rust() -> Iterator[tuple[Path, list[int]]]:
    sources = [*ROOT.glob("*/src/**/*.rs"), *ROOT.glob("provider/*/src/**/*.rs"), *ROOT.glob("functions/*/src/**/*.rs")]
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(sources) if "generated" not in path.parts}
    tests = {file for path, text in texts.items() for file in test_files(path, text)}
    for path, text in texts.items():
        if path not in tests and not tests.intersection(path.parents) and (lines := of_rust(text)):
            yield path, lines


def test_files(path: Path, text: str) -> Iterator[Path]:
    """The files and folders of modules that are compiled for tests alone."""
    folder = path.parent if path.name in ("mod.rs", "lib.rs", "main.rs") else path.with_suffix("")
    for module, end in TESTS.findall(text):
        if end == ";":
            yield from (folder / f"{module}.rs", folder / module)


def of_rust(text: str) -> list[int]:
    """The lines of Rust, without comments and the tests at its foot, that read or write what may be an ARN."""
    inline = next((found.start() for found in TESTS.finditer(text) if found.group(2) == "{"), len(text))
    code = re.sub(r"//[^\n]*", "", text[:inline])
    starts = [found.start() for pattern in (SPLIT, BEGINS, WRITTEN) for found in pattern.finditer(code)]
    return sorted(code.count("\n", 0, start) + 1 for start in starts)


def _python() -> Iterator[tuple[Path, list[int]]]:
    for path in sorted(ROOT.glob("tests/**/*.py")):
        if "node_modules" not in path.parts and (lines := of_python(path.read_text(encoding="utf-8"))):
            yield path, lines


def of_python(text: str) -> list[int]:
    """The lines of Python that split at colons what is named like an ARN, or take one of its later parts."""
    tree, lines = ast.parse(text), []
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _splits_at_colon(node):
            receiver = ast.unparse(node.func.value)
            if HOLDS_ARN.search(receiver) or _takes_a_later_part(node, parents.get(node)):
                lines.append(node.lineno)
    return sorted(lines)


def _splits_at_colon(node: ast.Call) -> bool:
    is_splitter = isinstance(node.func, ast.Attribute) and node.func.attr in SPLITTERS
    return is_splitter and bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == ":"


def _takes_a_later_part(node: ast.Call, parent: ast.AST | None) -> bool:
    numbers = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
    if isinstance(parent, ast.Subscript) and parent.value is node:
        numbers += [one.value for one in ast.walk(parent.slice) if isinstance(one, ast.Constant)]
    return any(isinstance(number, int) and number > 2 for number in numbers)

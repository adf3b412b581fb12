"""Type annotations of the Python SDK that take what programs give: Pulumi's generator writes narrower ones.

Where the schema marks an input as plain, the generator takes the class alone for an object and the enum alone for a
known value, and a function takes the classes of its own inputs alone. A program that gives a dictionary, the string of
an enum, or the class that a component takes runs, and type checkers refuse it. The annotations of properties stay: the
runtime reads from them how the keys of a dictionary are written on the wire.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

# Names on these lines are documented, exported, or of a property; an annotation of an input stands elsewhere.
_OTHER = re.compile(r"""^\s*'\w+',$|:param |^\s*\"\"\"|pulumi\.Output\[|^class |^    def \w+\(self\b""")
_TYPING = re.compile(r"^from typing import (?!Literal)", re.MULTILINE)


def widen(package: Path, schema: dict) -> None:
    """Widen the annotations of the inputs of a generated package, in place."""
    types = schema.get("types", {})
    enums = {
        token.split(":")[-1]: [str(one["value"]) for one in of["enum"]] for token, of in types.items() if "enum" in of
    }
    inputs = (package / "_inputs.py").read_text() if (package / "_inputs.py").exists() else ""
    classes = set(re.findall(r"^class (\w+):", inputs, re.MULTILINE))
    functions = {_snake(token.split(":")[-1]) for token in schema.get("functions", {})}
    for path in sorted(package.glob("*.py")):
        if path.stem in ("outputs", "_enums", "_utilities", "__init__"):
            continue
        text = path.read_text()
        is_function = path.stem in functions
        lines = [
            line if _OTHER.search(line) or (is_function and " = None" not in line) else _widened(line, enums, classes)
            for line in text.split("\n")
        ]
        widened = "\n".join(lines)
        if "Literal[" in widened:
            widened = _TYPING.sub("from typing import Literal, ", widened, count=1)
        path.write_text(widened)


def _widened(line: str, enums: dict[str, list[str]], classes: set[str]) -> str:
    # A function's own classes, and those of components.
    line = re.sub(
        r"Union\['(\w+)', '\1Dict'\]",
        lambda found: (
            f"Union['{found[1]}', '{found[1]}Dict', '{found[1]}Args', '{found[1]}ArgsDict']"
            if f"{found[1]}Args" in classes
            else found[0]
        ),
        line,
    )
    # An object by its class alone. In a dictionary the generator writes the dictionary of an object alone.
    line = re.sub(
        r"(?<!Union\[)(?<!, )'(\w+Args)'",
        lambda found: f"Union['{found[1]}', '{found[1]}Dict']" if found[1] in classes else found[0],
        line,
    )
    return re.sub(
        r"(?<!_builtins\.str, )'(\w+)'",
        lambda found: (
            f"Union['{found[1]}', Literal[{', '.join(json.dumps(value) for value in enums[found[1]])}]]"
            if found[1] in enums
            else found[0]
        ),
        line,
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

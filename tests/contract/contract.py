"""Recorded children as a TypeScript program, and what TypeScript finds in it against `@pulumi/aws`."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TSC = (
    "--strict",
    "--noEmit",
    "--skipLibCheck",
    "--pretty",
    "false",
    "--target",
    "es2022",
    "--module",
    "commonjs",
    "--moduleResolution",
    "node10",
)
_TOKEN = re.compile(r"aws:(?:index/)?(?P<file>[^:]+):(?P<name>\w+)")
_ERROR = re.compile(r"children\.ts\((?P<line>\d+),\d+\): error (?P<message>.*)")


@functools.cache
def node_modules() -> Path:
    """The npm packages of the project."""
    path = [sys.executable, str(ROOT / "tools/toolchain"), "path", "node"]
    return Path(subprocess.check_output(path, text=True).strip())


class Program:
    """One TypeScript file with the inputs of every child as a constant; each property stands on a line of its own."""

    def __init__(self, children: list[dict]) -> None:
        self.lines: list[str] = []
        self.places: list[str] = []
        self._line("", 'import * as pulumi from "@pulumi/pulumi";')
        for index, child in enumerate(children):
            self._child(index, child["type"], child["inputs"])

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join(self.lines) + "\n"

    def place(self, line: int) -> str:
        """Which child, and which of its properties, a line (from 1) holds."""
        return self.places[line - 1]

    def _line(self, place: str, text: str) -> None:
        self.lines.append(text)
        self.places.append(place)

    def _child(self, index: int, token: str, inputs: dict) -> None:
        match = _TOKEN.fullmatch(token)
        if not match:
            raise ValueError(f"`{token}` is no type of @pulumi/aws")
        # The file of the type alone: the package as a whole takes the compiler half a minute.
        self._line(token, f'import * as module{index} from "@pulumi/aws/{match["file"]}";')
        self._line(token, f"export const class{index} = module{index}.{match['name']};")
        self._value(token, f"export const args{index}: module{index}.{match['name']}Args = ", inputs, ";")

    def _value(self, place: str, before: str, value: object, after: str) -> None:
        match value:
            case None:
                self._line(place, f"{before}undefined{after}")
            case {"archive": str(path), **rest} if not rest:
                self._line(place, f"{before}new pulumi.asset.FileArchive({json.dumps(path)}){after}")
            case {"asset": str(path), **rest} if not rest:
                self._line(place, f"{before}new pulumi.asset.FileAsset({json.dumps(path)}){after}")
            case dict():
                self._line(place, before + "{")
                for name, item in value.items():
                    self._value(f"{place}.{name}", f"{json.dumps(name)}: ", item, ",")
                self._line(place, "}" + after)
            case list():
                self._line(place, before + "[")
                for number, item in enumerate(value):
                    self._value(f"{place}[{number}]", "", item, ",")
                self._line(place, "]" + after)
            case _:
                self._line(place, before + json.dumps(value) + after)


def findings(children: list[dict]) -> list[str]:
    """What is wrong with the inputs of the children: what does not compile, then what tsc lets pass."""
    program = Program(children)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "children.ts"
        source.write_text(program.text)
        (Path(folder) / "node_modules").symlink_to(node_modules())
        return [*_type_errors(program, source), *_beyond_tsc(program, source)]


def _type_errors(program: Program, source: Path) -> list[str]:
    tsc = [node_modules() / ".bin/tsc", *TSC, source.name]
    done = subprocess.run(tsc, cwd=source.parent, capture_output=True, text=True)
    errors = [match for line in done.stdout.splitlines() if (match := _ERROR.match(line))]
    if bool(done.returncode) != bool(errors):
        raise RuntimeError(f"tsc ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return [f"{program.place(int(error['line']))}: {error['message']}" for error in errors]


def _beyond_tsc(program: Program, source: Path) -> list[str]:
    script = Path(__file__).with_name("beyond_tsc.mjs")
    found = json.loads(subprocess.check_output(["node", script, node_modules(), source]))
    return [f"{program.place(finding['line'])}: {finding['message']}" for finding in found]

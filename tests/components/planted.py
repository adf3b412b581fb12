"""No secret in the clear: what every run of this suite says, keeps and sends is searched for the planted values.

Each secret value of a program holds the word PLANTED. Plugins are handed secrets, so the engine's log of calls holds
them; there each must stand inside the mark that makes it secret. Where the engine takes the mark away is listed here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from harness.secrets import SECRET, SIGNATURE

WORD = "PLANTED"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

# The engine hands these out without marks, whoever wrote the plugin, and marks what comes back.
ENGINES_OWN = (
    # A stack's configuration travels as texts, with a list of the secret keys beside it.
    r"\w+/\w+ (request|response)\.config\..*",
    # The configuration of a provider; `args` of Configure has the marks.
    r"ResourceProvider/(CheckConfig|DiffConfig) (request|response)\.\w+\.\w+",
    r"ResourceProvider/Configure request\.variables\..*",
    # The arguments of functions; whoever asks marks the result again.
    r"Resource(Provider|Monitor)/Invoke (request\.args|response\.return)\..*",
)


def unmarked(value, path: str = "") -> Iterator[str]:
    """Where a planted text stands without a mark around it."""
    if isinstance(value, dict):
        kind = value.get(SIGNATURE)
        if kind == SECRET or (kind == OUTPUT and value.get("secret")):
            return
        for name, member in value.items():
            yield from unmarked(member, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from unmarked(item, f"{path}[]")
    elif isinstance(value, str) and WORD in value:
        yield path


def calls(log: Path, begin: int = 0) -> list[dict]:
    """The calls of a log that the engine wrote, from a byte on."""
    if not log.exists():
        return []
    with log.open("rb") as written:
        written.seek(begin)
        return [json.loads(line) for line in written]


def sent(calls: list[dict]) -> set[str]:
    """Methods and places where a call shows a planted value."""
    found = {
        f"{call['method'].split('.')[-1]} {side}{path}"
        for call in calls
        for side in ("request", "response", "errors", "metadata")
        for path in unmarked(call.get(side))
    }
    return {place for place in found if not any(re.fullmatch(known, place) for known in ENGINES_OWN)}


def said(text: str, language: str) -> list[str]:
    """Lines of a run that show a planted value."""
    lines = [line for line in text.splitlines() if WORD in line]
    # The SDK for Node.js writes what it sends into debug messages; that is before it reaches us.
    return [line for line in lines if language != "typescript" or '"severity":"debug"' not in line]


def kept(folder: Path) -> list[Path]:
    """Files that show a planted value."""
    return [path for path in folder.rglob("*") if path.is_file() and WORD.encode() in path.read_bytes()]

"""The part of AWS Config's query language that reads compliance: SELECT fields WHERE conditions joined by AND.

AWS page: "Querying the Current Configuration State of AWS Resources". What is not read here (functions, GROUP BY,
ORDER BY, OR) is refused rather than ignored.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from account.config.errors import ConfigError

_STATEMENT = re.compile(r"\s*SELECT\s+(?P<fields>.+?)(?:\s+WHERE\s+(?P<conditions>.+?))?\s*;?\s*", re.I | re.S)
_FIELD = re.compile(r"[A-Za-z][\w.]*")
_TEXT = r"'(?:[^']|'')*'"
_EQUALS = re.compile(rf"\s*([A-Za-z][\w.]*)\s*(=|!=|<>)\s*({_TEXT})\s*")
_LIKE = re.compile(rf"\s*([A-Za-z][\w.]*)\s+LIKE\s+({_TEXT})\s*", re.I)
_IN = re.compile(rf"\s*([A-Za-z][\w.]*)\s+IN\s*\(\s*({_TEXT}(?:\s*,\s*{_TEXT})*)\s*\)\s*", re.I)
_AND = re.compile(r"AND\s+", re.I)


@dataclass(frozen=True)
class Query:
    """Fields to give back, and the conditions a row must meet."""

    expression: str
    fields: list[str]
    conditions: list[tuple[str, Callable[[str], bool]]]

    def rows(self, items: list[dict]) -> list[str]:
        """The matching items, each as the JSON text AWS returns."""
        return [json.dumps(self._selected(item)) for item in items if self._matches(item)]

    def _matches(self, item: dict) -> bool:
        return all(any(test(str(v)) for v in values_at(item, path)) for path, test in self.conditions)

    def _selected(self, item: dict) -> dict:
        if self.fields == ["*"]:
            return item
        row: dict = {}
        for path in self.fields:
            _copy(item, row, path.split("."))
        return row


def parse(expression: str) -> Query:
    """Read an expression, or refuse it."""
    if len(expression) > 4096:
        raise _not_understood("the expression is longer than 4096 characters")
    statement = _STATEMENT.fullmatch(expression)
    if not statement:
        raise _not_understood(expression)
    fields = [field.strip() for field in statement["fields"].split(",")]
    for field in fields:
        if field != "*" and not _FIELD.fullmatch(field):
            raise _not_understood(f"SELECT {field}")
    return Query(expression, fields, _conditions(statement["conditions"] or ""))


def values_at(item: object, path: str) -> list:
    """All values at a dotted path; lists on the way stand for each of their members, as in AWS's language."""
    found = [item]
    for step in path.split("."):
        members = [m for value in found for m in (value if isinstance(value, list) else [value])]
        found = [m[step] for m in members if isinstance(m, dict) and step in m]
    return [m for value in found for m in (value if isinstance(value, list) else [value])]


def _conditions(text: str) -> list[tuple[str, Callable[[str], bool]]]:
    conditions = []
    while text.strip():
        if match := _EQUALS.match(text):
            path, operator, wanted = match[1], match[2], _unquoted(match[3])
            conditions.append((path, (wanted.__eq__ if operator == "=" else wanted.__ne__)))
        elif match := _LIKE.match(text):
            pattern = _unquoted(match[2]).replace("%", "*").replace("_", "?")
            conditions.append((match[1], lambda value, pattern=pattern: fnmatchcase(value, pattern)))
        elif match := _IN.match(text):
            members = {_unquoted(member) for member in re.findall(_TEXT, match[2])}
            conditions.append((match[1], members.__contains__))
        else:
            raise _not_understood(text)
        text = text[match.end() :]
        joint = _AND.match(text)
        if text.strip() and not joint:
            raise _not_understood(text)
        text = text[joint.end() :] if joint else text
    return conditions


def _copy(source: object, target: dict, path: list[str]) -> None:
    if not isinstance(source, dict) or path[0] not in source:
        return
    if len(path) == 1 or isinstance(source[path[0]], list):
        target[path[0]] = source[path[0]]
        return
    _copy(source[path[0]], target.setdefault(path[0], {}), path[1:])


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _not_understood(what: str) -> ConfigError:
    return ConfigError("InvalidExpressionException", f"The syntax of the query is incorrect near: {what}")

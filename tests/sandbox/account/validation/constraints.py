"""What a service's model says of a request, as functions that find what is wrong with one.

A shape is compiled once; one without a constraint below it costs nothing. Words are those of AWS's services: "Value 'x'
at 'configRule.configRuleName' failed to satisfy constraint: Member must have length less than or equal to 128".
"""

from collections.abc import Callable

import regex
from botocore.model import Shape

# Value, place of it, and where faults go.
Check = Callable[[object, str, list[str]], None]
LENGTHS = {"string": len, "blob": None, "list": len, "map": len}
NUMBERS = ("integer", "long", "short", "byte", "float", "double")
KINDS = {"string": str, "boolean": bool, "list": list, "map": dict, "structure": dict}
NULL = "Member must not be null"
# Values in a message are cut, as AWS does with long ones.
SHOWN = 200


class WrongTypeError(Exception):
    """A value of another JSON type than the model's, which services tell apart from a constraint."""


class Compiler:
    """Makes a check of each shape of one service."""

    def __init__(self) -> None:
        self._known: dict[str, Check | None] = {}
        self._pending: set[str] = set()

    def check(self, shape: Shape) -> Check | None:
        """The check of a shape; None where nothing can be wrong with it."""
        key = f"{shape.name}/{shape.type_name}"
        if key in self._pending:
            # A shape that holds itself: its check is known when it is called.
            return lambda value, place, faults: (self._known.get(key) or _nothing)(value, place, faults)
        if key not in self._known:
            self._pending.add(key)
            self._known[key] = self._make(shape)
            self._pending.discard(key)
        return self._known[key]

    def _make(self, shape: Shape, longer: int | None = None) -> Check:
        inner = {"structure": self._structure, "list": self._list, "map": self._map}.get(shape.type_name)
        own = _own(shape, longer)
        checks = [_type(shape), *([inner(shape)] if inner else []), *own]
        if len(checks) == 1:
            return checks[0]

        def all_of(value, place, faults):
            for check in checks:
                check(value, place, faults)

        return all_of

    def _structure(self, shape) -> Check:
        if getattr(shape, "is_document_type", False):
            return _nothing
        required = [name for name in shape.required_members if name in shape.members]
        members = {}
        for name, member in shape.members.items():
            longer = LONGER.get((shape.name, name))
            check = self.check(member) if longer is None else self._make(member, longer)
            members[name] = (check, name[:1].lower() + name[1:])

        def structure(value, place, faults):
            start = f"{place}." if place else ""
            for name in required:
                if value.get(name) is None:
                    path = start + members[name][1]
                    faults.append(f"Value null at '{path}' failed to satisfy constraint: {NULL}")
            for name, given in value.items():
                if given is not None and name in members:
                    check, path = members[name]
                    check(given, start + path, faults)

        return structure

    def _list(self, shape) -> Check:
        member = self.check(shape.member)

        def items(value, place, faults):
            for index, item in enumerate(value, 1):
                if item is not None:
                    member(item, f"{place}.{index}.member", faults)

        return items

    def _map(self, shape) -> Check:
        key, member = self.check(shape.key), self.check(shape.value)

        def entries(value, place, faults):
            for name, item in value.items():
                key(name, place, faults)
                if item is not None:
                    member(item, f"{place}.{name}.member", faults)

        return entries


# Maxima that the model gives and AWS cannot mean, by structure and member: AWS Config names the rules of a pack with up
# to 128 characters, and its console reads their results by these names. Assumed; tests/sandbox/README.md says so.
LONGER = {("GetComplianceDetailsByConfigRuleRequest", "ConfigRuleName"): 128}


def _nothing(_value, _place, _faults) -> None:
    """Nothing can be wrong."""


def _type(shape: Shape) -> Check:
    kind = KINDS.get(shape.type_name)
    if shape.type_name in NUMBERS:
        return _number
    if kind is None:
        return _nothing

    def of_kind(value, place, _faults):
        if not isinstance(value, kind):
            raise WrongTypeError(f"{place}: {type(value).__name__} can not be converted to {shape.type_name}")

    return of_kind


def _number(value, place, _faults):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongTypeError(f"{place}: {type(value).__name__} can not be converted to a number")


def _own(shape: Shape, longer: int | None) -> list[Check]:
    """The constraints of a value by itself; `longer` replaces the maximum."""
    facts, checks = shape.metadata, []
    least, most = facts.get("min"), longer or facts.get("max")
    if LENGTHS.get(shape.type_name):
        checks += _bounds("length", len, least, most)
    elif shape.type_name in NUMBERS:
        checks += _bounds("value", lambda value: value, least, most)
    if enumeration := facts.get("enum"):
        words = f"Member must satisfy enum value set: [{', '.join(enumeration)}]"
        allowed = frozenset(enumeration)
        checks.append(_unless(lambda value: value in allowed, words))
    if pattern := facts.get("pattern"):
        compiled = _compiled(pattern)
        words = f"Member must satisfy regular expression pattern: {pattern}"
        if compiled is not None:
            checks.append(_unless(compiled.fullmatch, words))
    return checks


def _bounds(what: str, measure: Callable, least, most) -> list[Check]:
    checks = []
    if least is not None:
        words = f"Member must have {what} greater than or equal to {least}"
        checks.append(_unless(lambda value: measure(value) >= least, words))
    if most is not None:
        words = f"Member must have {what} less than or equal to {most}"
        checks.append(_unless(lambda value: measure(value) <= most, words))
    return checks


def _unless(holds: Callable, words: str) -> Check:
    def check(value, place, faults):
        if not holds(value):
            faults.append(f"Value '{str(value)[:SHOWN]}' at '{place}' failed to satisfy constraint: {words}")

    return check


def _compiled(pattern: str):
    """A pattern of a model, which is Java's; None for the few that no other engine takes."""
    try:
        return regex.compile(pattern)
    except regex.error:
        return None

"""Policy variables in the conditions of policies, such as `${aws:userid}`, which MiniStack takes literally.

AWS page: "IAM policy elements: Variables and tags". A variable of a key that the request does not have matches nothing.
"""

import re

from ministack.core import iam_evaluator

from account import hooks

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
# Variables that stand for a character.
_CHARACTERS = {"*": "*", "?": "?", "$": "$"}


def install() -> None:
    """Put values in the place of variables before conditions are compared."""
    hooks.around(iam_evaluator, "_conditions_met", _with_values)


def _with_values(original, conditions, ctx):
    if "${" not in str(conditions):
        return original(conditions, ctx)
    filled = {}
    for operator, keys in conditions.items():
        if not isinstance(keys, dict):
            continue
        for key, expected in keys.items():
            values = expected if isinstance(expected, list) else [expected]
            values = [_filled(value, ctx) if isinstance(value, str) else value for value in values]
            filled.setdefault(operator, {})[key] = [value for value in values if value is not None]
    return original(filled, ctx)


def _filled(value: str, ctx) -> str | None:
    """A value with its variables filled in; none where one of them has no value."""
    parts, at = [], 0
    for variable in _VARIABLE.finditer(value):
        name = variable[1]
        found = _CHARACTERS.get(name) or iam_evaluator._resolve_condition_key(name, ctx)
        if not isinstance(found, str):
            return None
        parts += [value[at : variable.start()], found]
        at = variable.end()
    return "".join([*parts, value[at:]])

"""The one way in which this package changes MiniStack: a named function gets a function around it.

MiniStack is pinned (see README), so a name that is gone is a mistake to be told at start, not at the first request.
"""

import functools
from collections.abc import Callable
from types import ModuleType

from ministack.core.responses import error_response_json


def around(module: ModuleType, name: str, replacement: Callable) -> None:
    """Let `replacement(original, *args, **kwargs)` answer for `module.name`.

    MiniStack's services dispatch through tables built when they are imported; the tables are changed as well.
    """
    original = getattr(module, name, None)
    if original is None:
        raise RuntimeError(f"{module.__name__} has no {name}: the sandbox is written for another MiniStack version")

    @functools.wraps(original)
    def wrapped(*args, **kwargs):
        return replacement(original, *args, **kwargs)

    setattr(module, name, wrapped)
    for table in list(vars(module).values()):
        if isinstance(table, dict):
            for key, value in list(table.items()):
                if value is original:
                    table[key] = wrapped


def before(module: ModuleType, name: str, check: Callable) -> None:
    """Ask `check(*args, **kwargs)` first; what it returns, unless None, is the answer."""

    def guarded(original, *args, **kwargs):
        refusal = check(*args, **kwargs)
        return original(*args, **kwargs) if refusal is None else refusal

    around(module, name, guarded)


def refuse(code: str, message: str, status: int = 400) -> tuple:
    """An AWS error of the JSON protocols (Config, Logs, KMS, EventBridge, Lambda)."""
    return error_response_json(code, message, status)

"""The time of an account, which a test can advance: delays of minutes and hours pass at once then."""

import time
from collections import defaultdict
from collections.abc import Callable

from ministack.core.responses import get_account_id

_ahead: dict[str, float] = defaultdict(float)
_listeners: list[Callable[[str, float], None]] = []


def now() -> float:
    """Seconds since the epoch in the account of the request."""
    return time.time() + _ahead.get(get_account_id(), 0)


def ahead() -> float:
    """How far the account of the request is ahead of the machine."""
    return _ahead.get(get_account_id(), 0)


def advance(account: str, seconds: float) -> None:
    """Let time pass in an account, and everything happen that is due by then."""
    _ahead[account] += seconds
    for listener in _listeners:
        listener(account, seconds)


def on_advance(listener: Callable[[str, float], None]) -> None:
    """Call this with the account and the seconds whenever its time was advanced."""
    _listeners.append(listener)

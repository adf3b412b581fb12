"""How the demo speaks: headings, why a step matters, lines; on a terminal with colors and a spinner while it works.

Without a terminal, as in CI, and with NO_COLOR every line is plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

# A line is as long as it is: nothing in it is markup, and the terminal wraps it.
_console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def heading(text: str, why: str = "") -> None:
    """What happens next, and why it matters."""
    _console.print()
    _console.print(f"== {text}", style="bold cyan")
    if why:
        _console.print(f"   {why}", style="dim")


def line(text: str, style: str | None = None) -> None:
    """Something that happened."""
    _console.print(f"  {text}", style=style)


def plain(text: str) -> None:
    """A line at the margin, beside what the engine prints."""
    _console.print(text)


@contextmanager
def working(text: str) -> Iterator[None]:
    """What is waited for: a spinner on a terminal, nothing elsewhere."""
    if not _console.is_terminal:
        yield
        return
    with _console.status(text):
        yield

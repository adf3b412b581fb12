"""What the tests need of the machine and do not bring, told before anything is built."""

from __future__ import annotations

import shutil
import sys

BROWSERS = ("chromium", "chromium-browser")
INSTALL = "apt-get install -y chromium"


def browser() -> str | None:
    """The path of Chromium, in which the report is tested."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def main() -> int:
    """Name what is missing and the command that installs it; 1 where something is."""
    if browser():
        return 0
    print(f"error: `chromium` is not on PATH; the report is tested in it: {INSTALL}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

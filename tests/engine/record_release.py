"""Record what each example deploys, so that later versions are held to it.

usage: python3 tools/toolchain python -m engine.record_release

Deploys the examples and writes their exported stacks to tests/engine/releases/VERSION/EXAMPLE.json. Run it in the last
commit before a release; `test_releases.py` requires of every later version that it replaces and deletes nothing there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from account.client import Account, prepare_landing_zone, start
from harness.artefacts import BUILD, ROOT, schema
from harness.engine import Engine, EngineError, pinned
from harness.stack import Stack

RELEASES = Path(__file__).parent / "releases"
REGION = "eu-west-1"
# The account is part of what is recorded: names and policies hold it.
ACCOUNTS = {"yaml": "111111111111", "typescript": "222222222222", "python": "333333333333"}


def main() -> int:
    """Record all examples; 1 where one does not deploy."""
    folder = RELEASES / schema()["version"]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        engine = Engine.create(BUILD / "record-release", pinned())
        with start(auth=True) as endpoint:
            for example, number in ACCOUNTS.items():
                account = Account(endpoint, number, REGION)
                prepare_landing_zone(account)
                stack = Stack(engine, ROOT / "examples" / example, "release", account.environment)
                stack.up()
                path = folder / f"{example}.json"
                path.write_text(json.dumps(recorded(stack), indent=1) + "\n")
                print(path.relative_to(ROOT))
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def recorded(stack: Stack) -> dict:
    """The exported stack without the stack traces, half of its size, that no later run reads."""
    state = stack.export()
    for resource in state["deployment"]["resources"]:
        resource.pop("stackTrace", None)
    return state


if __name__ == "__main__":
    sys.exit(main())

"""The demo: every example deployed into a simulated account, and once more to show that nothing changes.

Then a day of a monitor over several accounts (`day.py`).

usage: make demo [EXAMPLE=yaml|typescript|python]
"""

from __future__ import annotations

import subprocess
import sys
import time

from account.client import Account, prepare_landing_zone, start

from . import building, day, tour
from . import engine as engines
from .artefacts import BUILD, ROOT, ToolchainError
from .engine import Engine
from .stack import Stack

# Each example in an account of its own.
EXAMPLES = {"yaml": "111111111111", "typescript": "222222222222", "python": "333333333333"}
REGION = "eu-west-1"


def main(arguments: list[str]) -> int:
    """Run one example or all; 2 for a wrong call, 1 where something fails."""
    names = arguments or list(EXAMPLES)
    unknown = [name for name in names if name not in EXAMPLES]
    if unknown:
        print(f"error: expected EXAMPLE to be one of {', '.join(EXAMPLES)}, got {unknown[0]}", file=sys.stderr)
        return 2
    began = time.monotonic()
    try:
        found = engines.from_path()
        building.build(*(step for step in building.FOR_DEMO if not (found and step is building.engine)))
        engine = Engine.create(BUILD / "demo", found or engines.pinned())
        with start(auth=True) as endpoint:
            tour.heading(f"A simulated AWS account answers at {endpoint}. No AWS account is used.")
            for name in names:
                show(engine, name, Account(endpoint, EXAMPLES[name], REGION))
            day.show(engine, endpoint)
    except (ToolchainError, engines.EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    tour.heading(f"Done in {time.monotonic() - began:.0f} s. No process is left running.")
    programs = " ".join(f"examples/{name}" for name in [*names, "several-accounts"])
    tour.line(f"Read the programs:                {programs}")
    tour.line("Try it in a simulated account:    make sandbox")
    tour.line("Deploy into your own account:     docs/quick-start.md")
    return 0


def show(engine: Engine, name: str, account: Account) -> None:
    """Deploy an example twice and show what it gave."""
    tour.heading(
        f"{name}: account {account.account_id}, region {account.region}",
        "One component creates rules, functions, report bucket, notices, alarms and dashboard.",
    )
    prepare_landing_zone(account)
    tour.plain("The account has a configuration recorder and a delivery channel, as a landing zone provides them.")
    stack = Stack(engine, ROOT / "examples" / name, "demo", account.environment)
    stream(stack, "up", "--yes", "--skip-preview", "--suppress-outputs")
    tour.plain("Outputs:")
    stream(stack, "stack", "output")
    tour.plain("The same deployment again, which must not change anything:")
    with tour.working("pulumi up"):
        again = stack.up()
    if not again.none:
        raise engines.EngineError(f"{name}: the second `pulumi up` changed something: {again.summary}")
    tour.plain(f"No changes: {again.summary['same']} resources unchanged.")


def stream(stack: Stack, *arguments: str) -> None:
    """Run a command of the engine, with its own output."""
    command = [stack.engine.binaries / "pulumi", *arguments, "--stack", stack.name, "--non-interactive"]
    variables = stack.engine.variables() | stack.account
    if subprocess.run(command, cwd=stack.folder, env=variables).returncode:
        raise engines.EngineError(f"pulumi {' '.join(arguments)} failed in {stack.folder}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Prepare the tools of the project, say where they are, and run them.

usage: python3 tools/toolchain [TOOL...]       build the tools that are missing; all of them where none is named
       python3 tools/toolchain path TOOL       build a tool if it is missing and print its place alone
       python3 tools/toolchain python ARG...   run the Python of the project, with its packages
       python3 tools/toolchain cargo ARG...    run cargo with the shared target folder and the packed functions

Tools are kept in $AWS_COMPLIANCE_CACHE, else in aws-compliance below $XDG_CACHE_HOME or ~/.cache.
"""

import os
import sys

from cache import ToolchainError

import tools

TOOLS = {
    "python": tools.python,
    "node": tools.node_modules,
    "engine": tools.engine,
    "sdkgen": tools.sdkgen,
    "dotnetgen": tools.dotnetgen,
    "actionlint": tools.actionlint,
    "mdbook": tools.mdbook,
    "bundle": lambda: tools.bundle(optimized=True),
    "cargo-target": tools.cargo_target,
}


def main(arguments: list[str]) -> int:
    """Do what is asked; 2 for a wrong call, 1 where a tool cannot be had."""
    if any(argument in ("-h", "--help") for argument in arguments[:1]):
        print(__doc__.strip())
        return 0
    try:
        match arguments:
            case ["python", *rest] if rest:
                return replace(tools.python(), rest, tools.python_environment())
            case ["cargo", *rest] if rest:
                return replace("cargo", rest, tools.cargo_environment())
            case ["path", name] if name in TOOLS:
                print(TOOLS[name]())
            case names if all(name in TOOLS for name in names):
                for name in names or TOOLS:
                    print(f"{name:12} {TOOLS[name]()}")
            case _:
                print(__doc__.strip(), f"\n\nTools: {', '.join(TOOLS)}", file=sys.stderr)
                return 2
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def replace(program, arguments: list[str], environment: dict[str, str]) -> int:
    """Become another program."""
    sys.stdout.flush()
    os.execvpe(program, [str(program), *arguments], os.environ | environment)


sys.exit(main(sys.argv[1:]))

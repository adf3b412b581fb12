"""Prepare the tools of the project and say where they are.

usage: python3 tools/toolchain [TOOL...]     builds the tools that are missing; all of them where none is named
       python3 tools/toolchain path TOOL     builds a tool if it is missing and prints its place alone

Tools are kept in $AWS_COMPLIANCE_CACHE, else in aws-compliance below $XDG_CACHE_HOME or ~/.cache.
"""

import sys

import tools
from cache import ToolchainError

TOOLS = {
    "python": tools.python,
    "node": tools.node_modules,
    "engine": tools.engine,
    "sdkgen": tools.sdkgen,
    "cargo-target": tools.cargo_target,
}


def main(arguments: list[str]) -> int:
    """Build what is asked for; 2 for a wrong call, 1 where a tool cannot be had."""
    bare = arguments[:1] == ["path"]
    names = (arguments[1:] if bare else arguments) or list(TOOLS)
    if any(name in ("-h", "--help") for name in names):
        print(__doc__.strip())
        return 0
    unknown = [name for name in names if name not in TOOLS]
    if unknown or (bare and len(names) != 1):
        print(f"error: expected one of {', '.join(TOOLS)}, got {' '.join(unknown or names)}", file=sys.stderr)
        return 2
    try:
        for name in names:
            place = TOOLS[name]()
            print(place if bare else f"{name:12} {place}")
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main(sys.argv[1:]))

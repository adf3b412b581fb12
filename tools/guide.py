"""Put the example's files into the crate's guide, so that both are one: `python3 tools/guide.py [--check]`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "provider/pulumi-component/README.md"
EXAMPLE = ROOT / "examples/component-in-rust"

# The first line of a block as the guide has it, and what stands in it.
BLOCKS = {
    "```rs\n//! A package": lambda: (EXAMPLE / "src/main.rs").read_text().split("\n#[cfg(test)]")[0],
    "```rs\n//! Makes Rust": lambda: (EXAMPLE / "build.rs").read_text(),
    "```toml": lambda: (EXAMPLE / "Cargo.toml").read_text(),
    "```rs\nuse std::sync": lambda: (EXAMPLE / "src/tests.rs").read_text(),
    "```yaml": lambda: (EXAMPLE / "yaml/Pulumi.yaml").read_text(),
}


def written() -> str:
    """The guide with the example's files in it."""
    text = GUIDE.read_text()
    for opening, content in BLOCKS.items():
        fence = opening.split("\n")[0]
        block = f"{fence}\n{content().rstrip()}\n```"
        pattern = re.escape(opening) + r".*?\n```(?=\n)"
        text, count = re.subn(pattern, lambda _, block=block: block, text, count=1, flags=re.DOTALL)
        if count != 1:
            raise SystemExit(f"{GUIDE.name} has no block that begins with {opening!r}")
    return text


if __name__ == "__main__":
    fresh = written()
    if "--check" not in sys.argv:
        GUIDE.write_text(fresh)
    elif fresh != GUIDE.read_text():
        raise SystemExit(f"{GUIDE.name} differs from the example; run `make guide`")

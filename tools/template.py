"""Write the template of a new component, for `cargo generate`, from the example: `python3 tools/template.py [--check]`.

The example is built, tested and deployed. Filled in with its name, the template is the example, except for where it
finds the crates.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples/component-in-rust"
TEMPLATE = ROOT / "provider/pulumi-component/template"
NAME = "queues"
# The files of the template, and those of the example that they are made of.
FILES = {
    "Cargo.toml": "Cargo.toml",
    "build.rs": "build.rs",
    "aws.json": "aws.json",
    "src/main.rs": "src/main.rs",
    "src/tests.rs": "src/tests.rs",
    "example/Pulumi.yaml": "yaml/Pulumi.yaml",
}
SETTINGS = """# For `cargo generate`; written by `make guide`.

[template]
cargo_generate_version = ">=0.18"

[placeholders.package]
type = "string"
prompt = "Name of the Pulumi package"
regex = "^[a-z][a-z0-9-]*$"
"""


def version() -> str:
    """The version of the crates, as a requirement."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    return ".".join(manifest["workspace"]["package"]["version"].split(".")[:2])


def filled(text: str, name: str) -> str:
    """A file of the template for a package of this name."""
    return text.replace("{{package}}", name)


def made_of(text: str) -> str:
    """A file of the example as one of the template."""
    text = re.sub(r'path = "\.\./\.\./provider/[a-z-]+"', f'version = "{version()}"', text)
    return re.sub(rf"\b{NAME}\b(?!`)", "{{package}}", text)


def files() -> dict[str, str]:
    """The whole template."""
    made = {name: made_of((EXAMPLE / source).read_text()) for name, source in FILES.items()}
    return {"cargo-generate.toml": SETTINGS, **made}


if __name__ == "__main__":
    for name, text in files().items():
        path = TEMPLATE / name
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise SystemExit(f"{path.relative_to(ROOT)} differs from the example; run `make guide`")

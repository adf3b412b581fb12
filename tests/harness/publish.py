"""Publish `dist/release`: the steps of the workflow that end outside of this machine. Each can be repeated.

usage: python -m harness.publish STEP

    github    a GitHub release of TAG with every file, and the section of CHANGELOG.md as its notes
    go        the tag by which Go finds the module in `sdk/`
    npm       the npm tarball, with provenance
    pypi      wheel and source distribution, collected in `dist/pypi`
    sdk       the SDK for LANGUAGE, compiled in `dist/sdk`: the committed `dotnet`, or `java`, which `pulumi` generates
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .artefacts import ROOT, ToolchainError, schema
from .release import RELEASE

PYPI, SDK = ROOT / "dist/pypi", ROOT / "dist/sdk"
COMPILE = {"dotnet": ["dotnet", "pack", "--configuration", "Release"], "java": ["gradle", "build", "--no-daemon"]}


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a program of the workflow's machine."""
    if subprocess.run(command, cwd=cwd).returncode:
        raise ToolchainError(" ".join(map(str, command)))


def exists(*command: str | Path) -> bool:
    """Whether a program finds what an earlier try of this workflow published."""
    return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def tag() -> str:
    """The tag that is published, which names the version of the sources."""
    given, expected = os.environ.get("TAG", ""), f"v{schema()['version']}"
    if given != expected:
        raise ToolchainError(f"TAG is `{given}`, expected `{expected}`, the version in Cargo.toml")
    return given


def notes(changelog: str, version: str) -> str:
    """The section of a version; a release without one is not published."""
    found = re.search(
        rf"^## \[{re.escape(version)}\] - ([^\n]*)\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if not found:
        raise ToolchainError(f"CHANGELOG.md has no section `## [{version}]`")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found[1]):
        raise ToolchainError(f"CHANGELOG.md: the section of {version} has no date, but `{found[1]}`")
    return found[2].strip() + "\n"


def github() -> None:
    """The GitHub release, whose assets engines download."""
    text = notes((ROOT / "CHANGELOG.md").read_text(), schema()["version"])
    name, written = tag(), RELEASE.parent / "notes.md"
    written.write_text(text)
    assets = sorted(path for path in RELEASE.iterdir() if path.name != "tags.txt")
    if exists("gh", "release", "view", name):
        run("gh", "release", "upload", name, "--clobber", *assets)
    else:
        run("gh", "release", "create", name, "--verify-tag", "--title", name, "--notes-file", written, *assets)


def go() -> None:
    """The tag of the Go module, on the commit of the release."""
    name = f"sdk/{tag()}"
    if not exists("git", "ls-remote", "--exit-code", "--tags", "origin", f"refs/tags/{name}"):
        run("git", "tag", "--force", name)
        run("git", "push", "origin", name)


def only(pattern: str) -> Path:
    """The one file of the release with such a name."""
    found = sorted(RELEASE.glob(pattern))
    if len(found) != 1:
        raise ToolchainError(f"{RELEASE.relative_to(ROOT)} has {len(found)} files {pattern}, expected one")
    return found[0]


def npm() -> None:
    """The npm package."""
    if exists("npm", "view", f"pulumi-aws-compliance@{schema()['version']}", "version"):
        print("this version is published already")
        return
    run("npm", "publish", only("pulumi-aws-compliance-*.tgz"), "--provenance", "--access", "public")


def pypi() -> None:
    """The files that the action for PyPI uploads."""
    shutil.rmtree(PYPI, ignore_errors=True)
    PYPI.mkdir(parents=True)
    for pattern in ("*.whl", "pulumi_aws_compliance-*.tar.gz"):
        shutil.copy(only(pattern), PYPI)


def sdk() -> None:
    """An SDK that is compiled with what this machine does not have."""
    language = os.environ.get("LANGUAGE", "")
    if language not in COMPILE:
        raise ToolchainError(f"LANGUAGE is `{language}`, expected one of {', '.join(COMPILE)}")
    shutil.rmtree(SDK, ignore_errors=True)
    if language == "dotnet":
        shutil.copytree(ROOT / "sdk/dotnet", SDK / language)
    else:
        run("pulumi", "package", "gen-sdk", ROOT / "schema.json", "--language", language, "--out", SDK)
    run(*COMPILE[language], cwd=SDK / language)


STEPS = {"github": github, "go": go, "npm": npm, "pypi": pypi, "sdk": sdk}


def main(names: list[str]) -> int:
    """Run one step; 2 for a wrong call, 1 where it fails."""
    if len(names) != 1 or names[0] not in STEPS:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        STEPS[names[0]]()
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

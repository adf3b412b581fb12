"""`make release`: what a release publishes, in `dist/release`.

usage: python -m harness.release STEP...

    functions    the packed Lambda functions, for each architecture
    plugin       the plugin's archive, for each platform (PLATFORM=darwin-arm64 for one)
    packages     the npm tarball, wheel, source distribution and Go module
    bom          the software bill of materials
    sums         SHA256SUMS of everything in the folder; the size of each archive is checked
    reproduce    builds the archive of PLATFORM in another folder, and compares the bytes
    check        compiles the plugin for this machine, without functions

Without a step: all but the last two. FUNCTIONS and FUNCTIONS_ARM64 name zips that were packed on another machine.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import archives, artefacts
from .artefacts import PLUGIN, ROOT, ToolchainError, cache, schema, tools

RELEASE = ROOT / "dist/release"
# Megabytes that an archive may have: what a user downloads at the first `pulumi up`.
SIZE_LIMIT = 45 * 1000 * 1000
GO_MODULE = "github.com/aws-compliance/pulumi-aws-compliance/sdk"


@dataclass(frozen=True)
class Platform:
    """An operating system and architecture, named as Pulumi names them."""

    name: str
    # Cargo's target; a glibc version is for zig.
    target: str
    glibc: str = ""
    suffix: str = ""

    @property
    def archive(self) -> str:
        """Name of the plugin's archive, as engines ask for it."""
        return f"{PLUGIN}-v{schema()['version']}-{self.name}.tar.gz"

    @property
    def here(self) -> bool:
        """Whether this machine has the target's standard library and linker."""
        return self.unavailable is None

    @property
    def unavailable(self) -> str | None:
        """Why this machine cannot build it."""
        system = self.name.split("-")[0]
        if system != "linux" and system != platform.system().lower():
            return f"{self.name} is built on a machine of its own: its linker and system libraries are missing here"
        rustc = os.environ.get("RUSTC", "rustc")
        command = [rustc, "--print", "target-libdir", "--target", self.target]
        asked = subprocess.run(command, capture_output=True, text=True)
        if asked.returncode or not any(Path(asked.stdout.strip()).glob("libstd-*")):
            return f"{self.name} needs Rust's standard library for {self.target}: `rustup target add {self.target}`"
        return None


# glibc 2.17 is that of manylinux2014: older than what any supported distribution has.
PLATFORMS = {
    each.name: each
    for each in (
        Platform("linux-amd64", "x86_64-unknown-linux-gnu", glibc="2.17"),
        Platform("linux-arm64", "aarch64-unknown-linux-gnu", glibc="2.17"),
        Platform("darwin-amd64", "x86_64-apple-darwin"),
        Platform("darwin-arm64", "aarch64-apple-darwin"),
        Platform("windows-amd64", "x86_64-pc-windows-msvc", suffix=".exe"),
    )
}
ARCHITECTURES = {"x86_64": "linux-amd64", "arm64": "linux-arm64"}


def write(name: str, content: bytes) -> None:
    """Put a file into the release."""
    RELEASE.mkdir(parents=True, exist_ok=True)
    (RELEASE / name).write_bytes(content)
    print(f"  {name}: {len(content):,} bytes", flush=True)


def chosen() -> list[Platform]:
    """The platform that PLATFORM names, else all that this machine can build; the others are named."""
    if name := os.environ.get("PLATFORM"):
        if name not in PLATFORMS:
            raise ToolchainError(f"PLATFORM is `{name}`, expected one of {', '.join(PLATFORMS)}")
        if reason := PLATFORMS[name].unavailable:
            raise ToolchainError(reason)
        return [PLATFORMS[name]]
    for each in PLATFORMS.values():
        if reason := each.unavailable:
            print(f"  omitted: {reason}", flush=True)
    return [each for each in PLATFORMS.values() if each.here]


def functions() -> None:
    """The packed Lambda functions, for each architecture that this machine can build."""
    for architecture, name in ARCHITECTURES.items():
        if reason := PLATFORMS[name].unavailable:
            print(f"  omitted: functions for {architecture}: {reason}", flush=True)
            continue
        write(f"functions-{architecture}.zip", tools.bundle(True, architecture).read_bytes())


def binary(built_for: Platform, root: Path = ROOT, target: Path | None = None) -> bytes:
    """The plugin for a platform, optimized, of the sources below a folder."""
    target = target or tools.cargo_target()
    zipped = os.environ.get("FUNCTIONS") or tools.bundle(True)
    environment = os.environ | {"CARGO_TARGET_DIR": str(target), "AWS_COMPLIANCE_BUNDLE": str(Path(zipped).resolve())}
    if arm64 := os.environ.get("FUNCTIONS_ARM64") or arm64_functions():
        environment["AWS_COMPLIANCE_ARM64_BUNDLE"] = str(Path(arm64).resolve())
    command, triple = ["cargo", "build"], built_for.target
    if built_for.glibc:
        scripts = tools.python().parent
        command, triple = ["cargo", "zigbuild"], f"{triple}.{built_for.glibc}"
        environment["PATH"] = f"{scripts}{os.pathsep}{environment['PATH']}"
        environment["CARGO_ZIGBUILD_ZIG_PATH"] = str(scripts / "python-zig")
    # The same bytes wherever the clone, its target folder and cargo's home are.
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    folders = {home: "/cargo", target: "/target", root: "/source"}
    environment["RUSTFLAGS"] = " ".join(f"--remap-path-prefix={path}={name}" for path, name in folders.items())
    command += ["--release", "--locked", "--package", "aws-compliance", "--target", triple]
    with cache.timed(f"the plugin for {built_for.name}"):
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise ToolchainError(f"`{' '.join(command)}` failed with {done.returncode}")
    return (target / built_for.target / "release" / f"{PLUGIN}{built_for.suffix}").read_bytes()


def arm64_functions() -> Path | None:
    """The functions for Arm, where this machine can build them; a plugin without them says so."""
    if PLATFORMS[ARCHITECTURES["arm64"]].unavailable:
        return None
    return tools.bundle(True, "arm64")


def packed(built_for: Platform, built: bytes) -> bytes:
    """The plugin's archive, as engines unpack it."""
    program = f"{PLUGIN}{built_for.suffix}"
    files = {program: built, "LICENSE": (ROOT / "LICENSE").read_bytes()}
    return archives.tar_gz(files, executables=(program,))


def plugin() -> None:
    """The plugin's archive for each chosen platform."""
    for each in chosen():
        write(each.archive, packed(each, binary(each)))


def tracked(*patterns: str) -> list[str]:
    """Names of the files that are committed."""
    command = ["git", "ls-files", *patterns]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def reproduce() -> None:
    """Two builds of PLATFORM from two folders are the same bytes."""
    each = chosen()[0]
    with tempfile.TemporaryDirectory() as folder:
        for name in tracked():
            if (ROOT / name).is_file():
                (Path(folder) / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(folder) / "clone" / name)
        again = packed(each, binary(each, Path(folder) / "clone", Path(folder) / "target"))
    if again != (RELEASE / each.archive).read_bytes():
        raise ToolchainError(f"{each.archive} has other bytes when it is built in another folder")
    print(f"  {each.archive}: the same bytes from two folders")


def source_distribution(sdk: Path = artefacts.SDK) -> tuple[str, bytes]:
    """Name and bytes of the Python source distribution."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        shutil.copytree(sdk / "python", source, ignore=shutil.ignore_patterns("__pycache__"))
        # The generator names a README beside pyproject.toml and writes it into the package.
        shutil.copy(next(source.glob("*/README.md")), source)
        command = [tools.python(), "-m", "build", "--sdist", "--no-isolation", "--outdir", folder, source]
        cache.run(command, SOURCE_DATE_EPOCH=str(archives.EPOCH))
        built = next(Path(folder).glob("*.tar.gz"))
        # The times of the files that were copied are in it.
        return built.name, archives.tar_gz(archives.members(built.read_bytes()))


def go_module(sdk: Path = artefacts.SDK) -> bytes:
    """The Go module as a proxy serves it: what is in `sdk` at the tag `sdk/vVERSION`."""
    prefix = f"{GO_MODULE}@v{schema()['version']}/"
    return archives.zipped(archives.folder(sdk, prefix) | {f"{prefix}LICENSE": (ROOT / "LICENSE").read_bytes()})


def packages() -> None:
    """The packages of the SDKs."""
    version = schema()["version"]
    for package in (artefacts.npm_tarball(), artefacts.wheel()):
        write(package.name, package.read_bytes())
    write(*source_distribution())
    write(f"go-sdk-v{version}.zip", go_module())
    # A tag of the whole, and that of the module in `sdk/`, by which Go finds it.
    write("tags.txt", f"v{version}\nsdk/v{version}\n".encode())


def bom() -> None:
    """The crates that the plugin and the functions are built from, as CycloneDX."""
    folder = tools.cyclonedx()
    for name, manifest in (("plugin", "provider/aws-compliance"), ("functions", "functions/handlers")):
        stem = f"{name}.cdx"
        command = [folder / "cargo-cyclonedx", "cyclonedx", "--manifest-path", ROOT / manifest / "Cargo.toml"]
        command += ["--format", "json", "--all", "--target", "all", "--override-filename", stem]
        cache.run(command, SOURCE_DATE_EPOCH=str(archives.EPOCH))
        document = normal(json.loads((ROOT / manifest / f"{stem}.json").read_text()))
        # It writes one beside each manifest of the workspace.
        for each in tracked("*Cargo.toml"):
            (ROOT / each).with_name(f"{stem}.json").unlink(missing_ok=True)
        write(f"{name}.cdx.json", (json.dumps(document, indent=2, sort_keys=True) + "\n").encode())


def normal(document: dict) -> dict:
    """A bill of materials without what differs between two runs and folders."""
    document = json.loads(
        json.dumps(document).replace(f"file://{ROOT}", "file:///source").replace(str(ROOT), "/source")
    )
    document.pop("serialNumber", None)
    document.get("metadata", {}).pop("timestamp", None)
    return document


def sums() -> None:
    """SHA256SUMS of everything in the folder."""
    # Of what is published: the tags are for the workflow.
    others = ("SHA256SUMS", "tags.txt")
    files = {name: content for name, content in archives.folder(RELEASE).items() if name not in others}
    large = [name for name, content in files.items() if len(content) > SIZE_LIMIT]
    if large:
        raise ToolchainError(f"{', '.join(large)}: more than {SIZE_LIMIT:,} bytes")
    write("SHA256SUMS", archives.sums(files).encode())


def check() -> None:
    """The plugin compiles on this machine, whatever its system."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "none.zip").write_bytes(b"")
        environment = os.environ | {"AWS_COMPLIANCE_BUNDLE": str(Path(folder) / "none.zip")}
        command = ["cargo", "check", "--locked", "--package", "aws-compliance"]
        if subprocess.run(command, cwd=ROOT, env=environment).returncode:
            raise ToolchainError(" ".join(command))


STEPS = {"functions": functions, "plugin": plugin, "packages": packages, "bom": bom, "sums": sums}


def main(names: list[str]) -> int:
    """Run the steps in the order given; 2 for a wrong call, 1 where something cannot be built."""
    steps = STEPS | {"reproduce": reproduce, "check": check}
    unknown = [name for name in names if name not in steps]
    if unknown:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        if not names:
            shutil.rmtree(RELEASE, ignore_errors=True)
        for name in names or STEPS:
            print(f"release: {name}", flush=True)
            steps[name]()
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Builds the functions' binary and packs it as Lambda takes it: a zip with an executable `bootstrap`.

    python functions/pack.py --python-bin DIR --target-dir DIR --out FILE [--architecture x86_64 | arm64]
    python functions/pack.py --binary FILE --out FILE

The build runs cargo-lambda with zig as linker (PyPI: cargo-lambda, ziglang), so that the binary runs on the glibc of
`provided.al2023` whatever the machine's own is. With --binary a binary is packed that was built for this machine
alone, for the demo and the tests. The zip has the same bytes for the same binary: fixed time and mode.
Where FILE has them already it is left alone, so that what depends on it is not built again.
"""

import argparse
import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "functions-handlers"
BINARY = "bootstrap"
# Name of an architecture in Lambda's API: Rust target, and e_machine (System V ABI, AMD64 supplement; ELF for the Arm
# 64-bit Architecture).
ARCHITECTURES = {"x86_64": ("x86_64-unknown-linux-gnu", 62), "arm64": ("aarch64-unknown-linux-gnu", 183)}
# glibc of Amazon Linux 2023 (AL2023 User Guide, "Comparing AL2 and AL2023").
GLIBC = (2, 34)
# Lambda's limit for a zip that is uploaded directly (AWS Lambda Developer Guide, "Lambda quotas").
ZIP_LIMIT = 50 * 1024 * 1024
# Levels of compression.
SMALL, FAST = 9, 1


class PackError(Exception):
    """Something a person has to mend; the text says what."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="a binary that is built already; nothing else but --out is needed")
    parser.add_argument("--python-bin", type=Path, help="folder of cargo-lambda and python-zig")
    parser.add_argument("--target-dir", type=Path, help="cargo's target folder")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default="x86_64", help="that of the functions")
    parser.add_argument("--out", type=Path, required=True, help="the zip to write")
    arguments = parser.parse_args()
    if arguments.binary:
        write(arguments.out, pack(arguments.binary.read_bytes(), FAST))
        return
    if not (arguments.python_bin and arguments.target_dir):
        parser.error("--python-bin and --target-dir are needed to build")
    try:
        started = time.monotonic()
        triple, machine = ARCHITECTURES[arguments.architecture]
        binary = build(arguments.python_bin.absolute(), arguments.target_dir.absolute(), triple)
        built = time.monotonic() - started
        newest = check_binary(binary, machine)
        archive = pack(binary)
        fresh = write(arguments.out, archive)
    except PackError as error:
        sys.exit(f"pack.py: {error}")
    print(f"built {BINARY} in {built:.0f} s: {len(binary)} bytes, newest symbol GLIBC_{'.'.join(map(str, newest))}")
    print(f"{'wrote' if fresh else 'unchanged'} {arguments.out}: {len(archive)} bytes")
    print(f"sha256 {hashlib.sha256(archive).hexdigest()}")


def build(python_bin: Path, target_dir: Path, triple: str) -> bytes:
    """The release binary, stripped."""
    cargo_lambda, zig = python_bin / "cargo-lambda", python_bin / "python-zig"
    for program in (cargo_lambda, zig):
        if not program.exists():
            raise PackError(f"{program} is not there; install cargo-lambda and ziglang from PyPI into that environment")
    cargo_home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    environment = os.environ | {
        "PATH": f"{python_bin}{os.pathsep}{os.environ['PATH']}",
        "CARGO_TARGET_DIR": str(target_dir),
        "CARGO_ZIGBUILD_ZIG_PATH": str(zig),
        # The same bytes wherever cargo's home is. The clone's own files are compiled by relative paths, so another
        # clone has the same bytes, and the same flags: what both use need not be built again.
        "RUSTFLAGS": f"--remap-path-prefix={cargo_home}=/cargo",
    }
    lambda_dir = target_dir / "lambda"
    command = [str(cargo_lambda), "lambda", "build", "--release", "--locked", "--package", PACKAGE]
    command += ["--target", f"{triple}.{GLIBC[0]}.{GLIBC[1]}", "--lambda-dir", str(lambda_dir)]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise PackError(f"the build failed: {' '.join(command)}")
    return (lambda_dir / BINARY / BINARY).read_bytes()


def check_binary(binary: bytes, machine: int) -> tuple[int, ...]:
    """The newest glibc version the binary asks for; refuses one that `provided.al2023` does not have."""
    versions = needed_versions(binary, machine)
    named = (re.fullmatch(r"GLIBC_([\d.]+)", version) for version in versions)
    glibc = [tuple(map(int, match.group(1).split("."))) for match in named if match]
    if not glibc:
        raise PackError(f"the binary names no glibc version, only {versions}: it is not linked against glibc")
    if max(glibc) > GLIBC:
        raise PackError(
            f"the binary needs GLIBC_{'.'.join(map(str, max(glibc)))}, provided.al2023 has {GLIBC[0]}.{GLIBC[1]}"
        )
    return max(glibc)


def needed_versions(binary: bytes, machine: int) -> list[str]:
    """Names of the symbol versions an ELF file needs of its libraries (Linux Standard Base, "Symbol Versioning")."""
    if binary[:6] != b"\x7fELF\x02\x01":
        raise PackError("the binary is not a 64-bit little-endian ELF file")
    if (found := struct.unpack_from("<H", binary, 18)[0]) != machine:
        raise PackError(f"the binary is for the ELF machine {found}, expected {machine}")
    (table,) = struct.unpack_from("<Q", binary, 32)
    size, count = struct.unpack_from("<HH", binary, 54)
    segments = [struct.unpack_from("<IIQQQQQQ", binary, table + size * index) for index in range(count)]

    def offset_of(address: int) -> int:
        for kind, _, offset, start, _, length, _, _ in segments:
            if kind == 1 and start <= address < start + length:  # PT_LOAD
                return offset + address - start
        raise PackError(f"no segment of the binary holds address {address:#x}")

    dynamic = {}
    for kind, _, offset, _, _, length, _, _ in segments:
        if kind == 2:  # PT_DYNAMIC
            dynamic = dict(struct.iter_unpack("<qQ", binary[offset : offset + length]))
    strings, needs, libraries = dynamic.get(5), dynamic.get(0x6FFFFFFE), dynamic.get(0x6FFFFFFF, 0)
    if strings is None or needs is None:  # DT_STRTAB, DT_VERNEED, DT_VERNEEDNUM
        return []

    names, library = [], offset_of(needs)
    for _ in range(libraries):
        _, versions, _, first, following = struct.unpack_from("<HHIII", binary, library)
        version = library + first
        for _ in range(versions):
            _, _, _, name, next_version = struct.unpack_from("<IHHII", binary, version)
            start = offset_of(strings) + name
            names.append(binary[start : binary.index(b"\0", start)].decode())
            version += next_version
        library += following
    return names


def pack(binary: bytes, level: int = SMALL) -> bytes:
    """A zip of the binary, executable by all, with the oldest time a zip can tell."""
    entry = zipfile.ZipInfo(BINARY, date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix: the mode below counts.
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, binary, compresslevel=level)
    if buffer.tell() > ZIP_LIMIT:
        raise PackError(f"the zip has {buffer.tell()} bytes, Lambda takes {ZIP_LIMIT}")
    return buffer.getvalue()


def write(out: Path, archive: bytes) -> bool:
    """Whether FILE was written: it is not where it has these bytes already."""
    if out.exists() and out.read_bytes() == archive:
        return False
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f"{out.name}.{os.getpid()}")
    partial.write_bytes(archive)
    partial.replace(out)
    return True


if __name__ == "__main__":
    main()

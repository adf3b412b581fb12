"""Archives whose bytes depend on their contents alone: sorted, with a fixed time, owner and mode."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

# The oldest time that a zip can have.
TIME = (1980, 1, 1, 0, 0, 0)
EPOCH = 315532800
EXECUTABLE, PLAIN = 0o755, 0o644


def tar_gz(files: Mapping[str, bytes], executables: tuple[str, ...] = ()) -> bytes:
    """A compressed tar of files by name."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(files[name]), EPOCH
            entry.mode = EXECUTABLE if name in executables else PLAIN
            archive.addfile(entry, io.BytesIO(files[name]))
    return gzip.compress(plain.getvalue(), 9, mtime=0)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=TIME)
            entry.create_system, entry.external_attr = 3, (0o100000 | PLAIN) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=9)
    return buffer.getvalue()


def members(archive: bytes) -> dict[str, bytes]:
    """The files of a compressed tar by name."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}


def folder(path: Path, prefix: str = "") -> dict[str, bytes]:
    """The files below a folder by name, without what an interpreter left there."""
    files = (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {f"{prefix}{file.relative_to(path).as_posix()}": file.read_bytes() for file in files}


def sums(files: Mapping[str, bytes]) -> str:
    """SHA-256 sums of files by name, as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))

"""Where built tools are kept: outside the clone, each under a hash of the files that define it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
# What takes less time is not announced.
AT_ONCE_SECONDS = 1.5
# How often a build that takes long says that it goes on.
STILL_SECONDS = 60


class ToolchainError(Exception):
    """A tool cannot be had; the text says what to do about it."""


def cache_root() -> Path:
    """The folder for everything that is built once and used by every clone."""
    named = os.environ.get("AWS_COMPLIANCE_CACHE")
    if named:
        return Path(named).resolve()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "aws-compliance"


def digest(paths: Iterable[Path], *more: str) -> str:
    """A short hash of files and texts: another one means another artefact."""
    hasher = hashlib.sha256()
    for path in sorted(paths):
        hasher.update(str(path.relative_to(ROOT)).encode())
        hasher.update(path.read_bytes())
    for text in more:
        hasher.update(text.encode())
    return hasher.hexdigest()[:16]


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process at a time, of any clone, build something."""
    cache_root().mkdir(parents=True, exist_ok=True)
    with open(cache_root() / f"{name}.lock", "w") as lock:
        _hold(lock)
        yield


def _hold(lock: IO) -> None:
    """Lock an open file until it is closed, on Windows too: releases are built there."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)


def artefact(name: str, key: str, what: str, build: Callable[[Path], None], root: Path | None = None) -> Path:
    """The folder `name-key`, built if it is not there; `what` it is called while it is built, if that takes long.

    It is built under a lock at its final place (a virtual environment cannot be moved) and counts as built once its
    mark is written, so that a build which was interrupted is begun again.
    """
    folder = (root or cache_root()) / f"{name}-{key}"
    mark = folder / ".complete"
    if mark.exists():
        return folder
    with locked(f"{name}-{key}"):
        if mark.exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with timed(what):
            build(folder)
        mark.touch()
    return folder


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """Say that something is being built, and how long it took; nothing if it has no name or is ready at once."""
    if not what:
        yield
        return
    announced, ended = threading.Event(), threading.Event()
    began = time.monotonic()

    def announce() -> None:
        if ended.wait(AT_ONCE_SECONDS):
            return
        announced.set()
        print(f"building {what}", file=sys.stderr, flush=True)
        while not ended.wait(STILL_SECONDS):
            print(f"still building {what}, {time.monotonic() - began:.0f} s so far", file=sys.stderr, flush=True)

    speaker = threading.Thread(target=announce, daemon=True)
    speaker.start()
    try:
        yield
    finally:
        ended.set()
        speaker.join()
    if announced.is_set():
        print(f"built {what} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def run(command: list[str | os.PathLike], cwd: Path = ROOT, **environment: str) -> None:
    """Run a build step quietly; its output is shown where it fails."""
    outcome = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if outcome.returncode:
        sys.stderr.write(outcome.stdout)
        raise ToolchainError(f"`{' '.join(map(str, command))}` failed with {outcome.returncode}")


def require(program: str, why: str) -> str:
    """The path of a program that must be installed."""
    path = shutil.which(program)
    if path is None:
        raise ToolchainError(f"`{program}` is not on PATH; it is needed {why}")
    return path

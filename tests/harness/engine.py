"""The Pulumi engine: where it comes from, a home with both plugins, and its commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from . import artefacts, secrets
from .artefacts import ROOT, ToolchainError, tools

NEWEST_TESTED = (3, 259)
LANGUAGE_HOSTS = ("pulumi-language-yaml", "pulumi-language-nodejs", "pulumi-language-python")
# Where the real plugin is installed, this names its folder: the same programs run with it against the same account.
REAL_PLUGIN = "AWS_COMPLIANCE_REAL_AWS_PLUGIN"


def heed_interrupts() -> None:
    """Let the processes that this one starts end on SIGINT.

    A shell starts what runs in its background with SIGINT ignored, and children inherit that. The engine ends its
    plugins and language hosts with SIGINT and kills after five seconds those that go on: each command would take that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


heed_interrupts()


class EngineError(AssertionError):
    """A command of the engine's failed; the text is what it printed."""


def pinned() -> Path:
    """The folder of the pinned engine and its language hosts."""
    return tools.engine()


def from_path() -> Path | None:
    """The folder of an engine on PATH that is new enough and has its language hosts beside it."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    folder = Path(found).resolve().parent
    if not all((folder / host).exists() for host in LANGUAGE_HOSTS):
        return None
    version = subprocess.run([found, "version"], capture_output=True, text=True).stdout.strip()
    numbers = re.match(r"v(\d+)\.(\d+)\.", version)
    if not numbers or tuple(map(int, numbers.groups())) < NEWEST_TESTED:
        return None
    return folder


@dataclass
class Engine:
    """A Pulumi home and an empty file backend, below one folder."""

    folder: Path
    binaries: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, folder: Path, binaries: Path) -> Engine:
        """Make a home without plugins; what an earlier run left there is removed."""
        shutil.rmtree(folder, ignore_errors=True)
        engine = cls(folder, binaries)
        engine.backend.mkdir(parents=True)
        return engine

    @property
    def backend(self) -> Path:
        """The folder that holds the state of every stack."""
        return self.folder / "backend"

    @classmethod
    def create(cls, folder: Path, binaries: Path) -> Engine:
        """Make a home with both plugins."""
        engine = cls.empty(folder, binaries)
        version = artefacts.schema()["version"]
        engine.run(["plugin", "install", "resource", "aws-compliance", version, "--file", artefacts.plugin()])
        engine.run(["plugin", "install", "resource", "aws", *_aws_plugin(folder)])
        return engine

    def run(self, arguments: list, cwd: Path = ROOT, check: bool = True, **environment: str):
        """Run a command of the engine's; its output comes back whole."""
        variables = self.variables() | environment
        command = [self.binaries / "pulumi", *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True)
        if check and done.returncode:
            raise EngineError(f"pulumi {' '.join(map(str, arguments))}\n{_told(done.stdout)}\n{done.stderr}")
        return done

    def variables(self) -> dict[str, str]:
        """The environment of the engine: nothing of the user's Pulumi or AWS settings reaches it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        path = [str(self.binaries), str(tools.python().parent), kept.get("PATH", "")]
        return kept | {
            "PATH": os.pathsep.join(path),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.backend}",
            # Stacks of another provider than the key service: what a user makes, and what releases recorded.
            "PULUMI_CONFIG_PASSPHRASE": "test",
            # The state is written when a run ends, and not after each of its steps.
            "PULUMI_SKIP_CHECKPOINTS": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
            "PYTHONPATH": str(artefacts.python_packages()),
            "PYTHONDONTWRITEBYTECODE": "1",
            **secrets.environment(),
            **self.environment,
        }


def _aws_plugin(folder: Path) -> list:
    """Version and source of the aws plugin: the stand-in, unless the real one is named."""
    from aws_plugin import facts, install

    real = os.environ.get(REAL_PLUGIN)
    if real and not (Path(real) / "pulumi-resource-aws").exists():
        raise ToolchainError(f"{REAL_PLUGIN} names {real}, which has no pulumi-resource-aws")
    source = Path(real) if real else install.write(folder / "aws-plugin", str(tools.python()))
    return [facts.version(), "--file", source]


def _told(text: str) -> str:
    """What the engine said of a run that failed: of JSON, the messages alone."""
    if not text.startswith("{"):
        return text
    messages = []
    for document in documents(text):
        messages += document.get("diagnostics", [])
        messages += [document["diagnosticEvent"]] if "diagnosticEvent" in document else []
    return "".join(entry["message"] for entry in messages if entry.get("severity") != "debug")


def documents(text: str) -> list[dict]:
    """The JSON documents of a text, one after the other."""
    decoder, documents, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        document, at = decoder.raw_decode(text, at)
        documents.append(document)
    return documents

"""The Pulumi engine: where it comes from, a home with both plugins, and stacks of programs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import artefacts
from .artefacts import BUILD, ROOT, ToolchainError, tools

NEWEST_TESTED = (3, 259)
LANGUAGE_HOSTS = ("pulumi-language-yaml", "pulumi-language-nodejs", "pulumi-language-python")
# Where the real plugin is installed, this names its folder: the same programs run with it against the same account.
REAL_PLUGIN = "AWS_COMPLIANCE_REAL_AWS_PLUGIN"


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
        (folder / "backend").mkdir(parents=True)
        return cls(folder, binaries)

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
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
            "PYTHONPATH": str(artefacts.python_packages()),
            "PYTHONDONTWRITEBYTECODE": "1",
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


class Stack:
    """A stack of one program, which is copied so that the work tree stays as it is."""

    def __init__(
        self,
        engine: Engine,
        program: Path,
        name: str,
        account: dict[str, str],
        sdk: Path = artefacts.SDK,
        **config: str,
    ) -> None:
        packages = {"PYTHONPATH": str(artefacts.python_packages(sdk))}
        self.engine, self.name, self.account = engine, name, account | packages
        self.folder = BUILD / "programs" / engine.folder.name / f"{program.parent.name}-{program.name}-{name}"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(program, self.folder, ignore=shutil.ignore_patterns("node_modules", "bin", "__pycache__"))
        (self.folder / "node_modules").symlink_to(artefacts.node_packages(sdk))
        module = self.folder / "go.mod"
        if module.exists():
            # The copy lies elsewhere; the SDK does not.
            text = re.sub(r"=> (\.\S+)", lambda found: f"=> {(program / found.group(1)).resolve()}", module.read_text())
            module.write_text(text)
        self.run("stack", "init", name)
        for key, value in config.items():
            self.configure(key, value)

    def run(self, *arguments, check: bool = True):
        """Run a command of the engine's on this stack."""
        stack = [] if arguments[:2] == ("stack", "init") else ["--stack", self.name]
        return self.engine.run([*arguments, *stack, "--non-interactive"], self.folder, check, **self.account)

    def configure(self, key: str, value: str) -> None:
        """Set a value of the program's configuration."""
        self.run("config", "set", key, value)

    def up(self, *arguments: str) -> Changes:
        """Deploy."""
        return Changes.of(self.run("up", "--yes", "--skip-preview", "--json", *arguments))

    def preview(self, *arguments: str) -> Changes:
        """Show what a deployment would change."""
        return Changes.of(self.run("preview", "--json", *arguments))

    def refresh(self) -> Changes:
        """Read everything back."""
        return Changes.of(self.run("refresh", "--yes", "--skip-preview", "--json"))

    def destroy(self) -> None:
        """Delete everything."""
        self.run("destroy", "--yes", "--skip-preview")

    def outputs(self) -> dict:
        """The outputs of the program."""
        return json.loads(self.run("stack", "output", "--json", "--show-secrets").stdout)

    def export(self) -> dict:
        """The state, whole."""
        return json.loads(self.run("stack", "export").stdout)

    def resources(self) -> dict[str, dict]:
        """The resources by URN."""
        return {resource["urn"]: resource for resource in self.export()["deployment"].get("resources", [])}


@dataclass
class Changes:
    """What a run did, or would do."""

    summary: dict[str, int]
    diagnostics: list[dict]
    steps: dict[str, str]
    text: str = field(repr=False)
    told: list[dict] = field(repr=False, default_factory=list)

    @classmethod
    def of(cls, done) -> Changes:
        """Read the engine's events, one a line, or its one document."""
        events = _documents(done.stdout)
        summary: dict[str, int] = {}
        diagnostics = []
        steps: dict[str, str] = {}
        for event in events:
            if "summaryEvent" in event:
                summary = event["summaryEvent"]["resourceChanges"]
            elif "changeSummary" in event:
                summary = event["changeSummary"]
                diagnostics += event.get("diagnostics", [])
                steps |= {step["urn"]: step["op"] for step in event.get("steps", [])}
            elif "resourcePreEvent" in event:
                step = event["resourcePreEvent"]["metadata"]
                steps[step["urn"]] = step["op"]
            elif "diagnosticEvent" in event:
                diagnostics.append(event["diagnosticEvent"])
        told = [entry for entry in diagnostics if entry.get("severity") in ("error", "warning")]
        return cls(summary, told, steps, done.stdout, diagnostics)

    def messages(self, urn: str) -> list[str]:
        """What was said beside a resource and stays there, in order."""
        kept = [entry for entry in self.told if entry.get("urn") == urn and not entry.get("ephemeral")]
        return [re.sub(r"<\{%.*?%\}>", "", entry["message"]).strip() for entry in kept]

    def of_severity(self, severity: str) -> list[str]:
        """Everything that was said so loudly, wherever: `info`, `info#err`, `warning`, `error`."""
        return [entry["message"] for entry in self.told if entry.get("severity", "").startswith(severity)]

    @property
    def none(self) -> bool:
        """Whether everything stays as it is."""
        return set(self.summary) <= {"same"}

    @property
    def touched(self) -> dict[str, str]:
        """What does not stay as it is: the operation by URN."""
        return {urn: operation for urn, operation in self.steps.items() if operation != "same"}


def _told(text: str) -> str:
    """What the engine said of a run that failed: of JSON, the messages alone."""
    if not text.startswith("{"):
        return text
    messages = []
    for document in _documents(text):
        messages += document.get("diagnostics", [])
        messages += [document["diagnosticEvent"]] if "diagnosticEvent" in document else []
    return "".join(entry["message"] for entry in messages if entry.get("severity") != "debug")


def _documents(text: str) -> list[dict]:
    decoder, documents, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        document, at = decoder.raw_decode(text, at)
        documents.append(document)
    return documents

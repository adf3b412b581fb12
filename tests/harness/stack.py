"""A stack of one program: its configuration, its runs, its recorded state.

Configuration and state are files, which are written and read here without a command of the engine's.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from . import artefacts, secrets
from .artefacts import BUILD
from .engine import Engine, documents

STATE_VERSION = 3
# Whose manifest an empty state needs, whatever is in it.
EMPTY_MANIFEST = {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""}


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
        self.project = yaml.safe_load((self.folder / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
        self._config = {}
        for key, value in config.items():
            self._set(key, value)
        self._write_config()
        self.import_state({"manifest": EMPTY_MANIFEST, "secrets_providers": secrets.provider(), "metadata": {}})

    def run(self, *arguments, check: bool = True):
        """Run a command of the engine's on this stack."""
        return self.engine.run(
            [*arguments, "--stack", self.name, "--non-interactive"], self.folder, check, **self.account
        )

    def configure(self, key: str, value, secret: bool = False) -> None:
        """Set a value of the stack's configuration: of the program where the key names no package."""
        self._set(key, {"secure": secrets.encrypt(value)} if secret else value)
        self._write_config()

    def _set(self, key: str, value) -> None:
        self._config[key if ":" in key else f"{self.project}:{key}"] = value

    def _write_config(self) -> None:
        text = json.dumps({**secrets.settings(), "config": self._config}, ensure_ascii=False)
        (self.folder / f"Pulumi.{self.name}.yaml").write_text(text, encoding="utf-8")

    def rename(self, name: str, project: str = "") -> None:
        """Give the stack another name, and its project where one is given."""
        former, project = self.project, project or self.project
        self.run("stack", "rename", f"organization/{project}/{name}")
        manifest = self.folder / "Pulumi.yaml"
        if project != former:
            manifest.write_text(json.dumps(yaml.safe_load(manifest.read_text(encoding="utf-8")) | {"name": project}))
            config = {re.sub(f"^{former}:", f"{project}:", key): value for key, value in self._config.items()}
            self._config = config
        self.name, self.project = name, project
        self._write_config()

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

    @property
    def _state_file(self) -> Path:
        return self.engine.backend / ".pulumi/stacks" / self.project / f"{self.name}.json"

    def import_state(self, deployment: dict) -> None:
        """Let the stack be deployed so."""
        checkpoint = {"stack": f"organization/{self.project}/{self.name}", "latest": deployment}
        self._state_file.parent.mkdir(parents=True, exist_ok=True)
        self._state_file.write_text(json.dumps({"version": STATE_VERSION, "checkpoint": checkpoint}))

    def export(self) -> dict:
        """The state, whole."""
        state = json.loads(self._state_file.read_text())
        return {"version": state["version"], "deployment": state["checkpoint"]["latest"]}

    def resources(self) -> dict[str, dict]:
        """The resources by URN."""
        return {resource["urn"]: resource for resource in self.export()["deployment"].get("resources", [])}

    def outputs(self) -> dict:
        """The outputs of the program, secrets in the clear."""
        stacks = [entry for entry in self.resources().values() if entry["type"] == "pulumi:pulumi:Stack"]
        return secrets.shown(stacks[0].get("outputs", {})) if stacks else {}


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
        events = documents(done.stdout)
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

"""Write `docs/changes.md`: what changing each input of each component does to each child, and changing it back.

The children are those that the component registers with the inputs before and after (`record_children`); what a changed
property does is asked of the stand-in for the `aws` provider, whose replaced properties are the real provider's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/changes.md"
sys.path[:0] = [str(ROOT / "tests/sandbox"), str(ROOT / "tests")]

from aws_plugin.plugin import Plugin  # noqa: E402
from harness import artefacts  # noqa: E402

# What holds data that nothing makes anew.
DATA = {
    "aws:cfg/recorder:Recorder",
    "aws:dynamodb/table:Table",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
    "aws:sns/topic:Topic",
}
# Children that are said by name; of more, their number.
NAMED = 6


@dataclass
class Effect:
    """What a change does, by logical name without the component's."""

    create: list[str] = field(default_factory=list)
    update: list[str] = field(default_factory=list)
    replace: list[str] = field(default_factory=list)
    delete: list[str] = field(default_factory=list)
    retain: list[str] = field(default_factory=list)
    # Those of them that hold data and are taken away.
    lost: list[str] = field(default_factory=list)


WHOLE = "ComplianceMonitoring"


def changes() -> list[dict]:
    """The reviewed list: an input of the whole, and the inputs before and after."""
    return json.loads((ROOT / "tools/changes.json").read_text())


def changes_of_parts() -> list[dict]:
    """The same of each part that is used alone: as those of the whole where it has the input, and else as listed."""
    listed = json.loads((ROOT / "tools/changes_of_parts.json").read_text())
    found = []
    for part in parts():
        given, takes = listed["required"].get(part, {}), inputs(part)
        # The whole calls the settings of a part by the part.
        settings = listed["settings"].get(part)

        def of_part(values: dict, given: dict = given, takes: dict = takes, settings: str = settings) -> dict:
            renamed = {"settings" if name == settings else name: value for name, value in values.items()}
            return given | {name: value for name, value in renamed.items() if name in takes}

        for each in changes():
            first, *rest = each["input"].split(".")
            name = ".".join(["settings" if first == settings else first, *rest])
            if name.split(".")[0] in takes:
                sides = {side: of_part(each.get(side, {})) for side in ("from", "to")}
                said = {"note": each["note"]} if "note" in each else {}
                said |= {"refused": True} if name in listed["refused"].get(part, []) else {}
                found.append({"part": part, "input": name, **said, **sides})
        own = [each for each in listed["changes"] if each["part"] == part]
        found += [each | {side: given | each.get(side, {}) for side in ("from", "to")} for each in own]
    return found


def inputs(component: str) -> dict:
    """What a component takes."""
    return artefacts.schema()["resources"][f"aws-compliance:index:{component}"]["inputProperties"]


def parts() -> list[str]:
    """Every component but the whole."""
    named = (token.split(":")[-1] for token in artefacts.schema()["resources"])
    return sorted(name for name in named if name != WHOLE)


def recorded(many: list) -> list[dict[str, dict]]:
    """The children with each of the inputs, by name; inputs of a part are a pair with its name."""
    environment = {**os.environ, "AWS_COMPLIANCE_LOOKUP": "off"}
    command = [artefacts.program("record_children", "example"), json.dumps(many)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        # It has said which inputs it refuses; the command has all of them.
        raise SystemExit(done.returncode)
    return [{child["name"]: child for child in children} for children in json.loads(done.stdout)]


def effect(before: dict[str, dict], after: dict[str, dict]) -> Effect:
    """Compare what the engine would compare: by name, old inputs with new ones."""
    plugin, found = Plugin(), Effect()
    # Where a resource is, is the provider's to say and the same before and after.
    plugin.configure({"region": "eu-west-1"})
    for name in sorted({*before, *after}):
        short = name.removeprefix("audit-")
        old, new = before.get(name), after.get(name)
        if old is None:
            found.create.append(short)
            continue
        if new is not None and old["type"] == new["type"]:
            inputs = old["inputs"]
            difference = plugin.diff(old["type"], inputs, new["inputs"], {"tagsAll": new["inputs"].get("tags")}, [])
            if not difference.changed:
                continue
            if not difference.replaces:
                found.update.append(short)
                continue
            found.replace.append(short)
        kept = old["options"]["retainOnDelete"] or old["options"]["protect"]
        if new is None:
            (found.retain if kept else found.delete).append(short)
        if old["type"] in DATA and not kept:
            found.lost.append(short)
    return found


def effects() -> list[tuple[dict, Effect, Effect]]:
    """Each change with what it does, and what its way back does: those of the whole, then those of parts."""
    listed = [*changes(), *changes_of_parts()]
    many = [[each.get("part", WHOLE), each.get(which, {})] for each in listed for which in ("from", "to")]
    children = recorded(many)
    pairs = zip(listed, children[::2], children[1::2], strict=True)
    return [(each, effect(before, after), effect(after, before)) for each, before, after in pairs]


def names(of: list[str]) -> str:
    """Names, or how many."""
    return str(len(of)) if len(of) > NAMED else ", ".join(f"`{name}`" for name in of)


def row(name: str, found: Effect) -> str:
    """A line of the table."""
    cells = [name, *(names(each) for each in (found.update, found.create, found.replace, found.delete, found.retain))]
    return f"| {' | '.join(cells)} |\n"


ALONE = """
## Parts that are used alone

Inputs that must be given are changed from one value to another. What is **refused** would replace the topic of
`Alerts`, the table of `Functions` or the recorder of `Recorder`. A report bucket that is replaced stays in the
account; where `reports.onDestroy` would delete it, that is refused unless `reports.allowReplacement` is set.
"""
HEAD = """| input | updated | created | replaced | deleted | retained |
| --- | --- | --- | --- | --- | --- |
"""


def rows(of: list[tuple[dict, Effect, Effect]]) -> str:
    """Two lines for each change."""
    found = HEAD
    for each, there, back in of:
        name = f"`{each['input']}`" + (f" ({each['note']})" if "note" in each else "")
        refused = ", **refused**" if each.get("refused") else ""
        found += row(f"{name}{refused}", there) + row("back", back)
    return found


def text() -> str:
    """The page."""
    found = effects()
    page = """# What a changed input does

For every input of `ComplianceMonitoring` and of each of its parts: what happens to its resources when it is changed
from its default to another value, and when it is changed back. Generated by `make changes` from the children that the
component registers and from the properties whose change makes the `aws` provider replace a resource. More than six
resources are given as a number.

The report bucket, the KMS key, the ledger's table, the topic and the configuration recorder are never replaced or
deleted by a change of inputs, with these exceptions: what is **refused** at preview unless
`reports.allowReplacement` is set, which retains the bucket; the key that is *retained* when `kmsKeyArn` is set; and a
recorder that `recorder.mode` takes out of the deployment.

"""
    page += rows([each for each in found if "part" not in each[0]])
    page += ALONE
    for part in parts():
        page += f"\n### {part}\n\n" + rows([each for each in found if each[0].get("part") == part])
    return page


if __name__ == "__main__":
    PAGE.write_text(text())
    print(f"{PAGE.relative_to(ROOT)}: written")

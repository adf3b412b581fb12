"""Generated files are what their generators make today; a failure names the command that mends it."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import generate
from harness.artefacts import ROOT, tools

sys.path.append(str(ROOT / "tools"))


def compare(committed: Path, fresh: Path, command: str) -> None:
    """Both folders hold the same files with the same bytes."""
    ignored = ("__pycache__", "node_modules")
    listings = []
    for folder in (committed, fresh):
        files = (path for path in folder.rglob("*") if path.is_file() and not set(ignored) & set(path.parts))
        listings.append({path.relative_to(folder): path.read_bytes() for path in files})
    before, after = listings
    differing = sorted(str(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    assert not differing, f"{committed.relative_to(ROOT)} differs in {differing}; run `{command}`"


@pytest.mark.parametrize("package", generate.PACKAGES, ids=lambda folder: folder.name)
def test_the_sdks_are_what_the_schema_gives(package, tmp_path):
    generate.sdk_of(package, tmp_path)
    for language in ("nodejs", "python", "go", *(("dotnet",) if package == ROOT else ())):
        compare(package / "sdk" / language, tmp_path / language, "make sdk")


@pytest.mark.parametrize("package", generate.PACKAGES, ids=lambda folder: folder.name)
def test_the_schema_is_what_the_structs_give(package):
    fresh = generate.schema_text(generate.PACKAGES[package])
    assert fresh == (package / "schema.json").read_bytes(), "schema.json differs; run `make schema`"


def test_the_aws_types_are_what_the_npm_package_says():
    committed = (ROOT / "provider/aws-resources/aws-types.json").read_bytes()
    assert generate.aws_types_text() == committed, "aws-types.json differs; run `make aws-types`"


def test_the_typed_resources_are_what_the_aws_types_give(tmp_path):
    crate = tmp_path / "provider/aws-resources"
    crate.mkdir(parents=True)
    shutil.copy(ROOT / "provider/aws-resources/aws-types.json", crate)
    shutil.copy(ROOT / "rustfmt.toml", tmp_path)
    generate.xtask("resources", tmp_path)
    generated = "provider/aws-resources/src/generated"
    compare(ROOT / generated, tmp_path / generated, "make resources")


def test_the_list_of_what_the_crate_exports_is_current(tmp_path):
    for crate in ("pulumi-component", "property-path"):
        shutil.copytree(ROOT / "provider" / crate / "src", tmp_path / "provider" / crate / "src")
    generate.xtask("api", tmp_path)
    listed = "provider/pulumi-component/api.txt"
    assert (ROOT / listed).read_text() == (tmp_path / listed).read_text(), f"{listed} differs; run `make api`"


def test_the_deployers_policies_are_what_the_children_need():
    policies = importlib.import_module("deployer_policy")
    for name, text in policies.texts().items():
        assert (ROOT / "docs" / name).read_text() == text, f"docs/{name} differs; run `make deployer-policy`"


def test_a_child_that_the_table_does_not_know_is_told():
    policies = importlib.import_module("deployer_policy")
    with pytest.raises(ValueError, match=r"tools/deployer/actions.toml says nothing of aws:sqs/other:Other"):
        policies.needs({"aws:sqs/other:Other"}, policies.table())


def test_the_protocol_is_what_the_descriptors_give(tmp_path):
    out = tmp_path / "provider/pulumi-component/src/protocol"
    out.mkdir(parents=True)
    descriptors = tmp_path / "pulumi.binpb"
    descriptors.write_bytes(generate.output([tools.python(), ROOT / "tools/xtask/descriptors.py"]))
    generate.xtask("protocol", descriptors, tmp_path)
    shutil.copy(ROOT / "provider/pulumi-component/src/protocol/mod.rs", out)
    compare(ROOT / "provider/pulumi-component/src/protocol", out, "make protocol")


def test_the_guide_holds_the_example():
    done = subprocess.run([tools.python(), ROOT / "tools/guide.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_guide_is_short_and_says_first_what_the_crate_does_not_do():
    guide = (ROOT / "provider/pulumi-component/README.md").read_text().splitlines()
    assert "does not implement custom resources" in guide[0] and len(guide) <= 250
    begins = next(number for number, line in enumerate(guide) if line.startswith("/// Inputs of"))
    assert guide.index("fn main() -> ExitCode {") - begins - 1 < 30, "the component with its inputs and outputs"


def test_the_template_of_a_component_is_the_example_that_is_deployed():
    template = importlib.import_module("template")
    for name, text in template.files().items():
        path = template.TEMPLATE / name
        assert path.read_text() == text, f"{path.relative_to(ROOT)} differs; run `make guide`"
        assert template.NAME not in text
        if source := template.FILES.get(name):
            example = (template.EXAMPLE / source).read_text()
            filled = template.filled(text, template.NAME)
            # The crates are of the registry, and not beside it.
            assert [line for line in filled.splitlines() if "version = " not in line] == [
                line for line in example.splitlines() if "version = " not in line and "path = " not in line
            ]

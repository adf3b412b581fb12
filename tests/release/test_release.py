"""What a release publishes: complete metadata, archives that can be reproduced, sums that hold."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tomllib
import zipfile

import pytest

from harness import archives, artefacts, release
from harness.artefacts import BUILD, PLUGIN, ROOT

METADATA = (
    "description",
    "displayName",
    "homepage",
    "keywords",
    "license",
    "logoUrl",
    "namespace",
    "pluginDownloadURL",
    "publisher",
    "repository",
)


def test_schema_has_all_metadata_of_a_registry():
    schema = artefacts.schema()
    assert [name for name in METADATA if not schema.get(name)] == []
    assert {"category/monitoring", "kind/component"} <= set(schema["keywords"])
    assert schema["language"].keys() == {"csharp", "go", "java", "nodejs", "python"}
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]
    assert {name: schema[name] for name in ("version", "license", "homepage", "repository")} == {
        name: workspace[name] for name in ("version", "license", "homepage", "repository")
    }


def test_logo_is_in_the_repository_at_the_path_of_its_url():
    path = artefacts.schema()["logoUrl"].split("/main/")[1]
    assert (ROOT / path).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("language", ["nodejs", "python"])
def test_sdk_names_where_its_plugin_is_downloaded(language):
    files = {
        "nodejs": ROOT / "sdk/nodejs/package.json",
        "python": next((ROOT / "sdk/python").glob("*/pulumi-plugin.json")),
    }
    document = json.loads(files[language].read_text())
    plugin = document.get("pulumi", document)
    assert plugin["server"] == artefacts.schema()["pluginDownloadURL"]
    assert plugin["version"] == artefacts.schema()["version"]


@pytest.mark.parametrize("name", release.PLATFORMS)
def test_plugin_archive_has_the_program_and_the_license(name):
    each = release.PLATFORMS[name]
    assert each.archive == f"{PLUGIN}-v{artefacts.schema()['version']}-{name}.tar.gz"
    archive = release.packed(each, b"program")
    assert archives.members(archive) == {
        f"{PLUGIN}{each.suffix}": b"program",
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
    }


def test_programs_in_an_archive_are_executable(tmp_path):
    (tmp_path / "plugin.tar.gz").write_bytes(release.packed(release.PLATFORMS["linux-amd64"], b"program"))
    subprocess.run(["tar", "-xzf", "plugin.tar.gz"], cwd=tmp_path, check=True)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path.suffix != ".gz"}
    assert modes == {PLUGIN: 0o755, "LICENSE": 0o644}


@pytest.fixture(scope="module")
def two_folders():
    """The SDKs twice: in another folder, and with the times of another checkout."""
    folder = BUILD / f"release-folders-{os.getpid()}"
    copies = []
    for name, seconds in (("one", 1_700_000_000), ("other", 1_600_000_000)):
        copy = folder / name / "sdk"
        shutil.copytree(ROOT / "sdk", copy, ignore=shutil.ignore_patterns("__pycache__"))
        for path in copy.rglob("*"):
            os.utime(path, (seconds, seconds))
        copies.append(copy)
    yield copies
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(lambda sdk: artefacts.npm_tarball(sdk).read_bytes(), id="npm tarball"),
        pytest.param(lambda sdk: artefacts.wheel(sdk).read_bytes(), id="wheel"),
        pytest.param(lambda sdk: release.source_distribution(sdk)[1], id="source distribution"),
        pytest.param(release.go_module, id="Go module"),
    ],
)
def test_package_has_the_same_bytes_from_two_folders(two_folders, package):
    one, other = map(package, two_folders)
    assert one == other


def test_source_distribution_has_what_the_wheel_is_built_from():
    name, content = release.source_distribution()
    version = artefacts.schema()["version"]
    assert name == f"pulumi_aws_compliance-{version}.tar.gz"
    names = archives.members(content).keys()
    prefix = f"pulumi_aws_compliance-{version}/"
    assert {
        f"{prefix}README.md",
        f"{prefix}pyproject.toml",
        f"{prefix}pulumi_aws_compliance/pulumi-plugin.json",
    } <= names


def test_go_module_is_what_a_proxy_serves():
    prefix = f"{release.GO_MODULE}@v{artefacts.schema()['version']}/"
    first = (ROOT / "sdk/go.mod").read_text().splitlines()[0]
    assert first == f"module {release.GO_MODULE}"
    listed = zipfile.ZipFile(io.BytesIO(release.go_module())).namelist()
    assert all(name.startswith(prefix) for name in listed)
    assert {f"{prefix}go.mod", f"{prefix}LICENSE", f"{prefix}README.md"} <= set(listed)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A release folder of its own."""
    monkeypatch.setattr(release, "RELEASE", tmp_path / "release")
    return tmp_path / "release"


def test_sums_are_what_sha256sum_checks(folder):
    release.write("b.tar.gz", b"two")
    release.write("a.tar.gz", b"one")
    release.sums()
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)
    (folder / "a.tar.gz").write_bytes(b"changed")
    changed = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert changed.returncode == 1


def test_archive_over_the_size_limit_is_rejected(folder, monkeypatch):
    monkeypatch.setattr(release, "SIZE_LIMIT", 2)
    release.write("large.tar.gz", b"one")
    with pytest.raises(artefacts.ToolchainError, match=r"large\.tar\.gz: more than 2 bytes"):
        release.sums()


def test_unknown_platform_names_the_known_ones(monkeypatch):
    monkeypatch.setenv("PLATFORM", "linux-x86")
    with pytest.raises(artefacts.ToolchainError, match="PLATFORM is `linux-x86`, expected one of linux-amd64"):
        release.chosen()


def test_missing_standard_library_names_the_command_that_installs_it():
    missing = release.Platform("linux-riscv64", "riscv64gc-unknown-linux-gnu")
    assert "rustup target add riscv64gc-unknown-linux-gnu" in missing.unavailable


def test_bill_of_materials_has_no_folder_time_or_serial_number():
    document = {
        "serialNumber": "urn:uuid:1",
        "metadata": {"timestamp": "2026-11-30", "component": {"bom-ref": f"path+file://{ROOT}/provider#1"}},
    }
    assert release.normal(document) == {"metadata": {"component": {"bom-ref": "path+file:///source/provider#1"}}}

"""What the release workflow asks other programs for; each is replaced by one that writes down its arguments."""

from __future__ import annotations

import os

import pytest

from harness import artefacts, publish
from harness.artefacts import ToolchainError

VERSION = artefacts.schema()["version"]


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """`asked()`: the commands that were run, each a line; a release folder with a file of each kind."""
    programs, log = tmp_path / "bin", tmp_path / "log"
    programs.mkdir()
    for name in ("gh", "git", "npm", "pulumi", "dotnet", "gradle"):
        # Nothing is published until the test says so.
        query = f'case "$*" in "release view "*|"ls-remote "*|"view "*) test -e {tmp_path}/published; exit;; esac'
        (programs / name).write_text(f'#!/bin/sh\n{query}\necho "{name} $*" >> {log}\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    released = tmp_path / "dist/release"
    released.mkdir(parents=True)
    for name in (
        f"pulumi-aws-compliance-{VERSION}.tgz",
        f"pulumi_aws_compliance-{VERSION}.tar.gz",
        "a.whl",
        "SHA256SUMS",
    ):
        (released / name).write_text(name)
    (released / "tags.txt").write_text("")
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    monkeypatch.setattr(publish, "RELEASE", released)
    monkeypatch.setattr(publish, "PYPI", tmp_path / "dist/pypi")
    monkeypatch.setattr(publish, "SDK", tmp_path / "dist/sdk")
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## [{VERSION}] - 2026-12-01\n\n### Added\n\n- All.\n")
    return lambda: [line.replace(f"{tmp_path}/", "") for line in log.read_text().splitlines()]


def test_github_release_has_every_file_and_the_notes_of_its_version(asked, monkeypatch, tmp_path):
    monkeypatch.setenv("TAG", f"v{VERSION}")
    assert publish.main(["github"]) == 0
    (command,) = asked()
    options = f"--verify-tag --title v{VERSION} --notes-file dist/notes.md"
    assert command.startswith(f"gh release create v{VERSION} {options} dist/release/SHA256SUMS ")
    assert f"dist/release/pulumi-aws-compliance-{VERSION}.tgz" in command
    assert "tags.txt" not in command
    assert (tmp_path / "dist/notes.md").read_text() == "### Added\n\n- All.\n"


@pytest.mark.parametrize("step", ["github", "go"])
def test_tag_of_another_version_is_rejected(asked, monkeypatch, capsys, step):
    monkeypatch.setenv("TAG", "v9.9.9")
    assert publish.main([step]) == 1
    assert f"TAG is `v9.9.9`, expected `v{VERSION}`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changelog", "reason"),
    [
        ("# Changelog\n", "no section"),
        ("## [1.2.3] - unreleased\n\n- All.\n", "no date, but `unreleased`"),
    ],
)
def test_version_without_a_dated_section_is_rejected(changelog, reason):
    with pytest.raises(ToolchainError, match=reason):
        publish.notes(changelog, "1.2.3")


def test_notes_end_at_the_next_version():
    assert (
        publish.notes("## [2.0.0] - 2026-12-01\n\n- New.\n\n## [1.0.0] - 2026-11-01\n\n- Old.\n", "2.0.0") == "- New.\n"
    )


def test_what_an_earlier_try_published_is_left_or_completed(asked, monkeypatch, tmp_path):
    monkeypatch.setenv("TAG", f"v{VERSION}")
    (tmp_path / "published").touch()
    assert [publish.main([step]) for step in ("github", "go", "npm")] == [0, 0, 0]
    (command,) = asked()
    assert command.startswith(f"gh release upload v{VERSION} --clobber dist/release/SHA256SUMS ")


def test_go_module_gets_a_tag_of_its_own(asked, monkeypatch):
    monkeypatch.setenv("TAG", f"v{VERSION}")
    assert publish.main(["go"]) == 0
    assert asked() == [f"git tag --force sdk/v{VERSION}", f"git push origin sdk/v{VERSION}"]


def test_npm_package_is_published_with_provenance(asked):
    assert publish.main(["npm"]) == 0
    assert asked() == [
        f"npm publish dist/release/pulumi-aws-compliance-{VERSION}.tgz --provenance --access public",
    ]


def test_wheel_and_source_distribution_are_collected_for_pypi(asked, tmp_path):
    assert publish.main(["pypi"]) == 0
    assert sorted(path.name for path in (tmp_path / "dist/pypi").iterdir()) == [
        "a.whl",
        f"pulumi_aws_compliance-{VERSION}.tar.gz",
    ]


def test_second_package_of_a_kind_is_rejected(asked, capsys, tmp_path):
    (tmp_path / "dist/release/b.whl").write_text("")
    assert publish.main(["pypi"]) == 1
    assert "has 2 files *.whl, expected one" in capsys.readouterr().err


def test_committed_dotnet_sdk_is_compiled(asked, monkeypatch, tmp_path):
    monkeypatch.setenv("LANGUAGE", "dotnet")
    (tmp_path / "sdk/dotnet").mkdir(parents=True)
    (tmp_path / "sdk/dotnet/a.csproj").write_text("")
    assert publish.main(["sdk"]) == 0
    assert asked() == ["dotnet pack --configuration Release"]
    assert (tmp_path / "dist/sdk/dotnet/a.csproj").exists()


def test_java_sdk_is_generated_and_compiled(asked, monkeypatch, tmp_path):
    monkeypatch.setenv("LANGUAGE", "java")
    # The generator that is replaced makes no folder.
    monkeypatch.setattr(publish.shutil, "rmtree", lambda path, **_: (path / "java").mkdir(parents=True))
    assert publish.main(["sdk"]) == 0
    assert asked() == [
        "pulumi package gen-sdk schema.json --language java --out dist/sdk",
        "gradle build --no-daemon",
    ]

"""Clones share cargo's target folder, and none takes what another one built of the workspace for its own."""

from __future__ import annotations

import time

import pytest

from harness.artefacts import ROOT, cache, tools


@pytest.fixture
def cleaned(tmp_path, monkeypatch) -> list[list]:
    """The runs of `cargo clean`, in a cache of the test's own."""
    runs: list[list] = []
    monkeypatch.setenv("AWS_COMPLIANCE_CACHE", str(tmp_path))
    monkeypatch.delenv("CARGO_TARGET_DIR", raising=False)
    monkeypatch.setattr(tools, "run", lambda command, **_environment: runs.append(command))
    return runs


def claim(monkeypatch, root) -> None:
    """Ask for the target folder from a clone."""
    monkeypatch.setattr(tools, "ROOT", root)
    tools.cargo_target.__wrapped__()


def test_a_clone_that_builds_alone_cleans_nothing(cleaned, monkeypatch):
    claim(monkeypatch, ROOT)
    claim(monkeypatch, ROOT)
    assert cleaned == []


def test_another_clone_cleans_the_crates_of_the_workspace_in_every_profile(cleaned, monkeypatch, tmp_path):
    claim(monkeypatch, ROOT)
    claim(monkeypatch, tmp_path / "another")
    assert [run[:4] for run in cleaned] == [["cargo", "clean", "--quiet", "--workspace"]] * 3
    assert [run[4:] for run in cleaned] == [[], ["--release"], ["--release", "--target", tools.PACKAGE_TARGET]]
    claim(monkeypatch, tmp_path / "another")
    assert len(cleaned) == 3
    claim(monkeypatch, ROOT)
    assert len(cleaned) == 6


def test_a_folder_of_an_unknown_clone_is_cleaned(cleaned, monkeypatch, tmp_path):
    (tmp_path / "target").mkdir()
    claim(monkeypatch, ROOT)
    assert len(cleaned) == 3


def test_journey_21_a_build_that_takes_long_says_what_is_built_and_that_it_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(cache, "AT_ONCE_SECONDS", 0.01)
    monkeypatch.setattr(cache, "STILL_SECONDS", 0.05)
    said = ""
    with cache.timed("the plugin"):
        until = time.monotonic() + 20
        while "still building" not in said and time.monotonic() < until:
            said += capsys.readouterr().err
    said += capsys.readouterr().err
    lines = said.splitlines()
    assert lines[0] == "building the plugin"
    assert lines[1].startswith("still building the plugin, ")
    assert lines[-1].startswith("built the plugin in ")


def test_journey_21_what_is_ready_at_once_says_nothing(monkeypatch, capsys):
    monkeypatch.setattr(cache, "AT_ONCE_SECONDS", 60)
    with cache.timed("the plugin"):
        pass
    assert capsys.readouterr().err == ""

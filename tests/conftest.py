"""How tests are spread over the workers of pytest-xdist: those that share a deployment stay together."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put each test into the group of what it shares with others; one that shares nothing is a group of its own."""
    for item in items:
        group = _group(item)
        if group and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(group))


def _group(item: pytest.Item) -> str | None:
    """The module, and the parameters of what it makes once for all of its tests; a deployment of the session."""
    definitions = getattr(item, "_fixtureinfo", None)
    if definitions is None:
        return None
    scopes = {name: found[-1].scope for name, found in definitions.name2fixturedefs.items() if found}
    if "monitor" in scopes:
        return "monitor"
    shared = [name for name, scope in scopes.items() if scope in ("module", "class", "package")]
    if not shared:
        return None
    parameters = getattr(item, "callspec", None)
    given = parameters.params if parameters else {}
    chosen = [str(given[name]) for name in sorted(shared) if name in given and isinstance(given[name], str)]
    return "-".join([item.nodeid.split("::")[0], *chosen])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a failure at once, and not only when everything has ended."""
    if report.failed and not hasattr(report, "workerinput") and not os.environ.get("PYTEST_XDIST_WORKER"):
        print(f"\nfailed: {report.nodeid.split('@')[0]} ({report.when})", flush=True)

"""What is printed and recorded while the tests run."""

from __future__ import annotations

import json
import os

import pytest

from harness.counting import RECORD


class Reports:
    """Records each report at once, so that a run that is killed is counted as far as it came."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record each phase of a test, and name a failure when it happens."""
        self.record(report.nodeid, report.when, report.outcome, report.duration)
        if report.failed:
            print(f"\nfailed: {report.nodeid} ({report.when})", flush=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a file that could not be collected."""
        if report.failed:
            self.record(report.nodeid, "collect", report.outcome, 0.0)

    def record(self, nodeid: str, when: str, outcome: str, duration: float) -> None:
        """Append one line."""
        if path := os.environ.get(RECORD):
            with open(path, "a") as record:
                line = {"nodeid": nodeid, "when": when, "outcome": outcome, "duration": duration}
                record.write(json.dumps(line) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    """Workers of xdist report to the process that started them."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reports())

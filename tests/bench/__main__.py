"""Measure, print, and write docs/benchmarks.md."""

import os
import sys

from harness.artefacts import ROOT, ToolchainError

from . import functions, measure, opening, plugin, report


def main() -> int:
    """Builds come first, so that none disturbs what is measured."""
    try:
        load = os.getloadavg()[0]
        measured = measure.every_peer()
        floor = measure.floor()
        ceiling = measure.ceiling()
        product = plugin.rows(floor)
        lambdas = functions.measure()
        opened = opening.measure()
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    limit = floor + measure.CHAIN * report.DELAY_MS
    printed = report.tables(measured, limit, ceiling, product, lambdas, opened)
    print(printed)
    page = ROOT / "docs/benchmarks.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(report.document(printed, load, measure.versions()))
    print(f"written to {page.relative_to(ROOT)}")
    return 0


sys.exit(main())

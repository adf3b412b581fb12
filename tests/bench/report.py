"""What was measured as tables of Markdown, the same on the terminal and in docs/benchmarks.md."""

from __future__ import annotations

import datetime
import os
import platform
import re
from collections.abc import Callable
from pathlib import Path

from . import functions, opening, peers
from .measure import CHAIN, CHILDREN, LATER, MANY, MANY_ROUNDS, ROUNDS, Measured
from .plugin import RUNS, Row

# The page around the tables.
ABOUT = Path(__file__).parent / "about.md"

OURS, GO = "Rust", "Go"
DELAY_MS = 20
# What the project asks of the crate. Growth may be a quarter above proportion: medians of three runs differ by as much.
CHAIN_RATIO, MEMORY_RATIO, GROWTH = 1.15, 0.5, 1.25


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table whose columns also stand in line on a terminal."""
    widths = [max(len(line[column]) for line in [header, *rows]) for column in range(len(header))]

    def line(cells: list[str]) -> str:
        first, *others = (
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "| " + " | ".join([first, *others]) + " |"

    rule = "|" + "|".join("-" * (width + 1) + ("-" if not column else ":") for column, width in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)]) + "\n"


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def beside(what: str, measured: dict[str, Measured], unit: str, value: Callable[[Measured], float]) -> list[str]:
    """A row: ours, then each peer with how many times ours it is."""
    values = {language: value(result) for language, result in measured.items()}
    ours = values.pop(OURS)
    others = [f"{number(other)} {unit} ({number(other / max(ours, 0.001))}x)" for other in values.values()]
    return [what, f"{number(ours)} {unit}", *others]


def small_table(measured: dict[str, Measured], limit: float) -> str:
    """The component of usual size, for each delay."""
    rows = []
    for delay in measured[OURS].small:
        rows += [
            beside(f"{delay} ms a call: start to port", measured, "ms", lambda m, d=delay: m.small[d].to_port),
            beside("first Construct", measured, "ms", lambda m, d=delay: m.small[d].first),
            beside("start and first Construct", measured, "ms", lambda m, d=delay: m.small[d].start_and_first),
            beside("later Constructs", measured, "ms", lambda m, d=delay: m.small[d].later),
            beside("peak memory", measured, "MiB", lambda m, d=delay: m.small[d].peak),
        ]
    at_limit = [f"{number(m.small[DELAY_MS].start_and_first / limit)}x" for m in measured.values()]
    rows.append([f"start and first Construct beside the limit of {limit:.1f} ms", *at_limit])
    rows.append(["calls of a Construct beside registrations", *(str(m.further_calls) for m in measured.values())])
    return table([f"{CHILDREN} children", *measured], rows)


def many_table(measured: dict[str, Measured]) -> str:
    """The component with many children."""
    rows = []
    for count in MANY:
        rows += [
            beside(f"{count:,} children: one Construct", measured, "s", lambda m, c=count: m.many[c].seconds),
            beside("busy", measured, "s", lambda m, c=count: m.many[c].busy),
            beside("peak memory", measured, "MiB", lambda m, c=count: m.many[c].peak),
        ]
    rows.append(["time per child, growth", *(f"{growth_of_time(m):.2f}" for m in measured.values())])
    rows.append(["memory per child, growth", *(f"{growth_of_memory(m):.2f}" for m in measured.values())])
    return table(["Calls of 0 ms", *measured], rows)


def growth_of_time(measured: Measured) -> float:
    """How much longer a child takes among many than among few; 1 is linear."""
    few, many = MANY
    return (measured.many[many].seconds / many) / (measured.many[few].seconds / few)


def growth_of_memory(measured: Measured) -> float:
    """The same of memory, beyond what the usual number of children takes."""
    base = measured.small[0].peak
    few, many = ((measured.many[count].peak - base) / (count - CHILDREN) for count in MANY)
    return many / max(few, 0.001)


def goals_table(measured: dict[str, Measured], limit: float) -> str:
    """What the project asks of the crate, and whether it was met this time."""
    ours, go = measured[OURS], measured[GO]
    many = MANY[-1]
    goals = [
        (
            f"start and first Construct at {DELAY_MS} ms beside the physical limit",
            ours.small[DELAY_MS].start_and_first / limit,
            CHAIN_RATIO,
        ),
        (
            f"peak memory beside Go's, {CHILDREN} children",
            ours.small[DELAY_MS].peak / go.small[DELAY_MS].peak,
            MEMORY_RATIO,
        ),
        (f"peak memory beside Go's, {many:,} children", ours.many[many].peak / go.many[many].peak, MEMORY_RATIO),
        (f"time per child, {many:,} beside {MANY[0]:,}", growth_of_time(ours), GROWTH),
        (f"memory per child, {many:,} beside {MANY[0]:,}", growth_of_memory(ours), GROWTH),
    ]
    rows = [[what, f"{got:.2f}", f"{most:.2f}", "yes" if got <= most else "**no**"] for what, got, most in goals]
    return table(["Goal", "measured", "at most", "met"], rows)


def product_table(rows: list[Row]) -> str:
    """The product's plugin beside its limits."""
    cells = [[row.what, row.measured, row.limit, f"{row.ratio:.2f}"] for row in rows]
    return table(["`pulumi-resource-aws-compliance`", "measured", "limit", "ratio"], cells)


def functions_table(measured: functions.Functions, opened: opening.Opened) -> str:
    """The functions beside the one in Node.js, a million evaluations, the package."""
    ours, node, package = measured.ours, measured.node, measured.package
    shorter, less = node.ms / ours.ms, node.peak_mib / ours.peak_mib
    glibc = ".".join(map(str, package.glibc))
    goals = [
        (
            "start to first answer",
            f"{number(ours.ms)} ms",
            f"at most {functions.START_MS:.0f} ms",
            ours.ms <= functions.START_MS,
        ),
        (
            f"Node.js beside it, {number(node.ms)} ms",
            f"{number(shorter)}x",
            f"at least {functions.TIMES_SHORTER}x",
            shorter >= functions.TIMES_SHORTER,
        ),
        (
            "memory at the first answer",
            f"{number(ours.peak_mib)} MiB",
            f"at most {functions.MEMORY_MIB:.0f} MiB",
            ours.peak_mib <= functions.MEMORY_MIB,
        ),
        (
            f"Node.js beside it, {number(node.peak_mib)} MiB",
            f"{number(less)}x",
            f"at least {functions.TIMES_LESS_MEMORY}x",
            less >= functions.TIMES_LESS_MEMORY,
        ),
        (
            "one million evaluations to report and Parquet",
            f"{number(measured.million_seconds)} s",
            f"at most {functions.MILLION_SECONDS:.0f} s",
            measured.million_seconds <= functions.MILLION_SECONDS,
        ),
        (
            "memory of that",
            f"{number(measured.million_mib)} MiB",
            f"at most {functions.MILLION_MIB:.0f} MiB",
            measured.million_mib <= functions.MILLION_MIB,
        ),
        (
            "100,000 findings among a million evaluations",
            f"{number(measured.many_seconds)} s",
            f"at most {functions.MANY_SECONDS:g} s",
            measured.many_seconds <= functions.MANY_SECONDS,
        ),
        (
            "memory of that",
            f"{number(measured.many_mib)} MiB",
            f"at most {functions.MANY_MIB:g} MiB",
            measured.many_mib <= functions.MANY_MIB,
        ),
        (
            "plans of 10,000 findings",
            f"{number(measured.plans_seconds)} s",
            f"at most {functions.PLANS_SECONDS:.0f} s",
            measured.plans_seconds <= functions.PLANS_SECONDS,
        ),
        (
            "memory of that",
            f"{number(measured.plans_mib)} MiB",
            f"at most {functions.PLANS_MIB:.0f} MiB",
            measured.plans_mib <= functions.PLANS_MIB,
        ),
        (
            f"opening a report of {opening.FINDINGS:,} findings in Chromium",
            f"{number(opened.open_seconds)} s",
            f"at most {opening.OPEN_SECONDS:g} s",
            opened.open_seconds <= opening.OPEN_SECONDS,
        ),
        (
            "a search in its page",
            f"{number(opened.search_seconds)} s",
            f"at most {opening.OPEN_SECONDS:g} s",
            opened.search_seconds <= opening.OPEN_SECONDS,
        ),
        (
            "package",
            f"{package.size / 1e6:.2f} MB",
            f"at most {functions.PACKAGE_BYTES / 1e6:.0f} MB",
            package.size <= functions.PACKAGE_BYTES,
        ),
        ("newest glibc symbol", glibc, "at most 2.34", package.glibc <= functions.GLIBC),
    ]
    rows = [[what, got, limit, "yes" if met else "**no**"] for what, got, limit, met in goals]
    return table(["The functions", "measured", "asked", "met"], rows)


def machine() -> list[str]:
    """What the numbers belong to."""
    processor = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024**2
    name = processor[1] if processor else platform.machine()
    return [
        f"{os.cpu_count()} processors ({name}), {memory:.0f} GiB of memory, {platform.system()} {platform.release()}",
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, load of the machine before it began: {{load:.2f}}",
    ]


def tables(
    measured: dict[str, Measured],
    limit: float,
    ceiling: dict[int, float],
    product: list[Row],
    lambdas: functions.Functions,
    opened: opening.Opened,
) -> str:
    """All tables, as they are printed."""
    alone = ", ".join(f"{seconds:.2f} s for {count:,}" for count, seconds in ceiling.items())
    return "\n".join(
        [
            small_table(measured, limit),
            many_table(measured),
            f"The driver alone: {alone}.\n",
            goals_table(measured, limit),
            product_table(product),
            functions_table(lambdas, opened),
        ]
    )


def document(printed: str, load: float, versions: dict[str, str]) -> str:
    """The page docs/benchmarks.md."""
    where = [line.format(load=load) for line in machine()]
    where.append(", ".join(f"{tool} {version}" for tool, version in versions.items()))
    where += [f"{peer.language}: {peer.library()}" for peer in peers.ALL]
    return ABOUT.read_text().format(
        children=CHILDREN,
        chain=CHAIN,
        function_rounds=functions.ROUNDS,
        opening_rounds=opening.ROUNDS,
        delay=DELAY_MS,
        constructs=1 + LATER,
        rounds=ROUNDS,
        many_rounds=MANY_ROUNDS,
        runs=RUNS,
        few=f"{MANY[0]:,}",
        many=f"{MANY[1]:,}",
        machine="".join(f"- {line}\n" for line in where),
        tables=printed,
    )

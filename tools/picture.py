"""Write `docs/images/architecture.svg`: what one component deploys, for light and dark pages.

The parts come from `schema.json`: one that the picture does not place, or that is gone, ends in an error.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/images/architecture.svg"
BOX, HEIGHT = 180, 64
# Between columns, where labels stand, and between rows.
ASIDE, BELOW = 76, 40
# Part, what it is in AWS, column and row.
PARTS = {
    "Recorder": ("configuration recorder (optional)", 0, 0),
    "RuleSet": ("AWS Config rules, conformance packs", 0, 1),
    "Aggregation": ("configuration aggregator", 0, 2),
    "Functions": ("processing, aggregation, remediation", 1, 1),
    "Encryption": ("KMS key", 1, 0),
    "Alarms": ("CloudWatch alarms with runbooks", 1, 2),
    "ReportStore": ("report bucket", 2, 0),
    "History": ("Athena table of evaluation results", 3, 0),
    "Alerts": ("SNS topic, e-mail, routes", 2, 1),
    "Dashboard": ("CloudWatch dashboard", 2, 2),
    "Budget": ("AWS Budgets budget (optional)", 3, 1),
}
ELSEWHERE = {"ComplianceMonitoring", "AggregationSource"}
ARROWS = [
    ("Recorder", "RuleSet", "configuration items"),
    ("RuleSet", "Functions", "changes"),
    ("Aggregation", "Functions", "results"),
    ("Functions", "ReportStore", "reports"),
    ("Functions", "Alerts", "notices"),
    ("Functions", "Alarms", "metrics"),
    ("ReportStore", "History", ""),
    ("Alarms", "Alerts", ""),
    ("Budget", "Alerts", ""),
]
STYLE = """
    rect { fill: #f6f8fa; stroke: #57606a; }
    text { font: 13px sans-serif; fill: #1f2328; }
    .name { font-weight: bold; }
    .label { font-size: 11px; fill: #57606a; }
    path { stroke: #57606a; stroke-width: 1.5; fill: none; marker-end: url(#end); }
    #end path { fill: #57606a; stroke: none; marker-end: none; }
    @media (prefers-color-scheme: dark) {
      rect { fill: #161b22; stroke: #8b949e; }
      text { fill: #e6edf3; }
      .label { fill: #8b949e; }
      path { stroke: #8b949e; }
      #end path { fill: #8b949e; }
    }"""


def corner(part: str) -> tuple[int, int]:
    """The upper left corner of a part."""
    _, column, row = PARTS[part]
    return 10 + column * (BOX + ASIDE), 10 + row * (HEIGHT + BELOW)


def box(part: str) -> str:
    """A part."""
    x, y = corner(part)
    words, lines = PARTS[part][0].split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 24:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    text = "".join(
        f'<text class="label" x="{x + 10}" y="{y + 40 + 14 * index}">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    return (
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="6"/>'
        f'<text class="name" x="{x + 10}" y="{y + 22}">{part}</text>{text}'
    )


def arrow(start: str, end: str, label: str) -> str:
    """An arrow between the nearest sides of two parts, with what flows along it."""
    (x1, y1), (x2, y2) = corner(start), corner(end)
    if x1 == x2:
        x, y, to_x = x1 + BOX // 2, y1 + HEIGHT, x2 + BOX // 2
        to_y, text = y2, f'<text class="label" x="{x + 8}" y="{y + BELOW // 2 + 4}">{escape(label)}</text>'
    else:
        (x, to_x) = (x1 + BOX, x2) if x1 < x2 else (x1, x2 + BOX)
        y, to_y = y1 + HEIGHT // 2, y2 + HEIGHT // 2
        text = f'<text class="label" x="{x + 8}" y="{y + 16}">{escape(label)}</text>' if y1 == y2 else ""
    return f'<path d="M{x} {y}L{to_x} {to_y}"/>{text if label else ""}'


def picture(parts: set[str]) -> str:
    """The whole picture."""
    if parts - ELSEWHERE != set(PARTS):
        raise SystemExit(f"the picture has {sorted(PARTS)}, the schema {sorted(parts - ELSEWHERE)}: place what is new")
    columns, rows = (1 + max(place[axis] for place in PARTS.values()) for axis in (1, 2))
    width, height = 20 + columns * (BOX + ASIDE) - ASIDE, 20 + rows * (HEIGHT + BELOW) - BELOW
    title = "What ComplianceMonitoring deploys"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">',
        f"<style>{STYLE}\n  </style>",
        '<marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker>',
        *(arrow(*each) for each in ARROWS),
        *(box(part) for part in PARTS),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def text() -> str:
    """The picture of today's schema."""
    resources = json.loads((ROOT / "schema.json").read_text())["resources"]
    return picture({token.split(":")[-1] for token in resources})


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(text())

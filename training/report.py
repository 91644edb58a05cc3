"""The report of `evaluate` as a table for reading and as JSON for keeping."""

import json
from dataclasses import asdict

from .evaluate import Row


def as_table(report: dict[str, list[Row]]) -> str:
    lines = []
    for way, rows in report.items():
        lines += ["", f"{way:<46}{'value':>9}{'95 % from':>11}{'to':>9}{'random':>9}{'constant':>10}"]
        for row in rows:
            cells = (row.value, row.low, row.high, row.random, row.constant)
            widths = (9, 11, 9, 9, 10)
            lines.append(
                f"{row.measure:<46}" + "".join(_cell(cell, width) for cell, width in zip(cells, widths, strict=True))
            )
    return "\n".join(lines).strip()


def as_json(report: dict[str, list[Row]]) -> str:
    return json.dumps({way: [asdict(row) for row in rows] for way, rows in report.items()}, indent=1)


def _cell(value: float | None, width: int) -> str:
    return " " * width if value is None else f"{value:>{width}.3f}"

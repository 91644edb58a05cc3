"""What a run of `fetch multim` gave, for reading and for keeping."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..splits import Leakage
from .catalogue import Pair
from .manifest import Row


@dataclass(frozen=True, slots=True)
class Leaks:
    """A split's leakage, by poems that are the same and by those that are nearly so."""

    same: Leakage
    near: Leakage


@dataclass(frozen=True, slots=True)
class Summary:
    """Pairs and addresses in the catalogue, what came of them and why not, how the splits leak, and the shards.

    `missing` counts addresses by outcome and reason.
    """

    pairs: int
    pairs_here: int
    addresses: int
    here: int
    bytes: int
    missing: dict[str, dict[str, int]]
    splits: dict[str, Leaks]
    shards: list[str]


def missing(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How many addresses are gone and failed, by reason, the commonest first."""
    return {
        outcome: dict(Counter(row.reason for row in rows if row.outcome == outcome).most_common())
        for outcome in ("gone", "failed")
    }


def write_gone(pairs: Sequence[Pair], rows: Mapping[str, Row], path: Path) -> None:
    """One JSON line for each pair whose picture is not here: its id and address, `gone` or `failed`, and why."""
    lines = []
    for pair in pairs:
        row = rows[pair.address]
        if row.outcome != "here":
            lines.append({"id": pair.key, "address": pair.address, "outcome": row.outcome, "reason": row.reason})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def as_json(summary: Summary) -> str:
    return json.dumps(asdict(summary), indent=1)


def as_table(summary: Summary) -> str:
    lines = [
        f"{summary.pairs:,} pairs, {summary.addresses:,} addresses",
        f"{summary.here:>8,} pictures here, {summary.bytes / 1e6:,.1f} MB, for {summary.pairs_here:,} pairs",
    ]
    for outcome, told in (("gone", "gone for good"), ("failed", "failed; the same command asks these again")):
        reasons = summary.missing[outcome]
        lines.append(f"{sum(reasons.values()):>8,} {told}")
        lines += [f"{count:>14,}  {reason}" for reason, count in reasons.items()]
    lines += ["", "held-out pairs whose poem is also trained on", f"{'':<9}train   test    the same     near to it"]
    for name, found in summary.splits.items():
        same, near = _share(found.same), _share(found.near)
        lines.append(f"{name:<8}{found.same.trained:>6}{found.same.held_out:>7}{same:>12}{near:>15}")
    lines += ["", f"in train/: {', '.join(summary.shards)}"]
    return "\n".join(lines)


def _share(found: Leakage) -> str:
    return f"{found.leaked} ({100 * found.leaked / max(found.held_out, 1):.1f} %)"

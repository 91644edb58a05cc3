"""What is known of each address, one JSON line each, so that a run that was stopped goes on where it was."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

Outcome = Literal["here", "gone", "failed"]


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one address.

    `here`: its file is kept, of this SHA-256 and so many bytes; `width` and `height` are pixels. `gone`: asking again
    is of no use. `failed`: nothing usable came this time, and the next run asks again. `reason` says why, in words.
    """

    address: str
    outcome: Outcome
    reason: str = ""
    sha256: str = ""
    bytes: int = 0
    width: int = 0
    height: int = 0


class Manifest:
    """The rows in `path`, the last of an address counting; lines that a crash tore are as if never written."""

    def __init__(self, path: Path) -> None:
        self.rows = {row.address: row for row in _read(path)}
        part = path.with_suffix(".part")
        part.write_text("".join(map(_line, self.rows.values())), encoding="utf-8")
        part.replace(path)
        self._file = path.open("a", encoding="utf-8")

    def add(self, row: Row) -> None:
        self.rows[row.address] = row
        self._file.write(_line(row))
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def without_placeholders(rows: Iterable[Row], shared_by: int) -> tuple[Row, ...]:
    """`rows`, but gone where `shared_by` addresses or more gave one file: no picture, but the word that it is gone."""
    rows = tuple(rows)
    addresses: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.outcome == "here":
            addresses[row.sha256].add(row.address)
    return tuple(
        Row(row.address, "gone", f"placeholder: one file from {shared_by} addresses or more", row.sha256, row.bytes)
        if row.outcome == "here" and len(addresses[row.sha256]) >= shared_by
        else row
        for row in rows
    )


def _read(path: Path) -> Iterable[Row]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield Row(**json.loads(line))
        except (ValueError, TypeError):
            continue


def _line(row: Row) -> str:
    return json.dumps(asdict(row)) + "\n"

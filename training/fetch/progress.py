"""Tells a person on stderr how far a long run is, and how long it will take."""

import sys
import time
from collections import Counter

from .manifest import Row

_EVERY_S = 5.0


class Progress:
    """Counts rows as they come, up to `total`."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._outcomes: Counter[str] = Counter()
        self._bytes = 0
        self._start = self._told = time.monotonic()

    def add(self, row: Row) -> None:
        self._outcomes[row.outcome] += 1
        self._bytes += row.bytes
        now = time.monotonic()
        if now - self._told >= _EVERY_S or self._outcomes.total() == self._total:
            self._told = now
            print(self._line(now - self._start), file=sys.stderr, flush=True)

    def _line(self, passed_s: float) -> str:
        done = self._outcomes.total()
        left_s = round(passed_s / done * (self._total - done))
        counts = ", ".join(f"{self._outcomes[name]:,} {name}" for name in ("here", "gone", "failed"))
        return (
            f"{done:,} of {self._total:,} addresses: {counts}; {self._bytes / 1e6:.1f} MB; "
            f"{left_s // 60}:{left_s % 60:02d} minutes to go"
        )

"""Lines already made, by what they say and who says it; forgotten, the longest unheard first, past a size."""

import threading
from collections import OrderedDict

from .utterance import Samples

Key = tuple[str, str, str, str]
"""Voice, its version, language, text."""


class Cache:
    """At most `limit` bytes of sound in memory. Safe from many threads."""

    def __init__(self, limit: int = 64_000_000) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[Key, Samples] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        return self._size

    def get(self, key: Key) -> Samples | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Key, samples: Samples) -> None:
        with self._lock:
            replaced = self._kept.pop(key, None)
            self._kept[key] = samples
            self._size += samples.nbytes - (replaced.nbytes if replaced is not None else 0)
            while self._size > self._limit:
                self._size -= self._kept.popitem(last=False)[1].nbytes

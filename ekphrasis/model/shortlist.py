"""The shortlist: which poems are most like a picture, by the towers' cosine."""

from collections.abc import Iterable, Sequence
from math import isqrt
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from .match import Encoded

# Poems from which on an index is worth its making: with fewer, brute force takes a time that nobody notices and misses
# nothing. `tests/benchmarks/shortlists.py` measures both.
INDEX_FROM = 200_000

# A picture is looked for in a quarter of the index's lists: an eighth is twice as quick, and misses one in fifty.
_LISTS_SEARCHED = 1 / 4
# Poems that the index learns its lists from, for each list: four times as many make it no better.
_LEARNED_FROM = 64
# Vectors that are copied into the index at once, so that no second copy of all is ever made.
_BATCH = 50_000

Found = tuple[NDArray[np.intp], NDArray[np.float32]]


class _Search(Protocol):
    def most_like(self, vector: NDArray[np.float32], depth: int) -> Found: ...


class Shelf(Sequence[Encoded]):
    """Poems made ready to be searched many times. It holds them as they were: when they change, make another.

    From `index_from` poems on it makes an index, where the library for it (the extra `index`) is installed: some ten
    seconds for a million. Otherwise it keeps all vectors in one matrix.
    """

    def __init__(self, poems: Iterable[Encoded], *, index_from: int = INDEX_FROM) -> None:
        self._poems = tuple(poems)
        index = _index(self._poems) if len(self._poems) >= max(index_from, 1) else None
        self._search: _Search = index or _BruteForce(self._poems)

    def __len__(self) -> int:
        return len(self._poems)

    @overload
    def __getitem__(self, at: int) -> Encoded: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Encoded]: ...
    def __getitem__(self, at: int | slice) -> Encoded | Sequence[Encoded]:
        return self._poems[at]

    def most_like(self, vector: NDArray[np.float32], depth: int) -> Found:
        """As `shortlist`."""
        return self._search.most_like(vector, depth)


def shortlist(vector: NDArray[np.float32], poems: Sequence[Encoded], depth: int) -> Found:
    """The `depth` poems most like `vector`, most like first, and their cosines, both (min(depth, poems),).

    Among equals the earlier poem comes first. A `Shelf` is searched as it stands, by its index if it has one, which
    may miss some poems; the vectors of any other sequence are gathered anew at each call, and none is missed.
    """
    search = poems if isinstance(poems, Shelf) else _BruteForce(poems)
    return search.most_like(vector, depth)


class _BruteForce:
    """The cosine of every poem."""

    def __init__(self, poems: Sequence[Encoded]) -> None:
        self._vectors = _vectors(poems)

    def most_like(self, vector: NDArray[np.float32], depth: int) -> Found:
        if not len(self._vectors):
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32)
        likeness: NDArray[np.float32] = self._vectors @ vector
        # To sort all would take longer than the cosines do. Whatever equals the last of the shortlist is sorted too.
        last = len(likeness) - min(max(depth, 1), len(likeness))
        near = np.flatnonzero(likeness >= np.partition(likeness, last)[last])
        order = near[np.argsort(-likeness[near], kind="stable")][:depth]
        return order, likeness[order]


class _Index:
    """Poems in lists by what they are near to (Faiss's inverted file of float32 vectors); few lists are searched."""

    def __init__(self, faiss: Any, poems: Sequence[Encoded]) -> None:
        self._faiss = faiss
        self._lists = isqrt(len(poems))
        width = len(poems[0].vector)
        self._index = faiss.index_factory(width, f"IVF{self._lists},Flat", faiss.METRIC_INNER_PRODUCT)
        self._index.cp.max_points_per_centroid = _LEARNED_FROM
        self._index.parallel_mode = 1  # several threads for one picture
        self._index.train(_vectors(poems[:: max(1, isqrt(len(poems)) // _LEARNED_FROM)]))
        for start in range(0, len(poems), _BATCH):
            self._index.add(_vectors(poems[start : start + _BATCH]))

    def most_like(self, vector: NDArray[np.float32], depth: int) -> Found:
        count = max(1, min(depth, self._index.ntotal))
        likeness, found = self._nearest(vector, count, max(1, int(self._lists * _LISTS_SEARCHED)))
        if found[-1] < 0:  # those lists do not hold so many
            likeness, found = self._nearest(vector, count, self._lists)
        order = np.lexsort((found, -likeness))[:depth]
        return found[order], likeness[order]

    def _nearest(
        self, vector: NDArray[np.float32], count: int, lists: int
    ) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
        parameters = self._faiss.SearchParametersIVF(nprobe=lists)
        likeness, found = self._index.search(vector[None], count, params=parameters)
        return likeness[0], found[0]


def _index(poems: Sequence[Encoded]) -> _Index | None:
    try:
        import faiss
    except ImportError:
        return None
    return _Index(faiss, poems)


def _vectors(poems: Sequence[Encoded]) -> NDArray[np.float32]:
    """All vectors (n, D); none is (0, 0)."""
    return np.stack([poem.vector for poem in poems]) if poems else np.empty((0, 0), dtype=np.float32)

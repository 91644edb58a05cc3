"""Print how long the shortlist takes, and what it misses: numpy's brute force beside indexes, on made poems.

    PYTHONPATH=. python tests/benchmarks/shortlists.py

Needs the extra `index` for the rows of Faiss, and `usearch` for those of that name. Recall is the share of brute
force's 50 that are found, over the sample artworks, each whole and its middle.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
from alone import alone, held_memory, limit_threads
from made_poems import encoded_anthology, made_poems
from numpy.typing import NDArray
from PIL import Image

from ekphrasis.assets import ASSETS
from ekphrasis.model import Encoded, Matcher, Shelf
from ekphrasis.samples import samples

SIZES = (10_000, 100_000, 200_000, 500_000, 1_000_000)
DEPTH = 50
# Seconds that making an index may be expected to take.
LONGEST = 60.0
_BLOCK = 4_096

Vector = NDArray[np.float32]
Order = NDArray[np.intp]
Search = Callable[[Vector], Order]


@dataclass(frozen=True, slots=True)
class Row:
    """A photo's median and longest in milliseconds, recall@50, seconds to make it and MB that it holds, or a note."""

    way: str
    poems: int
    median: float = 0.0
    longest: float = 0.0
    recall: float = 0.0
    ready: float = 0.0
    memory: float = 0.0
    note: str = ""


def brute_force(poems: Sequence[Encoded]) -> Search:
    shelf = Shelf(poems, index_from=len(poems) + 1)
    return lambda vector: shelf.most_like(vector, DEPTH)[0]


def inverted_lists(poems: Sequence[Encoded]) -> Search:
    import faiss  # noqa: F401  # without it a shelf would search by brute force, and the row would tell nothing

    shelf = Shelf(poems, index_from=0)
    return lambda vector: shelf.most_like(vector, DEPTH)[0]


def float16(poems: Sequence[Encoded]) -> Search:
    """Numpy has no quick product of float16, so that each block is made float32 first."""
    return _block_by_block([block.astype(np.float16) for block in _blocks(poems)])


def int8(poems: Sequence[Encoded]) -> Search:
    """Nor has it one of int8 that does not overflow."""
    return _block_by_block([_as_bytes(block) for block in _blocks(poems)])


def every_int8(poems: Sequence[Encoded]) -> Search:
    from usearch.index import MetricKind, search

    kept = np.concatenate([_as_bytes(block) for block in _blocks(poems)])
    return lambda vector: search(kept, _as_bytes(vector), DEPTH, MetricKind.IP, exact=True).keys.astype(np.intp)


def graph(poems: Sequence[Encoded]) -> Search:
    from usearch.index import Index

    index = Index(ndim=len(poems[0].vector), metric="ip", dtype="bf16", expansion_search=512)
    begun, added = time.perf_counter(), 0
    for block in _blocks(poems):
        index.add(np.arange(added, added + len(block)), block)
        added += len(block)
        expected = (time.perf_counter() - begun) * len(poems) / added
        if expected > LONGEST:
            raise TimeoutError(f"it would take {expected:.0f} s or more to make")
    return lambda vector: index.search(vector, DEPTH).keys.astype(np.intp)


def _blocks(poems: Sequence[Encoded]) -> Iterator[Vector]:
    """All vectors, a few thousand (n, D) at once."""
    for start in range(0, len(poems), _BLOCK):
        yield np.stack([poem.vector for poem in poems[start : start + _BLOCK]])


def _block_by_block(blocks: Sequence[NDArray[np.float16 | np.int8]]) -> Search:
    def search(vector: Vector) -> Order:
        likeness = np.concatenate([block.astype(np.float32) @ vector for block in blocks])
        near = np.argpartition(-likeness, DEPTH)[:DEPTH]
        return near[np.argsort(-likeness[near], kind="stable")]

    return search


def _as_bytes(vectors: Vector) -> NDArray[np.int8]:
    """Each (…, D) by a scale of its own; the poems' scales are near enough to each other to leave their order."""
    scaled: Vector = np.rint(vectors * (127 / np.abs(vectors).max()))
    return scaled.astype(np.int8)


WAYS: dict[str, Callable[[Sequence[Encoded]], Search]] = {
    "numpy, float32 (ours)": brute_force,
    "numpy, float16": float16,
    "numpy, int8": int8,
    "Faiss, inverted lists (ours)": inverted_lists,
    "usearch, graph": graph,
    "usearch, every int8": every_int8,
}


def measure(way: str, count: int, folder: Path) -> Row:
    matcher = Matcher.load(ASSETS / "model")
    _, real = encoded_anthology(folder, matcher)
    queries = [matcher.see(view).vector for view in _views()]
    poems, _ = made_poems(real, count)
    held, begun = held_memory(), time.perf_counter()
    try:
        search = WAYS[way](poems)
    except (ImportError, TimeoutError) as error:
        return Row(way, count, note=f"not run: {error}")
    search(queries[0])
    ready, memory = time.perf_counter() - begun, held_memory() - held
    taken: list[float] = []
    found: list[Order] = []
    for query in queries:
        begun = time.perf_counter()
        found.append(search(query))
        taken.append(1000 * (time.perf_counter() - begun))
    every = brute_force(poems)
    hits = sum(len(np.intersect1d(order, every(query))) for order, query in zip(found, queries, strict=True))
    return Row(way, count, median(taken), max(taken), hits / (DEPTH * len(queries)), ready, memory)


def _views() -> Iterator[Image.Image]:
    for sample in samples():
        whole = Image.open(sample.path).convert("RGB")
        yield whole
        width, height = whole.size
        yield whole.crop((width // 4, height // 4, 3 * width // 4, 3 * height // 4))


def printed(row: Row) -> str:
    if row.note:
        return f"| {row.way} | {row.poems:,} | {row.note} | | | | |"
    return (
        f"| {row.way} | {row.poems:,} | {row.median:.1f} | {row.longest:.1f} | {row.recall:.3f} | {row.ready:.1f} "
        f"| {row.memory:,.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="POEMS", help="collections' sizes")
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS), metavar="WAY", help="only these")
    parser.add_argument("--threads", type=int, default=2, help="of every way (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    given = parser.parse_args()
    limit_threads(given.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = (alone(measure, way, count, folder) for count in given.sizes for way in given.ways)
        if given.json:
            print(json.dumps([asdict(row) for row in found], indent=1))
            return
        print(
            "| way | poems | photo, ms | longest | recall@50 | ready, s | memory, MB |\n|---|---|---|---|---|---|---|"
        )
        for row in found:
            print(printed(row), flush=True)


if __name__ == "__main__":
    main()

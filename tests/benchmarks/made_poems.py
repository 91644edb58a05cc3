"""Collections of any size, made of the anthology: for measuring time and memory, not for reading."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ekphrasis.collection import Collection, StoredEncoding
from ekphrasis.model import Encoded, Encoding, Matcher
from ekphrasis.poem import Poem

SEED = 0
# A made poem is moved half the way from one poem to another, so that made poems scatter as real ones do, and then by
# a little noise in all directions. One in 50,000 has a cosine of some 0.9 with the nearest to it; in the anthology it
# is 0.81.
_MOVED = np.float32(0.5)
_NOISE = np.float32(0.01)
_BLOCK = 50_000


def encoded_anthology(folder: Path, matcher: Matcher) -> tuple[tuple[Poem, ...], list[StoredEncoding]]:
    """The anthology and its encodings, from the collection in `folder`; encoded where it is not there yet."""
    collection = Collection.open(f"sqlite:///{folder / 'collection.sqlite'}")
    try:
        poems = collection.poems()
        return poems, collection.encodings(matcher.model_id, matcher.encode, poems=poems)
    finally:
        collection.close()


def made_poems(real: Sequence[Encoded], count: int) -> tuple[list[Encoding], NDArray[np.intp]]:
    """`count` encodings, the same at every call, and which of `real` each was made of.

    The vectors are new; the tokens are those of the poem it was made of, and take no memory of their own.
    """
    random = np.random.default_rng(SEED)
    anthology = np.stack([poem.vector for poem in real])
    vectors = np.empty((count, anthology.shape[1]), dtype=np.float32)
    sources = random.integers(len(real), size=count)
    for start in range(0, count, _BLOCK):
        rows = vectors[start : start + _BLOCK]
        to, away = random.integers(len(real), size=(2, len(rows)))
        rows[:] = random.standard_normal(rows.shape, dtype=np.float32) * _NOISE
        rows += anthology[sources[start : start + _BLOCK]]
        rows += _MOVED * (anthology[to] - anthology[away])
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [Encoding(vector, real[source].tokens) for vector, source in zip(vectors, sources, strict=True)], sources

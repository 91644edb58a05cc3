"""The measures by which a model is judged, as pure functions of who was ranked where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Labelled(Protocol):
    @property
    def subjects(self) -> tuple[str, ...]: ...

    @property
    def mood(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def bootstrap(values: Floats, seed: int = 0, draws: int = 2000) -> Interval:
    """The mean of `values` (n,), and the middle 95 % of the means of `draws` samples of n with replacement."""
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(values.mean()), float(low), float(high))


def rarities(poems: Sequence[Labelled]) -> dict[str, float]:
    """For each subject of the `poems` w(s) = ln((1 + N) / (1 + n(s)))."""
    counts = Counter(subject for poem in poems for subject in poem.subjects)
    return {subject: log((1 + len(poems)) / (1 + count)) for subject, count in counts.items()}


def overlaps(artworks: Sequence[Labelled], poems: Sequence[Labelled]) -> Floats:
    """For each artwork and poem, (artworks, poems), the weighted share of the artwork's subjects that they share.

    A subject of no poem weighs ln(1 + N), as the formula has it with n = 0.
    """
    weights = rarities(poems)
    unknown = log(1 + len(poems))
    names = sorted({subject for one in (*artworks, *poems) for subject in one.subjects})
    weight = np.array([weights.get(name, unknown) for name in names])
    theirs, ours = _marks(artworks, names), _marks(poems, names)
    shared: Floats = (theirs * weight @ ours.T) / np.maximum((theirs * weight).sum(axis=1, keepdims=True), 1e-12)
    return shared


def hits(artworks: Sequence[Labelled], poems: Sequence[Labelled]) -> Floats:
    """1 where artwork and poem share a subject, (artworks, poems)."""
    names = sorted({subject for one in (*artworks, *poems) for subject in one.subjects})
    return (_marks(artworks, names) @ _marks(poems, names).T > 0).astype(np.float64)


def moods(artworks: Sequence[Labelled], poems: Sequence[Labelled]) -> Floats:
    """1 where artwork and poem have one mood, (artworks, poems)."""
    return np.array([[float(artwork.mood == poem.mood) for poem in poems] for artwork in artworks])


def best_constant(table: Floats) -> float:
    """The mean of the one column that would score highest if it were always given."""
    return float(table.mean(axis=0).max())


def ranks(scores: Floats, own: NDArray[np.intp]) -> NDArray[np.intp]:
    """The rank from 1 of column `own[i]` in row i of `scores`; among equals the own one comes last."""
    mine = scores[np.arange(len(scores)), own][:, None]
    found: NDArray[np.intp] = (scores >= mine).sum(axis=1)
    return found


def within(found: NDArray[np.intp], k: int) -> Floats:
    return (found <= k).astype(np.float64)


def out_of(scores: Floats, own: NDArray[np.intp], size: int, draws: int, seed: int) -> NDArray[np.intp]:
    """Ranks (draws, rows) of the own one among `size` - 1 others drawn at random, `draws` times."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        rows = []
        for row, mine in zip(scores, own, strict=True):
            others = np.delete(np.arange(len(row)), mine)
            chosen = rng.choice(others, min(size - 1, len(others)), replace=False)
            rows.append(1 + int((row[chosen] >= row[mine]).sum()))
        found.append(rows)
    return np.array(found)


def ndcg(grades: Sequence[int], k: int = 3) -> float:
    """nDCG@k of `grades` in the order in which a system put them, gain 2^grade - 1."""
    discounts = 1 / np.log2(np.arange(2, k + 2))

    def gained(order: Sequence[int]) -> float:
        worth = 2.0 ** np.array(order[:k]) - 1
        return float((worth * discounts[: len(worth)]).sum())

    ideal = gained(sorted(grades, reverse=True))
    return gained(list(grades)) / ideal if ideal else 0.0


def expected_ndcg(grades: Sequence[int], k: int = 3) -> float:
    """nDCG@k of a random order: each place is expected to hold the mean gain."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    worth = 2.0 ** np.array(sorted(grades, reverse=True)) - 1
    ideal = float((worth[:k] * discounts[: len(worth[:k])]).sum())
    return float(worth.mean() * discounts[: min(k, len(worth))].sum() / ideal) if ideal else 0.0


def variety(first: Sequence[int]) -> tuple[int, float]:
    """How many different ones come first, and the share of the commonest."""
    counts = Counter(first)
    return len(counts), max(counts.values()) / len(first)


def _marks(rows: Sequence[Labelled], names: Sequence[str]) -> Floats:
    return np.array([[float(name in row.subjects) for name in names] for row in rows])

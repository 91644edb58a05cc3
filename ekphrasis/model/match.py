"""What makes a match: the shortlist by cosine, the score of a re-ranked poem, the word for how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .folder import Certainty, ScoreWeights


class Encoded(Protocol):
    """A text's encoding, fresh or from the store: `vector` (D,) of unit length, `tokens` (n, W)."""

    @property
    def vector(self) -> NDArray[np.float32]: ...

    @property
    def tokens(self) -> NDArray[np.float16]: ...


@dataclass(frozen=True, slots=True)
class Match:
    """A poem found for a picture: its place in the list that was searched, and why it stands where it stands.

    `likeness` is the towers' cosine, `shortlist_rank` the place (from 0) that it gave; `score` is the final order's;
    `certainty` is `sure`, `likely` or `unsure`.
    """

    index: int
    score: float
    likeness: float
    shortlist_rank: int
    certainty: str


def shortlist(
    vector: NDArray[np.float32], poems: Sequence[Encoded], depth: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The `depth` poems most like `vector`, most like first, and the cosine of every poem.

    Among equals the earlier poem comes first.
    """
    if not poems:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32)
    likeness: NDArray[np.float32] = np.stack([poem.vector for poem in poems]) @ vector
    return np.argsort(-likeness, kind="stable")[:depth], likeness


def fuse(logits: NDArray[np.float32], likeness: NDArray[np.float32], weights: ScoreWeights) -> NDArray[np.float32]:
    """The score of re-ranked poems from the cross-encoder's logits and the towers' cosines, both (n,)."""
    return np.asarray(weights.logit * logits + weights.likeness * likeness, dtype=np.float32)


def certainty(score: float, thresholds: Certainty) -> str:
    if score >= thresholds.sure:
        return "sure"
    return "likely" if score >= thresholds.likely else "unsure"

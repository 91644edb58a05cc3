"""What makes a match: the score of a re-ranked poem, and the word for how sure it is."""

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


def fuse(logits: NDArray[np.float32], likeness: NDArray[np.float32], weights: ScoreWeights) -> NDArray[np.float32]:
    """The score of re-ranked poems from the cross-encoder's logits and the towers' cosines, both (n,)."""
    return np.asarray(weights.logit * logits + weights.likeness * likeness, dtype=np.float32)


def certainty(score: float, thresholds: Certainty) -> str:
    if score >= thresholds.sure:
        return "sure"
    return "likely" if score >= thresholds.likely else "unsure"

"""How much the cross-encoder counts beside the towers, and from which score on a match is sure: chosen on held-out
artworks through the exported folder, so on the network that ships.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ekphrasis.model import Certainty, Config, Encoding, Matcher, ScoreWeights, Seen
from ekphrasis.model.match import fuse
from ekphrasis.poem import Poem

from . import measures
from .choose import ARTWORKS
from .export import write_config
from .features import progress
from .measures import Floats
from .shards import Judged, Sample

TRIED = (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.3)
SURE, LIKELY = 0.75, 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """One artwork's candidates: their places among all texts, cosines and logits."""

    places: NDArray[np.intp]
    likeness: NDArray[np.float32]
    logits: NDArray[np.float32]

    def order(self, weights: ScoreWeights) -> NDArray[np.intp]:
        return np.argsort(-fuse(self.logits, self.likeness, weights), kind="stable")

    def best(self, weights: ScoreWeights) -> tuple[int, float]:
        """The place of the best candidate, and its score."""
        scores = fuse(self.logits, self.likeness, weights)
        return int(self.places[scores.argmax()]), float(scores.max())


def choose_score(
    folder: Path,
    config: Config,
    held_out: Sequence[Sample],
    poems: Sequence[Poem],
    judged: Sequence[Judged],
    judged_poems: dict[str, str],
    threads: int,
) -> list[dict[str, float]]:
    """Write the best weights and thresholds into the folder's config; what each tried weight gave.

    The best weight is the one with the highest product of overlap, fit and own descriptions found first, among those
    that lower none of them against the towers alone.
    """
    matcher = Matcher.load(folder, threads)
    artworks = held_out[:ARTWORKS]
    encoded = [matcher.encode(poem.text) for poem in poems]
    descriptions = [matcher.encode(artwork.texts[0]) for artwork in artworks]
    reads, own = [], []
    for at in progress(len(artworks), "shortlists"):
        seen = matcher.see(artworks[at].image)
        reads.append(_read(matcher, seen, encoded, config.depth))
        own.append(_read(matcher, seen, descriptions, config.depth))
    by_key = {sample.key: sample for sample in held_out}
    fair = [one for one in judged if max(one.grades.values()) >= 2 and one.artwork in by_key]
    fits = []
    for at in progress(len(fair), "graded poems"):
        texts = [matcher.encode(judged_poems[poem]) for poem in fair[at].grades]
        fits.append(_read(matcher, matcher.see(by_key[fair[at].artwork].image), texts, len(texts)))
    grades = [list(one.grades.values()) for one in fair]

    overlap, hit = measures.overlaps(artworks, poems), measures.hits(artworks, poems)
    told = [_tried(ScoreWeights(logit, 1.0), reads, own, overlap, hit, fits, grades) for logit in TRIED]
    judged_by = ("overlap@1", "fit", "own R@1")
    fine = [row for row in told if all(row[name] >= told[0][name] for name in judged_by)]
    best = max(fine, key=lambda row: prod(row[name] for name in judged_by))
    weights = ScoreWeights(best["logit"], 1.0)
    scores = np.array([read.best(weights)[1] for read in reads])
    right = np.array([hit[at, read.best(weights)[0]] for at, read in enumerate(reads)])
    certainty = Certainty(threshold(scores, right, SURE), threshold(scores, right, LIKELY))
    write_config(folder, replace(config, score=weights, certainty=certainty))
    return told


def threshold(scores: Floats, right: Floats, wanted: float) -> float:
    """The lowest score such that of the matches from it upwards at least the share `wanted` is right.

    Ten matches at least must be above it; where there is no such score, it is above them all.
    """
    order = np.argsort(-scores)
    share = right[order].cumsum() / np.arange(1, len(order) + 1)
    enough = [at for at in range(9, len(order)) if share[at] >= wanted]
    return float(scores[order[max(enough)]]) if enough else float(scores.max()) + 1.0


def _read(matcher: Matcher, seen: Seen, texts: Sequence[Encoding], depth: int) -> Read:
    likeness = np.stack([text.vector for text in texts]) @ seen.vector
    places = np.argsort(-likeness, kind="stable")[:depth]
    return Read(places, likeness[places], matcher.rerank(seen, [texts[place] for place in places]))


def _tried(
    weights: ScoreWeights,
    reads: Sequence[Read],
    own: Sequence[Read],
    overlap: Floats,
    hit: Floats,
    fits: Sequence[Read],
    grades: Sequence[list[int]],
) -> dict[str, float]:
    first = [read.best(weights)[0] for read in reads]
    found = [read.best(weights)[0] == at for at, read in enumerate(own)]
    every = np.arange(len(reads))
    ordered = [[row[place] for place in fit.places[fit.order(weights)]] for fit, row in zip(fits, grades, strict=True)]
    different, commonest = measures.variety(first)
    return {
        "logit": weights.logit,
        "overlap@1": float(overlap[every, first].mean() / overlap.mean()),
        "hit@1": float(hit[every, first].mean()),
        "own R@1": float(np.mean(found)),
        "fit": float(np.mean([measures.ndcg(row) for row in ordered])),
        "first grade": float(np.mean([row[0] for row in ordered])),
        "different": different,
        "commonest": commonest,
    }

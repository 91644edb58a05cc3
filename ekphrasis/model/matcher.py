"""The model as the journey uses it: see a picture, encode poems, match the two."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .cross_encoder import CrossEncoder
from .folder import Folder, open_folder
from .match import Encoded, Match, certainty, fuse
from .shortlist import shortlist
from .towers import Encoding, ImageTower, Seen, TextTower


class Matcher:
    """Image tower, text tower and cross-encoder of one model folder. Safe to use from many threads."""

    def __init__(self, folder: Folder, threads: int = 2) -> None:
        self.config = folder.config
        self.model_id = folder.config.model_id
        self._images = ImageTower(folder, threads)
        self._texts = TextTower(folder, threads)
        self._cross = CrossEncoder(folder, threads)

    @classmethod
    def load(cls, folder: Path, threads: int = 2) -> "Matcher":
        """The model in `folder`. Raises Refusal `model.missing` or `model.damaged`."""
        return cls(open_folder(folder), threads)

    def see(self, image: Image.Image) -> Seen:
        return self._images.see(image)

    def encode(self, text: str) -> Encoding:
        return self._texts.encode(text)

    def rerank(self, seen: Seen, poems: Sequence[Encoded]) -> NDArray[np.float32]:
        """The cross-encoder's logit of each of `poems`, in their order."""
        return self._cross.logits(seen.tokens, poems)

    def scores(self, seen: Seen, poems: Sequence[Encoded], likeness: NDArray[np.float32]) -> NDArray[np.float32]:
        """The final score of each of `poems`, whose cosines are `likeness`, in their order.

        A model whose config gives the cross-encoder no weight does not wait for it.
        """
        weights = self.config.score
        logits = self.rerank(seen, poems) if weights.logit else np.zeros(len(poems), dtype=np.float32)
        return fuse(logits, likeness, weights)

    def match(
        self, seen: Seen, poems: Sequence[Encoded], *, depth: int | None = None, top: int = 5
    ) -> tuple[Match, ...]:
        """The `top` of `poems` that fit best, the best first: none where there are no poems.

        `depth` poems of the shortlist are re-ranked (None: as many as the model's config says; 0: none, the towers'
        order stands). A poem that was not re-ranked comes after all that were. Who matches many pictures with the
        same poems gives them as a `Shelf`.
        """
        depth = self.config.depth if depth is None else depth
        order, likeness = shortlist(seen.vector, poems, max(depth, top))
        reranked = order[:depth]
        scores = likeness.copy()
        if len(reranked):
            scores[: len(reranked)] = self.scores(seen, [poems[at] for at in reranked], likeness[: len(reranked)])
        best = sorted(range(len(order)), key=lambda rank: (rank >= len(reranked), -scores[rank], rank))[:top]
        return tuple(
            Match(
                index=int(order[rank]),
                score=float(scores[rank]),
                likeness=float(likeness[rank]),
                shortlist_rank=rank,
                certainty=certainty(float(scores[rank]), self.config.certainty),
            )
            for rank in best
        )

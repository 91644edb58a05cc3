"""The cross-encoder as it runs: how well each poem of a shortlist fits the picture, read together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .folder import CROSS_ENCODER, Folder
from .match import Encoded
from .towers import open_session

# Few enough that padding to the longest costs little, enough to keep two cores at work.
_BATCH = 8


class CrossEncoder:
    def __init__(self, folder: Folder, threads: int) -> None:
        self._longest = folder.config.poem_tokens
        self._session = open_session(folder.file(CROSS_ENCODER), threads)

    def logits(self, picture: NDArray[np.float32], poems: Sequence[Encoded]) -> NDArray[np.float32]:
        """How well each of `poems` fits the `picture` tokens (T, W), as a logit, in the poems' order."""
        found = np.empty(len(poems), dtype=np.float32)
        by_length = sorted(range(len(poems)), key=lambda at: len(poems[at].tokens))
        for start in range(0, len(by_length), _BATCH):
            chosen = by_length[start : start + _BATCH]
            tokens, mask = _padded([poems[at].tokens[: self._longest] for at in chosen])
            found[chosen] = self._session.run(None, {"picture": picture[None], "poems": tokens, "mask": mask})[0]
        return found


def _padded(rows: Sequence[NDArray[np.float16]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Rows (n, W) of several lengths as one (B, longest, W), and the mask (B, longest) of what is theirs."""
    longest = max(map(len, rows))
    tokens = np.zeros((len(rows), longest, rows[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for at, row in enumerate(rows):
        tokens[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return tokens, mask

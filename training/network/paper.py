"""CE-CLIP as the paper has it: CLIP's towers, a map from each, and MPNet over the tokens of both (section 3.2)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .clip_towers import ClipTowers, present, random_clip
from .encoder import two_layers
from .mpnet import MPNet, random_mpnet
from .paper_size import PaperSize
from .pretrained import Pretrained

# Of a cosine, as multiple negatives ranking has it (section 4.3).
COSINE_SCALE = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Each picture's poems, the true one first: `scores` (B, K) before the sigmoid.

    `pictures` and `poems` (B, width) are the mean-pooled segments of each true pair, read apart; None where none asked.
    """

    scores: Tensor
    pictures: Tensor | None = None
    poems: Tensor | None = None


class PaperNetwork(nn.Module):
    """How well a poem fits a picture. It begins with the weights of `start`, or random ones.

    `pooled`: the paper's other reading, kept for comparison. The score is then the cosine of the two segments' means
    times 20, and not what the head makes of [CLS].
    """

    def __init__(self, size: PaperSize, start: Pretrained | None, *, pooled: bool = False) -> None:
        super().__init__()
        width = size.mpnet.width
        self.towers = ClipTowers(start.clip if start else random_clip(size.clip))
        self.picture_map = two_layers(size.clip.image_width, size.map_hidden, width)
        self.poem_map = two_layers(size.clip.text_width, size.map_hidden, width)
        self.cross = MPNet(start.mpnet if start else random_mpnet(size.mpnet), size.mpnet.width)
        self.head = None if pooled else nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, pixels: Tensor, ids: Tensor, *, apart: bool = False) -> Scored:
        """Pictures' pixels (B, 3, s, s), from 0 to 1, and ids (B, K, context) of the poems that each is scored with.

        `apart`: read each picture and its first poem apart as well.
        """
        rows, each = ids.shape[:2]
        pictures, poems = self.picture_tokens(pixels), self.poem_tokens(ids.flatten(0, 1))
        there = present(ids.flatten(0, 1))
        scores = self.score(pictures.repeat_interleave(each, dim=0), poems, there).reshape(rows, each)
        if not apart:
            return Scored(scores)
        true = torch.arange(rows, device=ids.device) * each
        alone = self.cross(pictures, poems[true], there[true], apart=True)
        return Scored(scores, alone.picture, alone.poem)

    def picture_tokens(self, pixels: Tensor) -> Tensor:
        """What the cross-encoder reads of pictures (B, 3, s, s): tokens (B, i, width)."""
        tokens: Tensor = self.picture_map(self.towers.see(pixels)[0])
        return tokens

    def poem_tokens(self, ids: Tensor) -> Tensor:
        """What the cross-encoder reads of poems' ids (B, context): tokens (B, context, width)."""
        tokens: Tensor = self.poem_map(self.towers.read(ids)[0])
        return tokens

    def score(self, pictures: Tensor, poems: Tensor, there: Tensor) -> Tensor:
        """Scores (B,) of pictures' tokens (B, i, width) with poems' (B, p, width), of which `there` (B, p) count."""
        read = self.cross(pictures, poems, there)
        if self.head is None:
            return COSINE_SCALE * functional.cosine_similarity(read.picture, read.poem)
        score: Tensor = self.head(read.cls)
        return score.squeeze(-1)

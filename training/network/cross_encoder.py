"""The cross-encoder: attention shared over the tokens of picture and poem, one logit for how well they fit."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .encoder import Encoder, EncoderSize, minilm_weights

# Rows of MiniLM's vocabulary.
CLS, SEP = 101, 102


class CrossEncoder(nn.Module):
    """`[CLS], I, [SEP], P, [PAD], [SEP]` through MiniLM's layers to one logit.

    The paper's two readings of its head are added: [CLS] → dense → tanh → logit, and the cosine, times 20, of the
    mean-pooled segments I and P. The second is of use from the first step, as MiniLM's mean is what it was trained on;
    the first alone learned nothing in as many steps as there was time for.

    It has no word embeddings: I and P come from the towers. Two learned segment embeddings, zero at the start, say
    which is which. I takes at most `picture` places and P at most `poem`; places are fixed, so that a poem starts
    at the same position whatever stands before it.
    """

    def __init__(self, size: EncoderSize, picture: int, poem: int) -> None:
        super().__init__()
        self.picture, self.poem = picture, poem
        self.cls, self.sep = (nn.Parameter(torch.randn(size.width) * 0.02) for _ in range(2))
        self.positions = nn.Parameter(torch.randn(picture + poem + 3, size.width) * 0.02)
        self.segments = nn.Parameter(torch.zeros(2, size.width))
        self.norm = nn.LayerNorm(size.width, eps=1e-12)
        self.encoder = Encoder(size)
        self.dense = nn.Linear(size.width, size.width)
        self.logit = nn.Linear(size.width, 1)
        self.scale = nn.Parameter(torch.tensor(20.0))

    def forward(
        self,
        picture: Tensor,
        picture_mask: Tensor,
        poem: Tensor,
        poem_mask: Tensor,
    ) -> Tensor:
        """Logits (B,) of picture tokens (B, i, width) and poem tokens (B, p, width) with their masks."""
        assert picture.shape[1] <= self.picture, "more picture tokens than places"
        assert poem.shape[1] <= self.poem, "more poem tokens than places"
        rows = poem.shape[0]
        start = self.picture + 2
        first, second = self.segments
        places = self.positions
        parts = [
            (self.cls + places[:1] + first).expand(rows, 1, -1),
            picture + places[1 : picture.shape[1] + 1] + first,
            (self.sep + places[start - 1 : start] + first).expand(rows, 1, -1),
            poem + places[start : start + poem.shape[1]] + second,
            (self.sep + places[-1:] + second).expand(rows, 1, -1),
        ]
        one = poem_mask[:, :1] * 0 + 1
        mask = torch.cat([one, picture_mask, one, poem_mask, one], dim=1)
        states = self.encoder(self.norm(torch.cat(parts, dim=1)), mask)
        first_poem = picture.shape[1] + 2
        pooled = functional.cosine_similarity(
            _mean(states[:, 1 : picture.shape[1] + 1], picture_mask),
            _mean(states[:, first_poem : first_poem + poem.shape[1]], poem_mask),
        )
        logits: Tensor = self.logit(torch.tanh(self.dense(states[:, 0])))
        return logits.squeeze(-1) + self.scale * pooled

    def load_minilm(self) -> None:
        weights = minilm_weights()
        words, places = weights["embeddings.word_embeddings.weight"], weights["embeddings.position_embeddings.weight"]
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self.cls.data.copy_(words[CLS])
        self.sep.data.copy_(words[SEP])
        self.positions.data.copy_(places[: len(self.positions)] + kind)
        self.norm.weight.data.copy_(weights["embeddings.LayerNorm.weight"])
        self.norm.bias.data.copy_(weights["embeddings.LayerNorm.bias"])
        self.encoder.load_bert(weights)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """The mean (B, width) of those states (B, n, width) that are there."""
    there = mask[..., None].to(states.dtype)
    return (states * there).sum(dim=1) / there.sum(dim=1)

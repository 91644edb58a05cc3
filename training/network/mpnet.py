"""The paper's cross-encoder: MPNet's encoder over the tokens of both towers (sections 3.2 and 4.3)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .libraries import MPNetConfig, MPNetModel
from .paper_size import MPNetSize

# Rows of MPNet's word embeddings, the only ones that a sequence of ours holds.
CLS, PAD, SEP = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """What MPNet makes of a sequence: [CLS]'s state, and the means of I's and of P's without pads (B, width)."""

    cls: Tensor
    picture: Tensor
    poem: Tensor


class MPNet(nn.Module):
    """`[CLS], I, [SEP], P, [PAD], [SEP]` through MPNet, with its own positions and its relative position bias.

    The paper's token type ids are "as per MPNet", which has none: two learned embeddings are added instead, zero at the
    start, the first to all up to the first [SEP].
    """

    def __init__(self, mpnet: MPNetModel, width: int) -> None:
        super().__init__()
        self.mpnet = mpnet
        self.mpnet.resize_token_embeddings(SEP + 1)
        self.segments = nn.Parameter(torch.zeros(2, width))

    def forward(self, picture: Tensor, poem: Tensor, present: Tensor, *, apart: bool = False) -> Segments:
        """Pictures' tokens (B, i, width), poems' (B, p, width) and which of these are `present` (B, p), true or false.

        `apart`: neither segment sees the other, so that a picture's mean depends on no poem.
        """
        states, bias = self.sequence(picture, poem, present, apart=apart)
        states = self.mpnet(inputs_embeds=states, attention_mask=bias).last_hidden_state
        first = 1 + picture.shape[1] + 1
        read = states[:, first : first + poem.shape[1]]
        there = present[..., None].to(read.dtype)
        return Segments(
            states[:, 0],
            states[:, 1 : first - 1].mean(dim=1),
            (read * there).sum(dim=1) / there.sum(dim=1),
        )

    def sequence(self, picture: Tensor, poem: Tensor, present: Tensor, *, apart: bool) -> tuple[Tensor, Tensor]:
        """The sequence (B, n, width) without its positions, and what is added to attention (B, 1, 1 or n, n)."""
        rows, length = poem.shape[0], picture.shape[1] + poem.shape[1] + 3
        cls, pad, sep = self.mpnet.embeddings.word_embeddings.weight
        ends = [end.expand(rows, 1, -1) for end in (cls, sep, sep)]
        states = torch.cat(
            [ends[0], picture, ends[1], torch.where(present[..., None], poem, pad.to(poem.dtype)), ends[2]], dim=1
        )
        segment = (torch.arange(length, device=poem.device) >= picture.shape[1] + 2).long()
        one = torch.ones(rows, 1, dtype=torch.bool, device=poem.device)
        seen = torch.cat([one.expand(-1, picture.shape[1] + 2), present, one], dim=1)[:, None, None, :]
        if apart:
            seen = seen & (segment[:, None] == segment)
        bias = torch.zeros(seen.shape, device=poem.device).masked_fill(~seen, torch.finfo(torch.float32).min)
        return states + self.segments[segment], bias


def random_mpnet(size: MPNetSize) -> MPNetModel:
    """MPNet with random weights, else as published: the library's defaults have another epsilon, fewer places."""
    config = MPNetConfig(
        vocab_size=SEP + 1,
        hidden_size=size.width,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        intermediate_size=size.hidden,
        hidden_dropout_prob=size.dropout,
        attention_probs_dropout_prob=size.dropout,
        max_position_embeddings=size.positions,
        layer_norm_eps=1e-5,
    )
    return MPNetModel(config, add_pooling_layer=False)

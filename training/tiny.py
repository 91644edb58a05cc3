"""A model folder of a few hundred kilobytes with random weights, made by the same export: for tests, which need the
runtime's behaviour and not its judgement.
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from torch import Tensor, nn
from torch.nn import functional

from ekphrasis.assets import vocabulary
from ekphrasis.model import Certainty, Config, ScoreWeights

from .export import export
from .network.ce_clip import CEClip, Vocabulary
from .network.image_tower import EARLY_GRID, EARLY_WIDTH, GRID, GRID_WIDTH, POOLED_WIDTH
from .recipes import SMOKE


class TinyTrunk(nn.Module):
    """Mean colours of a 14 × 14 grid through one random layer, in the shape that EfficientNet-Lite2's blocks give."""

    def __init__(self) -> None:
        super().__init__()
        self.colours = _random_layer(3, EARLY_WIDTH)

    def forward(self, pixels: Tensor) -> Tensor:
        return torch.relu(self.colours(functional.avg_pool2d(pixels, pixels.shape[-1] // EARLY_GRID)))


class TinyLateTrunk(nn.Module):
    """The later blocks' shapes, likewise."""

    def __init__(self) -> None:
        super().__init__()
        self.colours = _random_layer(EARLY_WIDTH, GRID_WIDTH)

    def forward(self, early: Tensor) -> tuple[Tensor, Tensor]:
        grid = torch.relu(self.colours(functional.avg_pool2d(early, EARLY_GRID // GRID)))
        return grid, grid.mean(dim=(2, 3)).repeat(1, 4)[:, :POOLED_WIDTH]


def _random_layer(width: int, out: int) -> nn.Conv2d:
    layer = nn.Conv2d(width, out, kernel_size=1, bias=False)
    with torch.no_grad():
        seeded = torch.Generator().manual_seed(SMOKE.seed)
        layer.weight.copy_(torch.randn(layer.weight.shape, generator=seeded) / width**0.5)
    return layer


def tiny_tokenizer() -> Tokenizer:
    """WordPiece over letters and the words of the vocabulary."""
    words = sorted({word for name in ("subjects", "moods") for word in vocabulary(name) if " " not in word})
    letters = [chr(letter) for letter in range(ord("a"), ord("z") + 1)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), *words]
    pieces = list(dict.fromkeys(pieces))
    tokenizer = Tokenizer(WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def tiny_model() -> CEClip:
    torch.manual_seed(SMOKE.seed)
    words = Vocabulary(vocabulary("subjects"), vocabulary("moods"), vocabulary("palette"))
    model = CEClip(SMOKE.size, words, TinyLateTrunk(), pretrained=False)
    tokenizer = tiny_tokenizer()
    model.name_tags([tokenizer.encode(word, add_special_tokens=False).ids for word in (*words.subjects, *words.moods)])
    return model


def write_tiny(folder: Path) -> Config:
    return export(
        tiny_model(),
        TinyTrunk(),
        tiny_tokenizer(),
        folder,
        name=SMOKE.name,
        text_tokens=SMOKE.text_tokens,
        poem_tokens=SMOKE.poem_tokens,
        depth=4,
        score=ScoreWeights(0.5, 1.0),
        certainty=Certainty(0.5, 0.2),
    )

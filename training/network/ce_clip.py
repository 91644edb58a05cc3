"""CE-CLIP: both towers, what they put into the joint space, and the cross-encoder over their tokens."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .cross_encoder import CrossEncoder
from .encoder import EncoderSize
from .image_tower import GRID, ImageTop, ImageTowerSize
from .text_tower import TextTower, TextTowerSize


@dataclass(frozen=True, slots=True)
class Vocabulary:
    subjects: tuple[str, ...]
    moods: tuple[str, ...]
    palette: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Size:
    image: ImageTowerSize
    text: TextTowerSize
    cross: EncoderSize
    map_hidden: int  # of the maps from tower tokens to the cross-encoder's
    poem: int  # the cross-encoder's places for poem tokens
    tags: int  # how many likely subjects follow the picture's tokens as words
    mood_tags: int

    @property
    def picture(self) -> int:
        return GRID * GRID + 1 + self.tags + self.mood_tags


@dataclass(frozen=True, slots=True)
class Picture:
    """What the image tower makes of pictures: cross-encoder tokens, each map's vector, and logits."""

    tokens: Tensor
    vectors: Tensor
    subjects: Tensor
    moods: Tensor
    palette: Tensor


@dataclass(frozen=True, slots=True)
class Text:
    """What the text tower makes of texts: sentence vectors, and logits."""

    vector: Tensor
    subjects: Tensor
    moods: Tensor


class CEClip(nn.Module):
    """The whole network behind the frozen trunk.

    The joint vector has three parts, each of unit length before it is weighted: the sentence vector, the subjects and
    the moods. Its cosine is so the weighted mean of three likenesses, and weights are chosen without training again.
    """

    sentence_weight: Tensor
    rarity: Tensor
    calibration: Tensor

    def __init__(self, size: Size, vocabulary: Vocabulary, pretrained: bool) -> None:
        super().__init__()
        self.size = size
        self.vocabulary = vocabulary
        subjects, moods, palette = map(len, (vocabulary.subjects, vocabulary.moods, vocabulary.palette))
        width = size.cross.width
        self.image = ImageTop(size.image, subjects, moods, palette)
        self.text = TextTower(size.text, subjects, moods)
        self.image_map = nn.Sequential(
            nn.Linear(size.image.width, size.map_hidden), nn.GELU(), nn.Linear(size.map_hidden, width)
        )
        self.text_map = nn.Sequential(nn.Linear(width, size.map_hidden), nn.GELU(), nn.Linear(size.map_hidden, width))
        nn.init.zeros_(self.text_map[-1].weight)
        nn.init.zeros_(self.text_map[-1].bias)
        self.tag_words = nn.Parameter(torch.randn(subjects + moods, width) * 0.02)
        self.cross = CrossEncoder(size.cross, size.picture, size.poem)
        self.register_buffer("sentence_weight", torch.tensor([0.8, 0.15, 0.05]))
        self.register_buffer("rarity", torch.ones(subjects))
        # Scale and shift of the image tower's subject and mood logits, so that certainty is the share that is right.
        self.register_buffer("calibration", torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
        if pretrained:
            self.text.load_minilm()
            self.cross.load_minilm()

    def see(self, grid: Tensor, pooled: Tensor) -> Picture:
        """The trunk's grid (B, 352, 7, 7) and pooled features (B, 1280) to the image tower's outputs."""
        tokens, vectors, subjects, moods, palette = self.image(grid, pooled)
        subjects, moods = self.calibrated(subjects, moods)
        return Picture(self.picture_tokens(tokens, subjects, moods), vectors, subjects, moods, palette)

    def calibrated(self, subjects: Tensor, moods: Tensor) -> tuple[Tensor, Tensor]:
        (scale, shift), (mood_scale, _) = self.calibration
        return subjects * scale + shift, moods * mood_scale

    def picture_tokens(self, tokens: Tensor, subjects: Tensor, moods: Tensor) -> Tensor:
        """Mapped grid tokens, then the likeliest subjects and moods as words, weighted by their certainty."""
        certain = [
            torch.topk(torch.sigmoid(subjects), self.size.tags),
            torch.topk(moods.softmax(-1), self.size.mood_tags),
        ]
        words = [
            functional.embedding(found.indices + offset, self.tag_words) * found.values[..., None]
            for found, offset in zip(certain, (0, subjects.shape[-1]), strict=True)
        ]
        return torch.cat([self.image_map(tokens), *words], dim=1)

    def read(self, states: Tensor, mask: Tensor) -> Text:
        """Last text states (B, n, width) to the text tower's outputs."""
        return Text(*self.text.read(states, mask))

    def text_tokens(self, ids: Tensor, states: Tensor) -> Tensor:
        """Cross-encoder tokens (B, n, width): the word itself, and what the text tower understood, through the map.

        The map gives nothing at the start, so MiniLM's layers begin with the input that they know.
        """
        words: Tensor = self.text.words(ids)
        return words + self.text_map(states)

    def image_joint(self, picture: Picture) -> Tensor:
        vector = functional.normalize(picture.vectors.mean(dim=0), dim=-1)
        return self._joint(vector, torch.sigmoid(picture.subjects), picture.moods.softmax(-1))

    def text_joint(self, text: Text) -> Tensor:
        return self._joint(text.vector, torch.sigmoid(text.subjects), text.moods.softmax(-1))

    def _joint(self, vector: Tensor, subjects: Tensor, moods: Tensor) -> Tensor:
        sentence, subject, mood = self.sentence_weight.sqrt()
        parts = [
            vector * sentence,
            functional.normalize(subjects * self.rarity.sqrt(), dim=-1) * subject,
            functional.normalize(moods, dim=-1) * mood,
        ]
        return functional.normalize(torch.cat(parts, dim=-1), dim=-1)

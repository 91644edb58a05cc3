"""CE-CLIP: both towers, what they put into the joint space, and the cross-encoder over their tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from .cross_encoder import CrossEncoder
from .encoder import EncoderSize, two_layers
from .image_tower import GRID_WIDTH, POOLED_WIDTH, ImageTop, ImageTowerSize
from .text_tower import TextTower, TextTowerSize

# How much of a unit vector the three parts keep, and what a picture's vector holds where a text's holds its mark.
_KEPT = 0.64
MARK = (1 - _KEPT) ** 0.5
_NEAREST = 10
# The grid's 49 patches are read again as 16 regions, for half the sequence. Whether patches give more was not tried.
REGIONS = 4
TAG_CERTAINTY = 0.2


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
    bank: int  # pictures that tell how popular a text is

    @property
    def picture(self) -> int:
        return REGIONS * REGIONS + 1 + self.tags + self.mood_tags


@dataclass(frozen=True, slots=True)
class Picture:
    """What the image tower makes of pictures: grid and pooled features, each map's vector, and logits."""

    grid: Tensor
    pooled: Tensor
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


def regions_of(grid: Tensor) -> Tensor:
    """Means (B, width, 4, 4) of each 2 × 2 patches of a grid (B, width, 7, 7), of fewer at its right and lower edge."""
    return functional.avg_pool2d(grid, kernel_size=2, stride=2, ceil_mode=True, count_include_pad=False)


class CEClip(nn.Module):
    """The whole network behind the image tower's frozen blocks, whose later ones are `late`.

    The joint vector has three parts, each of unit length before it is weighted: the sentence vector, the subjects and
    the moods. Its cosine is so the weighted mean of three likenesses, and weights are chosen without training again.
    Two more places hold what a text is to be marked down by: a text that is near to many pictures is the answer to
    none (Conneau et al. 2018, cross-domain similarity local scaling), so half its mean likeness to the nearest pictures
    of a `bank` is taken off. As the vectors stay of unit length, the runtime need not know.
    """

    shares: Tensor
    rarity: Tensor
    calibration: Tensor
    bank: Tensor

    def __init__(self, size: Size, vocabulary: Vocabulary, late: nn.Module, pretrained: bool) -> None:
        super().__init__()
        self.size = size
        self.vocabulary = vocabulary
        subjects, moods, palette = map(len, (vocabulary.subjects, vocabulary.moods, vocabulary.palette))
        width = size.cross.width
        self.image = ImageTop(size.image, late, subjects, moods, palette)
        self.text = TextTower(size.text, subjects, moods)
        # At the start the cross-encoder reads nothing but words, the tags' and the poem's, as MiniLM did.
        self.region_map = two_layers(GRID_WIDTH, size.map_hidden, width, from_nothing=True)
        self.whole_map = two_layers(POOLED_WIDTH, size.map_hidden, width, from_nothing=True)
        self.text_map = two_layers(width, size.map_hidden, width, from_nothing=True)
        self.tag_words = nn.Parameter(torch.randn(subjects + moods, width) * 0.02)
        self.cross = CrossEncoder(size.cross, size.picture, size.poem)
        self.log_scale = nn.Parameter(torch.zeros(()))  # of the contrastive loss
        # Of sentence, subjects and moods in the joint vector's cosine.
        self.register_buffer("shares", torch.tensor([0.64, 0.3, 0.06]))
        self.register_buffer("rarity", torch.ones(subjects))
        # Scale and shift of the image tower's subject and mood logits, so that certainty is the share that is right.
        self.register_buffer("calibration", torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
        self.register_buffer("bank", torch.zeros(size.bank, size.image.joint + subjects + moods))
        if pretrained:
            self.text.load_minilm()
            self.cross.load_minilm()

    def name_tags(self, pieces: Sequence[Sequence[int]]) -> None:
        """Start each tag, subjects then moods, from its word: the mean of the embeddings of its word pieces."""
        words = [self.text.words.weight[torch.tensor(ids)].mean(dim=0) for ids in pieces]
        self.tag_words.data.copy_(torch.stack(words).detach())

    def see(self, early: Tensor) -> Picture:
        """The frozen blocks' map (B, 120, 14, 14) to the image tower's outputs."""
        grid, pooled, vectors, subjects, moods, palette = self.image(early)
        return Picture(grid, pooled, vectors, *self.calibrated(subjects, moods), palette)

    def look(self, early: Tensor) -> Picture:
        """What `see` makes of pictures as they are and mirrored, averaged; grid and pooled features as they are.

        A mirrored map costs only the later blocks, and a picture means the same in a mirror.
        """
        plain, mirrored = self.see(early), self.see(early.flip(-1))
        logits = {
            name: (getattr(plain, name) + getattr(mirrored, name)) / 2 for name in ("subjects", "moods", "palette")
        }
        return replace(plain, vectors=torch.cat([plain.vectors, mirrored.vectors]), **logits)

    def calibrated(self, subjects: Tensor, moods: Tensor) -> tuple[Tensor, Tensor]:
        (scale, shift), (mood_scale, _) = self.calibration
        return subjects * scale + shift, moods * mood_scale

    def picture_tokens(self, seen: Picture) -> Tensor:
        """Cross-encoder tokens (B, 27, width): the pooled features, the regions, then the likeliest subjects and
        moods as words, fainter below TAG_CERTAINTY (what Oscar calls tags: anchors between picture and words).
        """
        certain = [
            torch.topk(torch.sigmoid(seen.subjects), self.size.tags),
            torch.topk(seen.moods.softmax(-1), self.size.mood_tags),
        ]
        words = [
            functional.embedding(found.indices + offset, self.tag_words)
            * (found.values / TAG_CERTAINTY).clamp(max=1)[..., None]
            for found, offset in zip(certain, (0, seen.subjects.shape[-1]), strict=True)
        ]
        regions = self.region_map(regions_of(seen.grid).flatten(2).transpose(1, 2))
        return torch.cat([self.whole_map(seen.pooled)[:, None], regions, *words], dim=1)

    def read(self, states: Tensor, mask: Tensor) -> Text:
        """Last text states (B, n, width) to the text tower's outputs."""
        return Text(*self.text.read(states, mask))

    def text_tokens(self, ids: Tensor, states: Tensor) -> Tensor:
        """Cross-encoder tokens (B, n, width) of word pieces and last states: the word itself, and what the text tower
        understood, through the map.

        The map gives nothing at the start, so MiniLM's layers begin with the input that they know.
        """
        tokens: Tensor = self.text.words(ids) + self.text_map(states)
        return tokens

    def image_joint(self, picture: Picture) -> Tensor:
        """Unit vectors (B, D) of pictures: likeness to a text's vector is their dot product."""
        parts = self.image_parts(picture)
        place = torch.full_like(parts[:, :1], MARK)
        return torch.cat([parts * _KEPT**0.5, place, torch.zeros_like(place)], dim=-1)

    def standing_in(self, text: Text) -> Tensor:
        """Unit vectors (B, D) of texts that stand in a picture's place: a picture's mark instead of a text's."""
        parts = self.text_parts(text)
        place = torch.full_like(parts[:, :1], MARK)
        return torch.cat([parts * _KEPT**0.5, place, torch.zeros_like(place)], dim=-1)

    def text_joint(self, text: Text) -> Tensor:
        """Unit vectors (B, D) of texts."""
        parts = self.text_parts(text)
        popular = torch.topk(parts @ self.bank.T, min(_NEAREST, len(self.bank))).values.mean(dim=-1, keepdim=True)
        marked = -popular * (0.5 * _KEPT / MARK)
        filled = (1 - _KEPT - marked**2).clamp(min=0).sqrt()
        return torch.cat([parts * _KEPT**0.5, marked, filled], dim=-1)

    def image_parts(self, picture: Picture) -> Tensor:
        """The joint vector without the two places of the mark: what the bank holds."""
        vector = functional.normalize(picture.vectors.mean(dim=0), dim=-1)
        return self._parts(vector, torch.sigmoid(picture.subjects), picture.moods.softmax(-1))

    def text_parts(self, text: Text) -> Tensor:
        vector = functional.normalize(text.vector, dim=-1)
        return self._parts(vector, torch.sigmoid(text.subjects), text.moods.softmax(-1))

    def _parts(self, vector: Tensor, subjects: Tensor, moods: Tensor) -> Tensor:
        sentence, subject, mood = self.shares.sqrt()
        parts = [
            vector * sentence,
            functional.normalize(subjects * self.rarity.sqrt(), dim=-1) * subject,
            functional.normalize(moods, dim=-1) * mood,
        ]
        return functional.normalize(torch.cat(parts, dim=-1), dim=-1)

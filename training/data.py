"""The data as a stage's steps take it: cached features and text states, labels as numbers, and who is held out."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from .network.ce_clip import Vocabulary
from .network.encoder import absent_padding
from .shards import validates


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts as the frozen text tower reads them, one after another: text i has rows offsets[i] to offsets[i + 1].

    `ids` (N,) word pieces; `early` (N, width) float16, what the frozen layers give.
    """

    texts: tuple[str, ...]
    ids: Tensor
    offsets: Tensor
    early: Tensor

    @classmethod
    def kept(cls, cache: dict[str, Any]) -> "Texts":
        """From what `FrozenText.read` gave."""
        return cls(tuple(cache["texts"]), cache["ids"], cache["offsets"], cache["early"])

    def __len__(self) -> int:
        return len(self.texts)

    def batch(self, chosen: Tensor, longest: int | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Ids (B, n), mask (B, n) and early states (B, n, width) of the `chosen` texts, cut to `longest` pieces."""
        lengths = (self.offsets[chosen + 1] - self.offsets[chosen]).clamp(max=longest or len(self.ids))
        mask = absent_padding(lengths, int(lengths.max()))
        rows = (self.offsets[chosen][:, None] + torch.arange(mask.shape[1])[None]).clamp(max=len(self.ids) - 1)
        return self.ids[rows] * mask, mask, self.early[rows].float() * mask[..., None]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Labels as numbers: subjects (n, S) and palette (n, P) of 0 and 1, moods (n,) as indices."""

    subjects: Tensor
    moods: Tensor
    palette: Tensor

    @classmethod
    def of(cls, rows: Sequence[tuple[Sequence[str], str, Sequence[str]]], words: Vocabulary) -> "Labels":
        return cls(
            torch.stack([_marked(subjects, words.subjects) for subjects, _, _ in rows]),
            torch.tensor([words.moods.index(mood) for _, mood, _ in rows]),
            torch.stack([_marked(palette, words.palette) for _, _, palette in rows]),
        )


def _marked(present: Sequence[str], words: Sequence[str]) -> Tensor:
    return torch.tensor([float(word in present) for word in words])


def rarity(subjects: Tensor) -> Tensor:
    """How much sharing a subject says, ln((1 + N) / (1 + n)), from labels (N, S); as the overlap measure weighs it."""
    return torch.log((1 + len(subjects)) / (1 + subjects.sum(dim=0)))


def split(keys: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Indices of `keys` that are trained on, and of those that validate."""
    held = torch.tensor([validates(key) for key in keys])
    return (~held).nonzero().flatten(), held.nonzero().flatten()


def spoken_subjects(text: str, subjects: Sequence[str]) -> tuple[Tensor, Tensor]:
    """What a poem's own words say of its subjects: truth (S,) and whether it is known (S,).

    A subject named twice, or in its title, is one of the poem's; one that is not named is taken not to be; one
    named once in passing is left open. A weak teacher, but there is no other for 10,000 poems.
    """
    title, _, body = text.lower().partition("\n")
    named, spoken = _counted(title), _counted(body)
    counts = torch.tensor([sum(named[form] + spoken[form] for form in _forms(word)) for word in subjects])
    first = torch.tensor([any(named[form] for form in _forms(word)) for word in subjects])
    truth = (counts >= 2) | first
    return truth.float(), (truth | (counts == 0)).float()


def _counted(text: str) -> Counter[str]:
    words = re.findall("[a-z]+", text)
    return Counter([*words, *map(" ".join, pairwise(words))])


@cache
def _forms(word: str) -> tuple[str, ...]:
    singular = _SINGULAR.get(word, word)
    return (singular, f"{singular}s", f"{singular}es", *_PLURALS.get(word, ()))


_SINGULAR = {"lovers": "lover", "friends": "friend"}
_PLURALS = {
    "man": ("men",),
    "woman": ("women",),
    "child": ("children",),
    "leaf": ("leaves",),
    "baby": ("babies",),
    "city": ("cities",),
    "butterfly": ("butterflies",),
}

"""The whole training data of a recipe, read from its caches (see `features`)."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ekphrasis.assets import ASSETS
from ekphrasis.collection.anthology import read_anthology

from .data import Labels, Texts, rarity, split, spoken_subjects
from .network.ce_clip import Vocabulary
from .recipes import Recipe
from .shards import Judged, graded, pairs, validates

LIST = 8


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Pictures of one kind with their texts, `each` a picture.

    By view, what the image tower's frozen blocks give: `views` (n, 120, 14, 14) float16.
    """

    keys: tuple[str, ...]
    views: tuple[Tensor, ...]
    texts: Texts
    each: int
    trained: Tensor
    held_out: Tensor

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, count: int, draw: torch.Generator) -> Tensor:
        """Indices of `count` different pictures that are trained on, fewer where there are fewer."""
        return some(self.trained, count, draw)

    def features(self, chosen: Tensor, draw: torch.Generator) -> Tensor:
        """Maps (B, 120, 14, 14) of the `chosen` pictures, each in a view drawn by lot, every second one mirrored.

        The mirrored map is not quite the mirrored picture's, but as near to it as a step of training needs.
        """
        lot = torch.randint(len(self.views), chosen.shape, generator=draw).tolist()
        mirrored = torch.rand(chosen.shape, generator=draw) < 0.5
        maps = torch.stack([self.views[view][at].float() for view, at in zip(lot, chosen.tolist(), strict=True)])
        return torch.where(mirrored[:, None, None, None], maps.flip(-1), maps)

    def plain(self, chosen: Tensor) -> Iterator[Tensor]:
        """Maps of the `chosen` pictures as they are, some hundreds at a time."""
        for part in torch.split(chosen, 256):
            yield self.views[0][part].float()

    def one_text(self, chosen: Tensor, draw: torch.Generator) -> Tensor:
        """For each of the `chosen` pictures the index of one of its texts."""
        return chosen * self.each + torch.randint(self.each, chosen.shape, generator=draw)


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """All that the stages draw from.

    `labels` belong to `described`, `rarity` (S,) is how much sharing a subject says. Judged artworks: `judged_pictures`
    (A,) index `described`, `judged_poems` (A, 8) index `fit`, `judged_grades` (A, 8); `judged_train` and
    `judged_held_out` index them. Pairs: row i of `captions` belongs to row i of `multim`, of poem group
    `pair_groups[i]`; `pair_train` and `pair_held_out` index them. `anthology_labels` belong to `anthology`'s poems, a
    tenth of which are held out as well.
    """

    described: Pictures
    photos: Pictures
    labels: Labels
    rarity: Tensor
    fit: Texts
    judged_pictures: Tensor
    judged_poems: Tensor
    judged_grades: Tensor
    judged_train: Tensor
    judged_held_out: Tensor
    weak: Texts
    weak_truth: Tensor
    weak_known: Tensor
    anthology: Texts
    anthology_labels: Labels
    anthology_train: Tensor
    anthology_held_out: Tensor
    captions: Texts
    multim: Texts
    pair_groups: Tensor
    pair_train: Tensor
    pair_held_out: Tensor


def some(indices: Tensor, count: int, draw: torch.Generator) -> Tensor:
    """`count` different ones of `indices`, or all in another order where there are fewer."""
    return indices[torch.randperm(len(indices), generator=draw)[:count]]


def load_corpus(data: Path, caches: Path, recipe: Recipe, words: Vocabulary) -> Corpus:
    samples = torch.load(caches / "samples.pt", weights_only=True)
    described = [sample for sample in samples if sample[1] == "described"]
    labels = Labels.of([(subjects, mood, palette) for _, _, _, subjects, mood, palette in described], words)
    pictures = load_pictures(caches, "described", recipe.views, 1)
    place = {key: at for at, key in enumerate(pictures.keys)}

    judged = graded(data, place)
    fit_poems = {poem: at for at, poem in enumerate(poems_of(judged))}
    lists = [_list_of_eight(one.grades, sorted(fit_poems)) for one in judged]
    judged_train, judged_held_out = split([one.artwork for one in judged])

    ours = read_anthology(ASSETS / "anthology")
    ours_train, ours_held_out = split([poem.id for poem in ours])
    weak = load_texts(caches / "text-weak.pt")
    told = [spoken_subjects(text, words.subjects) for text in weak.texts]
    matched = [pair for pair in pairs(data / "poems" / "multim-captions.jsonl.gz") if not pair.held_out]
    held = torch.tensor([validates(f"group {pair.group}") for pair in matched])
    return Corpus(
        described=pictures,
        photos=load_pictures(caches, "photo", recipe.photo_views, recipe.captions),
        labels=labels,
        rarity=rarity(labels.subjects[pictures.trained]),
        fit=load_texts(caches / "text-fit.pt"),
        judged_pictures=torch.tensor([place[one.artwork] for one in judged]),
        judged_poems=torch.tensor([[fit_poems[poem] for poem, _ in row] for row in lists]),
        judged_grades=torch.tensor([[grade for _, grade in row] for row in lists]),
        judged_train=judged_train,
        judged_held_out=judged_held_out,
        weak=weak,
        weak_truth=torch.stack([truth for truth, _ in told]),
        weak_known=torch.stack([known for _, known in told]),
        anthology=load_texts(caches / "text-anthology.pt"),
        anthology_labels=Labels.of([(poem.subjects, poem.mood, poem.palette) for poem in ours], words),
        anthology_train=ours_train,
        anthology_held_out=ours_held_out,
        captions=load_texts(caches / "text-captions.pt"),
        multim=load_texts(caches / "text-multim.pt"),
        pair_groups=torch.tensor([pair.group for pair in matched]),
        pair_train=(~held).nonzero().flatten(),
        pair_held_out=held.nonzero().flatten(),
    )


def poems_of(judged: Iterable[Judged]) -> list[str]:
    """The poems that were graded, in the order of their cache."""
    return sorted({poem for one in judged for poem in one.grades})


def weak_ids(poems: dict[str, str], graded: Iterable[str], count: int, longest: int = 120) -> list[str]:
    """`count` short ones of the `poems` that nobody graded, drawn by lot, in the order of their cache."""
    rest = sorted(set(poems) - set(graded), key=int)
    random.Random(0).shuffle(rest)
    return [poem for poem in rest if len(poems[poem].split()) < longest][:count]


def load_pictures(caches: Path, kind: str, views: int, each: int) -> Pictures:
    kept = [torch.load(caches / f"trunk-{kind}-{view}.pt", weights_only=True) for view in range(views)]
    keys = tuple(kept[0]["keys"])
    trained, held_out = split(keys)
    return Pictures(
        keys,
        tuple(view["early"] for view in kept),
        load_texts(caches / f"text-{kind}.pt"),
        each,
        trained,
        held_out,
    )


def load_texts(file: Path) -> Texts:
    return Texts.kept(torch.load(file, weights_only=True))


def _list_of_eight(grades: dict[str, int], others: list[str]) -> list[tuple[str, int]]:
    """Graded poems as a list of eight: where fewer were graded, others follow that nobody chose for this artwork."""
    rows = list(grades.items())[:LIST]
    draw = random.Random(rows[0][0])
    return rows + [(poem, 0) for poem in draw.sample(others, LIST - len(rows))]

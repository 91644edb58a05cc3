"""What is chosen after training, on pictures and poem groups that were not trained on: calibration and weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional

from . import measures
from .corpus import Corpus
from .data import Labels, Texts
from .network.ce_clip import CEClip, Picture, Text

# Shares of sentence, subjects and moods in the joint vector that are tried.
SUBJECT_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4)
MOOD_SHARES = (0.0, 0.03, 0.06, 0.1)
ARTWORKS = 345  # as many as an exhibition has; own descriptions are harder to find among more
_ROWS = ("grid", "pooled", "subjects", "moods", "palette")


def platt(logits: Tensor, truth: Tensor) -> tuple[float, float]:
    """Scale and shift of `logits` by which their sigmoid is the share of `truth`, by least cross-entropy."""
    numbers = torch.tensor([1.0, 0.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([numbers], max_iter=60)

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(logits * numbers[0] + numbers[1], truth)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    scale, shift = numbers.tolist()
    return scale, shift


def temperature(logits: Tensor, truth: Tensor) -> float:
    """The scale of `logits` (n, M) by which their softmax is least wrong about `truth` (n,)."""
    tried = torch.linspace(0.2, 2.0, 37)
    losses = torch.stack([functional.cross_entropy(logits * scale, truth) for scale in tried])
    return float(tried[losses.argmin()])


@torch.no_grad()
def pictures_of(model: CEClip, corpus: Corpus, chosen: Tensor) -> Picture:
    parts = [model.look(part) for part in corpus.described.plain(chosen)]
    rows = {name: torch.cat([getattr(part, name) for part in parts]) for name in _ROWS}
    return Picture(vectors=torch.cat([part.vectors for part in parts], dim=1), **rows)


@torch.no_grad()
def texts_of(model: CEClip, texts: Texts, chosen: Tensor | None = None) -> Text:
    wanted = torch.arange(len(texts)) if chosen is None else chosen
    batches = (texts.batch(part) for part in torch.split(wanted, 64))
    parts = [model.read(model.text.late(early, mask), mask) for _, mask, early in batches]
    return Text(*(torch.cat([getattr(part, name) for part in parts]) for name in ("vector", "subjects", "moods")))


def calibrate(model: CEClip, corpus: Corpus) -> None:
    """Make the image tower's certainties the shares that are right on held-out pictures."""
    held = corpus.described.held_out
    model.calibration.copy_(torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
    seen = pictures_of(model, corpus, held)
    scale, shift = platt(seen.subjects, corpus.labels.subjects[held])
    mood = temperature(seen.moods, corpus.labels.moods[held])
    model.calibration.copy_(torch.tensor([[scale, shift], [mood, 0.0]]))


def weigh_joint(model: CEClip, corpus: Corpus, labelled: Sequence[measures.Labelled]) -> list[dict[str, float]]:
    """Try shares of the joint vector on held-out pictures, with `labelled` poems and with their own descriptions, and
    keep those that find the most of an artwork's subjects and mood without losing its own description.
    """
    held = corpus.described.held_out[:ARTWORKS]
    bank = pictures_of(model, corpus, corpus.described.trained[: len(model.bank)])
    seen, described, read = (
        pictures_of(model, corpus, held),
        texts_of(model, corpus.described.texts, held),
        texts_of(model, corpus.anthology),
    )
    artworks = rows_of(corpus.labels, held, model)
    overlap, hit, mood = (table(artworks, labelled) for table in (measures.overlaps, measures.hits, measures.moods))
    every = range(len(artworks))
    told = []
    for subject, mood_share in product(SUBJECT_SHARES, MOOD_SHARES):
        share(model, bank, subject, mood_share)
        pictures = model.image_joint(seen)
        own = (pictures @ model.text_joint(described).T).double().numpy()
        likeness = (pictures @ model.text_joint(read).T).double().numpy()
        first = likeness.argmax(axis=1)
        different, commonest = measures.variety(first.tolist())
        found = measures.ranks(own, torch.arange(len(held)).numpy())
        told.append(
            {
                "subjects": subject,
                "moods": mood_share,
                "overlap": float(overlap[every, first].mean() / overlap.mean()),
                "hit@1": float(hit[every, first].mean()),
                "mood": float(mood[every, first].mean() / mood.mean()),
                "own R@1": float(measures.within(found, 1).mean()),
                "own R@5": float(measures.within(found, 5).mean()),
                "different": different,
                "commonest": commonest,
            }
        )
    # Overlap and mood count as multiples of a random poem; a tenth of the own descriptions lost from the first five
    # outweighs one such multiple, as does one poem given to a twentieth more of the artworks.
    best = max(told, key=lambda row: row["overlap"] + row["mood"] + 10 * row["own R@5"] - 20 * row["commonest"])
    share(model, bank, best["subjects"], best["moods"])
    return told


@torch.no_grad()
def share(model: CEClip, bank: Picture, subjects: float, moods: float) -> None:
    """Give subjects and moods these shares of the joint vector, and fill the model's bank as it then is."""
    model.shares.copy_(torch.tensor([1 - subjects - moods, subjects, moods]))
    model.bank.zero_()
    model.bank[: len(bank.subjects)] = model.image_parts(bank)


@dataclass(frozen=True, slots=True)
class Facts:
    subjects: tuple[str, ...]
    mood: str


def rows_of(labels: Labels, chosen: Tensor, model: CEClip) -> list[Facts]:
    """Labels as words again."""
    words = model.vocabulary
    return [
        Facts(
            tuple(word for word, there in zip(words.subjects, subjects, strict=True) if there),
            words.moods[mood],
        )
        for subjects, mood in zip(labels.subjects[chosen].tolist(), labels.moods[chosen].tolist(), strict=True)
    ]

"""What the networks are asked to do better."""

import torch
from torch import Tensor
from torch.nn import functional


def contrastive(first: Tensor, second: Tensor, scale: Tensor, softness: float) -> Tensor:
    """Symmetric contrastive loss of unit vectors (B, D), row i of `first` belonging to row i of `second`.

    `softness` of each target goes to the other rows in the measure of their likeness in `second`: two descriptions
    that say almost the same are not wholly wrong for each other's pictures.
    """
    logits = scale * first @ second.T
    with torch.no_grad():
        alike = (second @ second.T / 0.1).softmax(dim=-1)
        targets = (1 - softness) * torch.eye(len(first), device=first.device) + softness * alike
        backwards = targets.T / targets.T.sum(dim=-1, keepdim=True)
    return (functional.cross_entropy(logits, targets) + functional.cross_entropy(logits.T, backwards)) / 2


def listwise(scores: Tensor, gains: Tensor) -> Tensor:
    """Cross-entropy of the softmax over each list's `scores` (B, K) against its `gains` (B, K), made to sum to 1.

    Lists with no gain at all say nothing and do not count.
    """
    total = gains.sum(dim=-1)
    told = total > 0
    if not told.any():
        return scores.sum() * 0
    targets = gains[told] / total[told][:, None]
    return functional.cross_entropy(scores[told], targets)


def gains(grades: Tensor) -> Tensor:
    """What a grade from 0 to 3 is worth: 2^grade - 1, as in nDCG."""
    return 2.0 ** grades.float() - 1


def labels(logits: Tensor, truth: Tensor, known: Tensor | None = None) -> Tensor:
    """Binary cross-entropy (B, S) summed over the words; where `known` is 0 the truth is not known."""
    each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    if known is not None:
        each = each * known
    return each.sum(dim=-1).mean()


def match(scores: Tensor, true: Tensor) -> Tensor:
    """Binary cross-entropy of each pair's score (B, K) against its label: 1 where it is `true` (B, K), else 0."""
    return functional.binary_cross_entropy_with_logits(scores.float(), true.to(torch.float32))


def ranking(queries: Tensor, answers: Tensor, own: Tensor, true: Tensor, scale: float) -> Tensor:
    """Multiple negatives ranking (Henderson et al. 2017): each query's own answer before all the others.

    `queries` (B, D) and `answers` (C, D) meet by their cosine times `scale`; `own` (B,) is each query's index into the
    answers, and other answers that are `true` (B, C) for it do not count.
    """
    cosines = functional.cosine_similarity(queries[:, None].float(), answers[None].float(), dim=-1)
    others = true & (torch.arange(len(answers), device=own.device) != own[:, None])
    return functional.cross_entropy((scale * cosines).masked_fill(others, -torch.inf), own)

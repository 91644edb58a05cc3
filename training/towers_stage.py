"""The first stage: what the towers learn on top of their frozen layers."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional

from .corpus import Corpus, some
from .losses import contrastive, gains, labels, listwise
from .network.ce_clip import CEClip
from .recipes import TowersRecipe


@dataclass
class Towers:
    """Pictures to MiniLM's sentence space, and what pictures and texts speak of; MiniLM and the trunk are frozen.

    Pictures meet their descriptions or captions in one batch; described ones teach the heads as well; graded
    artworks teach which poem fits; poems' own words, and captions with their poems, teach the text side.
    """

    model: CEClip
    corpus: Corpus
    recipe: TowersRecipe
    name: str = "towers"

    def __post_init__(self) -> None:
        self.steps, self.rate, self.weight_decay = self.recipe.steps, self.recipe.rate, self.recipe.weight_decay
        self.model.log_scale.data.fill_(-log(self.recipe.temperature))

    def learning(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        text = self.model.text
        parts = (self.model.image, text.to_joint, text.token_subjects, text.text_subjects, text.moods)
        weights = chain.from_iterable(part.parameters() for part in parts)
        return [([self.model.log_scale, *weights], self.rate)]

    def losses(self, draw: torch.Generator) -> dict[str, Tensor]:
        recipe, corpus, model = self.recipe, self.corpus, self.model
        scale = model.log_scale.exp().clamp(max=100)
        described = corpus.described.draw(recipe.described, draw)
        judged = some(corpus.judged_train, recipe.judged, draw)
        photos = corpus.photos.draw(recipe.photos, draw)
        features = [
            corpus.described.features(described, draw),
            corpus.photos.features(photos, draw),
            corpus.described.features(corpus.judged_pictures[judged], draw),
        ]
        picture = model.see(*map(torch.cat, zip(*features, strict=True)))
        _, mask, states = corpus.described.texts.batch(described)
        text = model.read(states, mask)
        captions = model.text.vector(corpus.photos.texts.means[corpus.photos.one_text(photos, draw)])
        vectors = torch.cat([text.vector, captions])
        n, labelled = len(vectors), len(described)
        losses = {
            "contrast": torch.stack(
                [contrastive(each[:n], vectors, scale, recipe.softness) for each in picture.vectors]
            ).mean()
        }
        truth = corpus.labels
        losses["labels"] = recipe.label_weight * (
            labels(picture.subjects[:labelled], truth.subjects[described])
            + functional.cross_entropy(picture.moods[:labelled], truth.moods[described])
            + labels(picture.palette[:labelled], truth.palette[described])
            + labels(text.subjects, truth.subjects[described])
            + functional.cross_entropy(text.moods, truth.moods[described])
        )
        losses["fit"] = recipe.fit_weight * self._fit(picture.vectors[:, n:], judged, scale)
        losses["poems"] = recipe.label_weight * self._poems(draw)
        losses["pairs"] = recipe.fit_weight * self._pairs(scale, draw)
        return losses

    def _fit(self, vectors: Tensor, judged: Tensor, scale: Tensor) -> Tensor:
        """Each graded artwork's own poems, the better before the worse, and before the other artworks' poems."""
        poems = self.corpus.judged_poems[judged]
        worth = gains(self.corpus.judged_grades[judged])
        texts = self.model.text.vector(self.corpus.fit.means[poems.flatten()])
        scores = scale * functional.normalize(vectors.mean(dim=0), dim=-1) @ texts.T
        rows = torch.arange(len(judged))
        own = scores.reshape(len(judged), *poems.shape)[rows, rows]
        among_all = torch.zeros(len(judged), *poems.shape)
        among_all[rows, rows] = worth
        return listwise(own, worth) + 0.5 * listwise(scores, among_all.flatten(1))

    def _poems(self, draw: torch.Generator) -> Tensor:
        chosen = some(torch.arange(len(self.corpus.weak)), self.recipe.poems, draw)
        _, mask, states = self.corpus.weak.batch(chosen)
        text = self.model.read(states, mask)
        return labels(text.subjects, self.corpus.weak_truth[chosen], self.corpus.weak_known[chosen])

    def _pairs(self, scale: Tensor, draw: torch.Generator) -> Tensor:
        chosen = some(self.corpus.pair_train, self.recipe.pairs, draw)
        captions = self.model.text.vector(self.corpus.captions.means[chosen])
        poems = self.model.text.vector(self.corpus.multim.means[chosen])
        return contrastive(captions, poems, scale, self.recipe.softness)

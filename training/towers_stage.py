"""The first stage: the towers learn, all but their frozen layers."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional

from .corpus import Corpus, some
from .data import Texts
from .losses import contrastive, gains, labels, listwise
from .network.ce_clip import CEClip, Text
from .recipes import TowersRecipe


@dataclass
class Towers:
    """Pictures to MiniLM's sentence space, and what pictures and texts speak of.

    Pictures meet their descriptions or captions in one batch; described ones teach the heads as well; graded
    artworks teach which poem fits; the anthology's labels, poems' own words, and captions with their poems teach
    the text side.
    """

    model: CEClip
    corpus: Corpus
    recipe: TowersRecipe
    name: str = "towers"

    def __post_init__(self) -> None:
        self.steps, self.weight_decay = self.recipe.steps, self.recipe.weight_decay
        self.model.log_scale.data.fill_(-log(self.recipe.temperature))

    def learning(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        image, text, recipe = self.model.image, self.model.text, self.recipe
        late = list(image.late.parameters())
        apart = set(map(id, late))
        fresh = [weight for weight in image.parameters() if id(weight) not in apart]
        return [
            ([self.model.log_scale, *fresh, *text.heads()], recipe.rate),
            (late, recipe.image_rate),
            (text.late_layers(), recipe.text_rate),
        ]

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
        picture = model.see(torch.cat(features))
        text = self._read(corpus.described.texts, described)
        captions = self._read(corpus.photos.texts, corpus.photos.one_text(photos, draw))
        vectors = torch.cat([text.vector, captions.vector])
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
        texts = self._read(self.corpus.fit, poems.flatten()).vector
        scores = scale * functional.normalize(vectors.mean(dim=0), dim=-1) @ texts.T
        rows = torch.arange(len(judged))
        own = scores.reshape(len(judged), *poems.shape)[rows, rows]
        among_all = torch.zeros(len(judged), *poems.shape)
        among_all[rows, rows] = worth
        return listwise(own, worth) + 0.5 * listwise(scores, among_all.flatten(1))

    def _poems(self, draw: torch.Generator) -> Tensor:
        corpus = self.corpus
        chosen = some(torch.arange(len(corpus.weak)), self.recipe.poems, draw)
        weak = self._read(corpus.weak, chosen)
        ours = some(corpus.anthology_train, self.recipe.anthology, draw)
        text = self._read(corpus.anthology, ours)
        return (
            labels(weak.subjects, corpus.weak_truth[chosen], corpus.weak_known[chosen])
            + labels(text.subjects, corpus.anthology_labels.subjects[ours])
            + functional.cross_entropy(text.moods, corpus.anthology_labels.moods[ours])
        )

    def _pairs(self, scale: Tensor, draw: torch.Generator) -> Tensor:
        chosen = some(self.corpus.pair_train, self.recipe.pairs, draw)
        captions = self._read(self.corpus.captions, chosen).vector
        poems = self._read(self.corpus.multim, chosen).vector
        return contrastive(captions, poems, scale, self.recipe.softness)

    def _read(self, texts: Texts, chosen: Tensor) -> Text:
        _, mask, early = texts.batch(chosen, self.recipe.tokens)
        return self.model.read(self.model.text.late(early, mask), mask)

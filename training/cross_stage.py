"""The second stage: the cross-encoder learns on the frozen towers' tokens."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn
from torch.nn import functional

from .corpus import Corpus, some
from .data import Texts
from .losses import gains, listwise
from .network.ce_clip import CEClip
from .recipes import CrossRecipe


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What stands in the picture's place: tokens (B, i, width), their mask, and at which places they stand."""

    tokens: Tensor
    mask: Tensor
    at: Tensor


@dataclass
class Cross:
    """It learns which text belongs to which picture, and which poem fits.

    Every few pictures meet all of their descriptions, captions in the picture's place all of their poems: so each text
    is as often the true one for its own as a false one for the others, and no text can be told by itself. (Negatives
    drawn from the towers' shortlist were told at once: what is near to every query is nobody's own.) Beside that,
    artworks with their graded poems. A part of the picture's grid is left out at each step: it costs less, and no
    single patch can be leant on.
    """

    model: CEClip
    corpus: Corpus
    recipe: CrossRecipe
    name: str = "cross"

    def __post_init__(self) -> None:
        self.steps, self.rate, self.weight_decay = self.recipe.steps, self.recipe.rate, self.recipe.weight_decay
        self.fresh = self.recipe.fresh_rate

    def learning(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        """MiniLM's layers at the stage's rate, what starts from nothing at a higher one."""
        model, cross = self.model, self.model.cross
        fresh = (model.patch_map, model.whole_map, model.text_map, cross.dense, cross.logit)
        new = chain.from_iterable(part.parameters() for part in fresh)
        kept = [*cross.encoder.parameters(), *cross.norm.parameters(), cross.cls, cross.sep, cross.positions]
        return [
            (kept, self.rate),
            ([cross.segments, cross.scale, model.tag_words, *new], self.fresh),
        ]

    def losses(self, draw: torch.Generator) -> dict[str, Tensor]:
        return {"described": self._described(draw), "fit": self._fit(draw), "pairs": self._pairs(draw)}

    def _described(self, draw: torch.Generator) -> Tensor:
        pictures = self.corpus.described
        chosen = pictures.draw(self.recipe.described, draw)
        asked = self._picture(*pictures.features(chosen, draw), draw)
        return _square(self._scores(asked, pictures.texts, chosen.expand(len(chosen), -1)))

    def _fit(self, draw: torch.Generator) -> Tensor:
        corpus = self.corpus
        chosen = some(corpus.judged_train, self.recipe.judged, draw)
        asked = self._picture(*corpus.described.features(corpus.judged_pictures[chosen], draw), draw)
        scores = self._scores(asked, corpus.fit, corpus.judged_poems[chosen])
        return listwise(scores, gains(corpus.judged_grades[chosen]))

    def _pairs(self, draw: torch.Generator) -> Tensor:
        corpus = self.corpus
        chosen = some(corpus.pair_train, self.recipe.pairs, draw)
        ids, mask, states = corpus.captions.batch(chosen, self.model.size.picture)
        places = torch.arange(ids.shape[1]).expand_as(ids)
        asked = Asked(self.model.text_tokens(ids, states), mask, places)
        return _square(self._scores(asked, corpus.multim, chosen.expand(len(chosen), -1)))

    def _picture(self, grid: Tensor, pooled: Tensor, draw: torch.Generator) -> Asked:
        """The pooled token, a part of the grid, and the tags of pictures with these features."""
        with torch.no_grad():
            self.model.image.eval()
            seen = self.model.see(grid, pooled)
        tokens = self.model.picture_tokens(grid, pooled, seen.subjects, seen.moods)
        rows, patches = len(grid), grid.shape[2] * grid.shape[3]
        kept = max(1, int(patches * self.recipe.grid_kept))
        drawn = torch.rand(rows, patches, generator=draw).argsort(dim=1)[:, :kept] + 1
        first = torch.zeros(rows, 1, dtype=torch.long)
        tags = torch.arange(patches + 1, tokens.shape[1]).expand(rows, -1)
        at = torch.cat([first, drawn, tags], dim=1)
        return Asked(torch.take_along_dim(tokens, at[..., None], dim=1), torch.ones_like(at), at)

    def _scores(self, asked: Asked, texts: Texts, candidates: Tensor) -> Tensor:
        """Logits (B, K) of the `candidates` (B, K), indices into `texts`, each row for its own picture."""
        each = candidates.shape[1]
        ids, mask, states = texts.batch(candidates.flatten(), self.recipe.poem_tokens)
        repeated = [part.repeat_interleave(each, dim=0) for part in (asked.tokens, asked.mask)]
        logits: Tensor = self.model.cross(
            *repeated, self.model.text_tokens(ids, states), mask, asked.at.repeat_interleave(each, dim=0)
        )
        return logits.reshape(candidates.shape)


def _square(scores: Tensor) -> Tensor:
    """The loss of scores (B, B) whose diagonal is true: each row's text, and each column's picture."""
    own = torch.arange(len(scores))
    return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2

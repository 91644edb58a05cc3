"""The second stage: on the frozen towers' tokens the cross-encoder learns what the towers' order lacks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import torch
from torch import Tensor, nn
from torch.nn import functional

from . import choose
from .corpus import Corpus, some
from .data import Texts
from .losses import gains, listwise
from .network.ce_clip import CEClip
from .recipes import CrossRecipe

# The towers' cosine counts as this much logit: their contrastive loss's own scale at its start. A trained
# cross-encoder so weighs about 1 / LIKENESS beside the cosine when the model runs.
LIKENESS = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What stands in the picture's place: tokens (B, i, width), their mask, and vectors (B, D) of the joint space."""

    tokens: Tensor
    mask: Tensor
    vectors: Tensor


@dataclass
class Cross:
    """It learns which text belongs to which picture, which poem fits, and which speaks of what is to be seen.

    Its logit is added to the towers' cosine before any loss, so it learns what they do not know: at the start the
    order is theirs. A picture that is drawn brings some of its nearest texts' own pictures along, and all of these
    meet all of their texts; captions in the picture's place meet poems likewise. So each text is as often the true
    one for its own as a false one for the others, and no text can be told by itself, which a shortlist's negatives
    can: what is near to every query is nobody's own.
    """

    model: CEClip
    corpus: Corpus
    recipe: CrossRecipe
    name: str = "cross"
    near_pictures: Tensor = field(init=False)
    near_pairs: Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.steps, self.weight_decay = self.recipe.steps, self.recipe.weight_decay
        corpus, model = self.corpus, self.model
        trained = corpus.described.trained
        pictures = model.image_joint(choose.pictures_of(model, corpus, trained))
        texts = model.text_joint(choose.texts_of(model, corpus.described.texts, trained))
        self.near_pictures = _nearest(pictures, texts, self.recipe.neighbours)
        captions = choose.texts_of(model, corpus.captions, corpus.pair_train)
        poems = choose.texts_of(model, corpus.multim, corpus.pair_train)
        groups = corpus.pair_groups[corpus.pair_train]
        self.near_pairs = _nearest(model.standing_in(captions), model.text_joint(poems), self.recipe.neighbours, groups)
        # Only the cross-encoder and its maps learn: what else the checkpoint holds stays as it was.
        model.requires_grad_(False)
        for weights, _ in self.learning():
            for weight in weights:
                weight.requires_grad_(True)

    def learning(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        """MiniLM's layers at the stage's rate, what starts from nothing at a higher one."""
        model, cross = self.model, self.model.cross
        fresh = (model.region_map, model.whole_map, model.text_map, cross.dense, cross.logit)
        new = chain.from_iterable(part.parameters() for part in fresh)
        kept = [*cross.encoder.parameters(), *cross.norm.parameters(), cross.cls, cross.sep, cross.positions]
        return [
            (kept, self.recipe.rate),
            ([cross.segments, cross.scale, model.tag_words, *new], self.recipe.fresh_rate),
        ]

    def losses(self, draw: torch.Generator) -> dict[str, Tensor]:
        # Towers that do not learn have no dropout either.
        self.model.image.eval()
        self.model.text.eval()
        described = [self._described(draw) for _ in range(self.recipe.squares)]
        return {
            "described": torch.stack(described).mean(),
            "fit": self._fit(draw),
            "subjects": self._subjects(draw),
            "pairs": self._pairs(draw),
        }

    def _described(self, draw: torch.Generator) -> Tensor:
        pictures = self.corpus.described
        chosen = pictures.trained[_together(self.near_pictures, self.recipe.described, draw)]
        asked = self._picture(pictures.features(chosen, draw))
        return _square(self._scores(asked, pictures.texts, chosen, _each_with_all(len(chosen))))

    def _pairs(self, draw: torch.Generator) -> Tensor:
        corpus = self.corpus
        chosen = corpus.pair_train[_together(self.near_pairs, self.recipe.pairs, draw)]
        ids, mask, early = corpus.captions.batch(chosen, self.model.size.picture)
        with torch.no_grad():
            states = self.model.text.late(early, mask)
            vectors = self.model.standing_in(self.model.read(states, mask))
        asked = Asked(self.model.text_tokens(ids, states), mask, vectors)
        return _square(self._scores(asked, corpus.multim, chosen, _each_with_all(len(chosen))))

    def _fit(self, draw: torch.Generator) -> Tensor:
        corpus = self.corpus
        chosen = some(corpus.judged_train, self.recipe.judged, draw)
        asked = self._picture(corpus.described.features(corpus.judged_pictures[chosen], draw))
        poems = corpus.judged_poems[chosen]
        each = torch.arange(poems.numel()).reshape(poems.shape)
        return listwise(self._scores(asked, corpus.fit, poems.flatten(), each), gains(corpus.judged_grades[chosen]))

    def _subjects(self, draw: torch.Generator) -> Tensor:
        """Pictures with poems of the anthology, the better the more of what is to be seen a poem speaks of."""
        corpus, recipe = self.corpus, self.recipe
        chosen = corpus.described.draw(recipe.shown, draw)
        asked = self._picture(corpus.described.features(chosen, draw))
        poems = some(corpus.anthology_train, recipe.poems, draw)
        weighed = corpus.labels.subjects[chosen] * corpus.rarity
        shared = weighed @ corpus.anthology_labels.subjects[poems].T / weighed.sum(dim=1, keepdim=True)
        each = torch.arange(len(poems)).expand(len(chosen), -1)
        return listwise(self._scores(asked, corpus.anthology, poems, each), shared)

    def _picture(self, early: Tensor) -> Asked:
        with torch.no_grad():
            seen = self.model.look(early)
            vectors = self.model.image_joint(seen)
        tokens = self.model.picture_tokens(seen)
        return Asked(tokens, torch.ones(tokens.shape[:2], dtype=torch.long), vectors)

    def _scores(self, asked: Asked, texts: Texts, chosen: Tensor, candidates: Tensor) -> Tensor:
        """Scores (B, K) of the `candidates` (B, K), places among the `chosen` of `texts`, each row for its picture."""
        ids, mask, early = texts.batch(chosen, self.recipe.poem_tokens)
        with torch.no_grad():
            states = self.model.text.late(early, mask)
            likeness = (asked.vectors @ self.model.text_joint(self.model.read(states, mask)).T).float()
        tokens = self.model.text_tokens(ids, states)
        each, flat = candidates.shape[1], candidates.flatten()
        logits: Tensor = self.model.cross(
            asked.tokens.repeat_interleave(each, dim=0),
            asked.mask.repeat_interleave(each, dim=0),
            tokens[flat],
            mask[flat],
        )
        return logits.reshape(candidates.shape).float() + LIKENESS * likeness.gather(1, candidates)


def _nearest(queries: Tensor, texts: Tensor, count: int, groups: Tensor | None = None) -> Tensor:
    """For each query the places (n, count) of its nearest texts but its own; texts of one group count as one's own."""
    found = []
    for at in torch.split(torch.arange(len(queries)), 512):
        likeness = queries[at] @ texts.T
        own = torch.arange(len(texts)) == at[:, None] if groups is None else groups == groups[at][:, None]
        found.append(likeness.masked_fill(own, -9.0).topk(min(count, len(texts) - 1)).indices)
    return torch.cat(found)


def _together(near: Tensor, count: int, draw: torch.Generator) -> Tensor:
    """One place drawn by lot, and `count` - 1 of its neighbours."""
    first = torch.randint(len(near), (1,), generator=draw)
    return torch.cat([first, some(near[first[0]], count - 1, draw)])


def _each_with_all(count: int) -> Tensor:
    return torch.arange(count).expand(count, -1)


def _square(scores: Tensor) -> Tensor:
    """The loss of scores (B, B) whose diagonal is true: each row's text, and each column's picture."""
    own = torch.arange(len(scores))
    return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2

"""The two stages of the paper's network (Algorithm 1): warm-up and fine-tune."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from . import processes
from .fetch.trouble import Trouble
from .image_poems import FalsePoems, ImagePoems
from .losses import listwise, match, ranking
from .network.paper import COSINE_SCALE, PaperNetwork, Scored
from .recipes_paper import PaperRecipe

_VALIDATED_AT_ONCE = 16


@dataclass
class Paper:
    """Which poem of several stands with a picture: its own before false ones drawn by lot.

    In warm-up the towers are frozen and the maps and the cross-encoder learn; in fine-tuning everything does. Every
    pair is seen once an epoch; the pairs that do not fill a batch are left to another epoch.
    """

    network: PaperNetwork
    pairs: ImagePoems
    recipe: PaperRecipe
    towers_learn: bool

    def __post_init__(self) -> None:
        recipe = self.recipe
        self.name = f"{recipe.name}-{'finetune' if self.towers_learn else 'warmup'}"
        self.epoch_steps = len(self.pairs.train) // recipe.lists
        if not self.epoch_steps or not len(self.pairs.validation):
            raise Trouble(
                f"{len(self.pairs.train)} pairs to train on and {len(self.pairs.validation)} to validate with are too "
                f"few: a step takes {recipe.lists}, and one at least is validated with."
            )
        if recipe.lists % processes.count():
            raise Trouble(
                f"{processes.count()} processes cannot share {recipe.lists} pictures evenly: start another number."
            )
        self.steps = self.epoch_steps * (recipe.finetune_epochs if self.towers_learn else recipe.warmup_epochs)
        self.weight_decay, self.checkpoint_every = recipe.weight_decay, recipe.checkpoint_every
        self.network.towers.set_learning(self.towers_learn)
        self._replicated = processes.replicated(self.network)
        self._false = FalsePoems(self.pairs, self.pairs.train)
        seeded = torch.Generator().manual_seed(recipe.seed)
        validated = self.pairs.validation
        false = FalsePoems(self.pairs, validated).draw(validated, recipe.negatives, seeded)
        self._validated = torch.cat([validated[:, None], false], dim=1)
        self.begin(0)

    def learning(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        return [((weight for weight in self.network.parameters() if weight.requires_grad), self.recipe.rate)]

    def begin(self, step: int) -> None:
        """Say which step is the next: an epoch's order is drawn from the seed and the epoch's number alone."""
        epoch, at = divmod(step, self.epoch_steps)
        seeded = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + epoch)
        order = self.pairs.train[torch.randperm(len(self.pairs.train), generator=seeded)]
        self._batch = order[at * self.recipe.lists : (at + 1) * self.recipe.lists]

    def losses(self, draw: torch.Generator) -> dict[str, Tensor]:
        lists = torch.cat([self._batch[:, None], self._false.draw(self._batch, self.recipe.negatives, draw)], dim=1)
        scored: Scored = self._replicated(*self._read(processes.share(lists)), apart="pooled" in self.recipe.losses)
        true = torch.zeros_like(scored.scores)
        true[:, 0] = 1
        losses = {}
        if "bce" in self.recipe.losses:
            losses["bce"] = match(scored.scores, true)
        if "listwise" in self.recipe.losses:
            losses["listwise"] = listwise(scored.scores.float(), true)
        if "pooled" in self.recipe.losses:
            losses["pooled"] = self._pooled(scored)
        return losses

    def validate(self) -> float:
        """The share of validation pictures whose own poem is scored above all false ones; equal is not above."""
        self.network.eval()
        right = torch.zeros((), device=self.network.cross.segments.device)
        for lists in processes.share(self._validated).split(_VALIDATED_AT_ONCE):  # type: ignore[no-untyped-call]
            with torch.no_grad():
                scores = self.network(*self._read(lists)).scores
            right += (scores[:, :1] > scores[:, 1:]).all(dim=1).sum()
        return processes.mean(right) * processes.count() / len(self._validated)

    def _pooled(self, scored: Scored) -> Tensor:
        """Each picture's mean before the means of all true poems of the batch.

        Both are read apart: where a sequence holds both, its segments tell each other which sequence they are in, and
        pairs of pure noise are told apart as well as true ones.
        """
        assert scored.pictures is not None
        assert scored.poems is not None
        mine = processes.share(torch.arange(len(self._batch)))
        device = scored.pictures.device
        true = self.pairs.true(self._batch[mine], self._batch)
        return ranking(
            scored.pictures, processes.gathered(scored.poems.float()), mine.to(device), true.to(device), COSINE_SCALE
        )

    def _read(self, lists: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (B, 3, s, s) and poems' ids (B, K, context) of `lists` (B, K), each its own pair first."""
        device = self.network.cross.segments.device
        pixels = self.pairs.pixels[self.pairs.pictures[lists[:, 0]]].to(device)
        return pixels.float() / 255, self.pairs.ids[lists].to(device)

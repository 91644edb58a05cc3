"""The paper's recipe and ours for the paper's network: every number with its reason beside it.

"Printed" is what the paper says in section 4.3 or Algorithm 1.
"""

from dataclasses import dataclass, replace
from typing import Literal

from .network.paper_size import ClipSize, MPNetSize, PaperSize

Loss = Literal["bce", "listwise", "pooled"]
Split = Literal["paper", "grouped"]


@dataclass(frozen=True, slots=True)
class PaperRecipe:
    name: str
    size: PaperSize
    pretrained: bool  # else random weights
    pooled: bool  # the score is the pooled segments' cosine, not the head's
    split: Split
    losses: tuple[Loss, ...]  # added up; `bce` or `listwise` must be among them, as `pooled` reads no score
    batch: int  # pairs, true and false ones, of all processes together
    negatives: int  # false poems for each true one
    warmup_epochs: int
    finetune_epochs: int
    rate: float
    weight_decay: float
    checkpoint_every: int  # steps
    seed: int

    @property
    def lists(self) -> int:
        """Pictures in a batch, each with its true poem and its false ones."""
        return self.batch // (1 + self.negatives)


PAPER = PaperRecipe(
    name="paper",
    size=PaperSize(
        clip=ClipSize(  # CLIP's ViT-B/32 as published; where the paper prints other numbers, its weights decide
            image_size=224,
            patch=32,
            image_width=768,  # printed as 512, which is the joint space's
            image_layers=12,  # printed
            image_head=64,  # twelve heads, printed
            text_width=512,  # printed
            text_layers=12,  # printed
            text_heads=8,  # printed
            context=77,
            words=49_408,  # 49,152 merges and 256 bytes
            joint=512,
        ),
        mpnet=MPNetSize(
            layers=12,  # printed
            width=768,  # printed
            heads=12,  # printed
            hidden=3072,  # mpnet-base's
            positions=514,  # mpnet-base's
            dropout=0.1,  # mpnet-base's
        ),
        map_hidden=382,  # printed, if perhaps for 384
    ),
    pretrained=True,
    pooled=False,  # the output is said to be a score from 0 to 1, which no cosine is
    split="paper",  # a random fifth is held out, printed
    losses=("bce", "pooled"),  # labels 1 and 0, and multiple negatives ranking: both are printed
    batch=64,  # printed; of the set with its false pairs, so sixteen pictures with four poems each
    negatives=3,  # printed
    warmup_epochs=100,  # printed, as the most; the best epoch is kept
    finetune_epochs=200,  # printed, as the most; the best epoch is kept
    rate=1e-6,  # printed as 1 × 10 6, the minus sign lost; the same throughout, as no schedule is named
    weight_decay=0.01,  # AdamW's own, as none is named
    checkpoint_every=100,  # a minute or so on an accelerator; a checkpoint is three gigabytes
    seed=20,  # any would do
)

# One thing is changed, so that what it gives can be told. With three false poems for each true one `bce` is already low
# when every score says no, and what it then asks, the same threshold for every picture, no ranking needs. `listwise`
# asks only that a picture's own poem comes before its false ones, which is what is measured.
OURS = replace(PAPER, name="ours", losses=("listwise", "pooled"))

PAPER_SMOKE = replace(
    PAPER,
    name="paper-smoke",
    size=PaperSize(
        clip=ClipSize(
            image_size=64,
            patch=32,
            image_width=32,
            image_layers=1,
            image_head=16,
            text_width=16,
            text_layers=1,
            text_heads=2,
            context=16,
            words=49_408,
            joint=16,
        ),
        mpnet=MPNetSize(layers=1, width=32, heads=2, hidden=64, positions=64, dropout=0.1),
        map_hidden=24,
    ),
    pretrained=False,
    batch=16,
    warmup_epochs=2,
    finetune_epochs=2,
    rate=1e-3,
    checkpoint_every=3,
)

PAPER_RECIPES = {recipe.name: recipe for recipe in (PAPER, OURS, PAPER_SMOKE)}

# What a folder of `export clip` is called: by its recipe, or thus where CLIP is alone in it.
CLIP_ALONE, CLIP_ALONE_SMOKE = "clip", "clip-smoke"
CLIP_FOLDERS = frozenset([CLIP_ALONE, CLIP_ALONE_SMOKE, *PAPER_RECIPES])

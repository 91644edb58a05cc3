"""Recipes as data: every number of a training run, with its reason beside it."""

from dataclasses import dataclass, replace

from .network.ce_clip import Size
from .network.encoder import EncoderSize
from .network.image_tower import ImageTowerSize
from .network.text_tower import TextTowerSize


@dataclass(frozen=True, slots=True)
class TowersRecipe:
    steps: int
    rate: float  # of maps and heads, which start from nothing
    image_rate: float  # of EfficientNet's later blocks
    text_rate: float  # of MiniLM's later layers
    described: int  # pictures of each kind in a batch
    photos: int
    judged: int  # artworks with their graded poems
    poems: int  # poems whose words teach the subject head
    anthology: int  # poems whose labels do
    pairs: int  # captions with their poems
    tokens: int  # word pieces of a text in a step
    softness: float
    label_weight: float
    fit_weight: float
    weight_decay: float = 0.05  # AdamW's; small maps on few pictures over-fit without it
    temperature: float = 0.05  # the scale starts at its inverse, 20, as the paper's loss has it


@dataclass(frozen=True, slots=True)
class CrossRecipe:
    steps: int
    rate: float  # of MiniLM's layers
    fresh_rate: float  # of maps and head, which start from nothing
    squares: int  # groups of artworks in a step
    described: int  # artworks in a group, each against all of its descriptions
    judged: int  # artworks in a step, each with its graded poems
    shown: int  # artworks in a step, each with the same poems of the anthology
    poems: int  # those poems
    pairs: int  # captions in a step, standing in the picture's place, each against all of their poems
    neighbours: int  # from which a group is drawn
    poem_tokens: int
    weight_decay: float = 0.01


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    size: Size
    pretrained: bool  # else random weights behind a tiny trunk and tokenizer
    views: int  # how each described picture is seen: as it is, mirrored and cut, as visitors' photos
    photo_views: int
    captions: int  # captions of each photo
    weak_poems: int
    train_tokens: int  # word pieces of a text in training
    text_tokens: int  # word pieces of a text when the model runs
    poem_tokens: int  # word pieces of a poem that are re-read when the model runs
    depth: int
    seed: int
    towers: TowersRecipe
    cross: CrossRecipe


LAPTOP = Recipe(
    name="laptop",
    size=Size(
        image=ImageTowerSize(
            width=384,  # MiniLM's, so that picture and poem tokens meet without a third map
            joint=384,  # MiniLM's sentence space, which already knows poems
            hidden=384,  # the maps' and heads' weights are then a quarter of the tower
            maps=3,  # averaged, as each errs in its own way
            dropout=0.3,  # 3,200 pictures are few for two million weights
        ),
        text=TextTowerSize(
            encoder=EncoderSize(layers=6, width=384, heads=12, hidden=1536),  # all-MiniLM-L6-v2
            words=30522,
            positions=512,
            hidden=384,  # as wide as the sentence vector that it moves
            frozen=6,  # all: learning in the last two made a step three times as long
        ),
        cross=EncoderSize(layers=6, width=384, heads=12, hidden=1536),  # MiniLM's again: 10.7 million weights
        map_hidden=384,  # the paper's 382, rounded to MiniLM's width
        poem=96,  # places for a poem's pieces; fewer are used, so that a longer reading needs no new network
        tags=8,  # some twice as many as an artwork has, as some of them will be wrong
        mood_tags=2,  # the mood and what it may be mistaken for
        bank=512,  # enough to have ten near to any text; a megabyte
    ),
    pretrained=True,
    views=4,  # as it is, mirrored and cut, as two visitors' photos
    photo_views=1,  # photos are many already
    captions=2,  # of five that say much the same
    weak_poems=2500,  # as many as are read in two minutes
    train_tokens=96,  # half the caches' size; poems are told apart by less
    text_tokens=160,  # most of a page of verse, in 40 ms
    poem_tokens=48,  # a title and some five lines, as in training; re-ranking time is linear in it
    depth=30,
    seed=20,  # any would do
    towers=TowersRecipe(
        steps=520,  # seven times through the described artworks: what there was time for on two cores
        rate=6e-4,  # small maps bear more than a transformer would
        image_rate=1e-4,  # ImageNet's features are to be moved, not lost
        text_rate=5e-5,  # MiniLM's layers would bear little
        described=128,  # the larger share: these are what the companion will meet
        photos=40,
        judged=12,  # with eight poems each, as many texts as the described have
        poems=32,
        anthology=24,
        pairs=64,
        tokens=64,  # a step's time is linear in it; longer texts are told apart by less
        softness=0.2,  # descriptions of paintings are often much alike
        label_weight=0.05,  # the sum over 149 words then weighs about as much as the contrast
        fit_weight=0.3,  # 1,100 artworks only: more of it is learned by heart
    ),
    cross=CrossRecipe(
        steps=800,  # what there was time for on two cores
        rate=1e-4,  # high, as the steps are few
        fresh_rate=5e-4,
        squares=2,
        described=7,  # forty-nine readings
        judged=3,
        shown=3,
        poems=8,
        pairs=5,
        neighbours=40,  # as deep as a shortlist
        poem_tokens=48,  # a step's time is linear in it
    ),
)

SMOKE = replace(
    LAPTOP,
    name="smoke",
    size=Size(
        image=ImageTowerSize(width=32, joint=32, hidden=32, maps=1, dropout=0.1),
        text=TextTowerSize(
            EncoderSize(layers=2, width=32, heads=2, hidden=64), words=300, positions=64, hidden=32, frozen=1
        ),
        cross=EncoderSize(layers=1, width=32, heads=2, hidden=64),
        map_hidden=32,
        poem=24,
        tags=3,
        mood_tags=1,
        bank=4,
    ),
    pretrained=False,
    views=2,
    photo_views=1,
    captions=1,
    weak_poems=8,
    train_tokens=32,
    text_tokens=48,
    poem_tokens=16,
    towers=replace(LAPTOP.towers, steps=6, described=4, photos=2, judged=2, poems=2, anthology=2, pairs=4),
    cross=replace(LAPTOP.cross, steps=4, squares=1, described=2, judged=1, shown=1, poems=3, pairs=2, poem_tokens=16),
)

RECIPES = {recipe.name: recipe for recipe in (LAPTOP, SMOKE)}

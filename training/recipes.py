"""Recipes as data: every number of a training run, with its reason beside it."""

from dataclasses import dataclass, replace

from .network.ce_clip import Size
from .network.encoder import EncoderSize
from .network.image_tower import ImageTowerSize
from .network.text_tower import TextTowerSize


@dataclass(frozen=True, slots=True)
class TowersRecipe:
    steps: int
    rate: float
    described: int  # pictures of each kind in a batch
    photos: int
    judged: int  # artworks with their graded poems
    poems: int  # poems whose words teach the subject head
    pairs: int  # captions with their poems
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
    described: int  # artworks in a step, each against all of their descriptions
    judged: int  # artworks in a step, each with its graded poems
    pairs: int  # captions in a step, standing in the picture's place, each against all of their poems
    grid_kept: float  # share of the picture's grid tokens that a step sees
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
            hidden=384,
            maps=3,  # averaged: three beat one by some points at recall
            dropout=0.3,  # 3,200 pictures are few for two million weights
        ),
        text=TextTowerSize(
            encoder=EncoderSize(layers=6, width=384, heads=12, hidden=1536),  # all-MiniLM-L6-v2
            words=30522,
            positions=512,
            hidden=384,
        ),
        cross=EncoderSize(layers=6, width=384, heads=12, hidden=1536),  # MiniLM's again: 10.7 million weights
        map_hidden=384,
        poem=96,  # word pieces of a poem that are re-read: nine in ten anthology poems fit, and time is linear in it
        tags=8,  # an artwork has four or five subjects; eight hold nearly all that are right
        mood_tags=2,
        bank=512,  # 1,500 pictures told no more than these on the validation pictures, and weigh three times as much
    ),
    pretrained=True,
    views=3,
    photo_views=1,
    captions=2,
    weak_poems=2500,
    train_tokens=96,  # half the caches' size; poems are told apart by less
    text_tokens=160,  # half of the anthology's poems are longer; time is linear in it
    poem_tokens=64,  # a title and some six lines; re-ranking time is linear in it
    depth=24,
    seed=20,
    towers=TowersRecipe(
        steps=450,
        rate=6e-4,
        described=128,
        photos=96,
        judged=24,
        poems=48,
        pairs=128,
        softness=0.2,
        label_weight=0.05,
        fit_weight=0.3,
    ),
    cross=CrossRecipe(
        steps=80,
        rate=1e-4,
        fresh_rate=5e-4,
        described=6,
        judged=2,
        pairs=4,
        grid_kept=0.1,
        poem_tokens=40,
    ),
)

SMOKE = replace(
    LAPTOP,
    name="smoke",
    size=Size(
        image=ImageTowerSize(width=32, joint=32, hidden=32, maps=1, dropout=0.1),
        text=TextTowerSize(EncoderSize(layers=1, width=32, heads=2, hidden=64), words=300, positions=64, hidden=32),
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
    towers=replace(LAPTOP.towers, steps=6, described=4, photos=2, judged=2, poems=2, pairs=4),
    cross=replace(LAPTOP.cross, steps=4, described=2, judged=1, pairs=2, poem_tokens=16),
)

RECIPES = {recipe.name: recipe for recipe in (LAPTOP, SMOKE)}

"""The commands that make a model: caches, the two stages, the folder."""

import argparse
import json
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from ekphrasis.assets import ASSETS, vocabulary
from ekphrasis.collection.anthology import read_anthology
from ekphrasis.model.folder import Certainty, ScoreWeights, open_folder

from . import choose, stages
from .card import card
from .corpus import Corpus, fit_ids, load_corpus, weak_ids
from .cross_stage import Cross
from .data import Texts
from .export import export
from .features import FrozenText, FrozenTrunk, cached, pixels, progress, view
from .fusion import choose_score
from .network.ce_clip import CEClip, Vocabulary
from .network.image_tower import Trunk
from .network.text_tower import minilm_tokenizer
from .recipes import RECIPES, Recipe
from .shards import Sample, judgements, pairs, public_domain_poems, samples, validates
from .tiny import TinyTrunk, tiny_tokenizer, write_tiny
from .towers_stage import Towers

BATCH = 8


def features(given: argparse.Namespace) -> None:
    """Every cache that `load_corpus` reads, made where it is not there yet."""
    recipe = RECIPES[given.recipe]
    torch.set_num_threads(given.threads)
    every = list(samples(given.data))
    kinds = {kind: [one for one in every if one.kind == kind] for kind in ("described", "photo")}
    facts = [(one.key, one.kind, one.texts, one.subjects, one.mood, one.palette) for one in every]
    cached(given.out / "samples.pt", lambda: facts)

    trunk = FrozenTrunk(trunk_of(recipe), given.threads)
    for kind, views in (("described", recipe.views), ("photo", recipe.photo_views)):
        for number in range(views):
            make = partial(_through, trunk, kinds[kind], number)
            cached(given.out / f"trunk-{kind}-{number}.pt", make)

    poems = public_domain_poems(given.data / "poems" / "public-domain.jsonl.gz")
    matched = [pair for pair in pairs(given.data / "poems" / "multim-captions.jsonl.gz") if not pair.held_out]
    texts = {
        "described": [one.texts[0] for one in kinds["described"]],
        # Neither the shortest nor the longest captions of a photo: those say too little, or wander.
        "photo": [text for one in kinds["photo"] for text in sorted(one.texts, key=len)[2 : 2 + recipe.captions]],
        "fit": [poems[poem] for poem in fit_ids(given.data)],
        "weak": [poems[poem] for poem in weak_ids(given.data, recipe.weak_poems)],
        "captions": [pair.caption for pair in matched],
        "multim": [pair.poem for pair in matched],
    }
    frozen = FrozenText(new_model(recipe).text, tokenizer_of(recipe), given.threads)
    for name, wanted in texts.items():
        make = partial(frozen.read, wanted, recipe.train_tokens, name)
        cached(given.out / f"text-{name}.pt", make)


def warmup(given: argparse.Namespace) -> None:
    recipe, model, corpus = _prepared(given)
    model.rarity.copy_(corpus.rarity)
    stages.run(Towers(model, corpus, recipe.towers), model, given.out, recipe.seed)


def finetune(given: argparse.Namespace) -> None:
    recipe, model, corpus = _prepared(given)
    model.load_state_dict(torch.load(given.out / "towers.pt", weights_only=True)["model"])
    choose.calibrate(model, corpus)
    stages.run(Cross(model, corpus, recipe.cross), model, given.out, recipe.seed)


def write(given: argparse.Namespace) -> None:
    """Choose calibration and weights on what was held out, write the folder, and say on its card what it measures."""
    recipe, model, corpus = _prepared(given)
    model.load_state_dict(torch.load(given.out / "cross.pt", weights_only=True)["model"])
    poems = read_anthology(ASSETS / "anthology")
    choose.calibrate(model, corpus)
    frozen = FrozenText(model.text, tokenizer_of(recipe), given.threads)
    read = frozen.read([poem.text for poem in poems], recipe.text_tokens, "anthology")
    joint = choose.weigh_joint(model, corpus, Texts.kept(read), poems)
    config = export(
        model,
        trunk_of(recipe),
        tokenizer_of(recipe),
        given.model,
        name=recipe.name,
        text_tokens=recipe.text_tokens,
        poem_tokens=recipe.poem_tokens,
        depth=recipe.depth,
        score=ScoreWeights(0.0, 1.0),
        certainty=Certainty(0.0, 0.0),
    )
    score = choose_score(
        given.model,
        config,
        [one for one in samples(given.data) if one.kind == "described" and validates(one.key)],
        poems,
        [one for one in judgements(given.data / "fit" / "train.jsonl") if validates(one.artwork)],
        public_domain_poems(given.data / "poems" / "public-domain.jsonl.gz"),
        given.threads,
    )
    chosen = {"joint vector": joint, "score": score}
    (given.out / "chosen.json").write_text(json.dumps(chosen, indent=1), encoding="utf-8")


def write_card(given: argparse.Namespace) -> None:
    """Put what `evaluate` printed on the folder's card."""
    config = open_folder(given.model).config
    text = card(RECIPES[config.name], config, given.report.read_text(encoding="utf-8"))
    (given.model / "CARD.md").write_text(text, encoding="utf-8")


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "features": features,
    "warmup": warmup,
    "finetune": finetune,
    "export": write,
    "card": write_card,
    "tiny": lambda given: print(write_tiny(given.model).model_id),
}


def words_of_vocabulary() -> Vocabulary:
    return Vocabulary(vocabulary("subjects"), vocabulary("moods"), vocabulary("palette"))


def trunk_of(recipe: Recipe) -> nn.Module:
    return Trunk(pretrained=True) if recipe.pretrained else TinyTrunk()


def tokenizer_of(recipe: Recipe) -> Tokenizer:
    return Tokenizer.from_file(str(minilm_tokenizer())) if recipe.pretrained else tiny_tokenizer()


def new_model(recipe: Recipe) -> CEClip:
    """An untrained model, the same for the same seed: MiniLM's weights and words where the recipe starts from them."""
    torch.manual_seed(recipe.seed)
    words = words_of_vocabulary()
    model = CEClip(recipe.size, words, recipe.pretrained)
    tokenizer = tokenizer_of(recipe)
    model.name_tags([tokenizer.encode(word, add_special_tokens=False).ids for word in (*words.subjects, *words.moods)])
    # Only a stage's steps want dropout: calibration and weights are chosen on the network as it will run.
    return model.eval()


def _prepared(given: argparse.Namespace) -> tuple[Recipe, CEClip, Corpus]:
    recipe = RECIPES[given.recipe]
    torch.set_num_threads(given.threads)
    model = new_model(recipe)
    return recipe, model, load_corpus(given.data, given.out, recipe, model.vocabulary)


def _through(trunk: FrozenTrunk, pictures: list[Sample], number: int) -> dict[str, object]:
    """What `corpus.load_pictures` reads: view `number` of all `pictures` through the trunk."""
    starts = range(0, len(pictures), BATCH)
    parts: list[tuple[Tensor, Tensor]] = []
    for at in progress(len(starts), f"view {number}"):
        batch = pictures[starts[at] : starts[at] + BATCH]
        parts.append(trunk(np.stack([pixels(view(one.image, one.key, number)) for one in batch])))
    grids, pooled = zip(*parts, strict=True)
    return {"keys": [one.key for one in pictures], "grid": torch.cat(grids), "pooled": torch.cat(pooled)}

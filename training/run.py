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
from ekphrasis.model.folder import Certainty, ScoreWeights

from . import choose, stages
from .corpus import Corpus, load_corpus, poems_of, weak_ids
from .cross_stage import Cross
from .export import export
from .features import FrozenText, FrozenTrunk, cached, pixels, progress, view
from .fusion import choose_score
from .network.ce_clip import CEClip, Vocabulary
from .network.image_tower import LateTrunk, Trunk
from .network.text_tower import minilm_tokenizer
from .recipes import RECIPES, Recipe
from .shards import Sample, graded, pairs, poem_texts, public_domain_poems, samples, validates
from .tiny import TinyLateTrunk, TinyTrunk, tiny_tokenizer, write_tiny
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
    all_poems = poem_texts(given.data)
    judged = poems_of(graded(given.data, {one.key for one in kinds["described"]}))
    matched = [pair for pair in pairs(given.data / "poems" / "multim-captions.jsonl.gz") if not pair.held_out]
    texts = {
        "described": [one.texts[0] for one in kinds["described"]],
        # Neither the shortest nor the longest captions of a photo: those say too little, or wander.
        "photo": [text for one in kinds["photo"] for text in sorted(one.texts, key=len)[2 : 2 + recipe.captions]],
        "fit": [all_poems[poem] for poem in judged],
        "weak": [poems[poem] for poem in weak_ids(poems, judged, recipe.weak_poems)],
        "anthology": [poem.text for poem in read_anthology(ASSETS / "anthology")],
        "captions": [pair.caption for pair in matched],
        "multim": [pair.poem for pair in matched],
    }
    frozen = FrozenText(new_model(recipe).text, tokenizer_of(recipe), given.threads)
    for name, wanted in texts.items():
        # The anthology is read whole, as it will be when the model runs.
        longest = recipe.text_tokens if name == "anthology" else recipe.train_tokens
        make = partial(frozen.read, wanted, longest, name)
        cached(given.out / f"text-{name}.pt", make)


def warmup(given: argparse.Namespace) -> None:
    recipe, model, corpus = _prepared(given)
    model.rarity.copy_(corpus.rarity)
    stages.run(Towers(model, corpus, recipe.towers), model, given.out, recipe.seed, bf16=given.bf16)


def finetune(given: argparse.Namespace) -> None:
    recipe, model, corpus = _prepared(given)
    model.load_state_dict(torch.load(given.out / "towers.pt", weights_only=True)["model"])
    choose.calibrate(model, corpus)
    joint = choose.weigh_joint(model, corpus, read_anthology(ASSETS / "anthology"))
    (given.out / "joint.json").write_text(json.dumps(joint, indent=1), encoding="utf-8")
    stages.run(Cross(model, corpus, recipe.cross), model, given.out, recipe.seed, bf16=given.bf16)


def write(given: argparse.Namespace) -> None:
    """Write the folder, and choose on what was held out how much the cross-encoder counts in it."""
    recipe = RECIPES[given.recipe]
    torch.set_num_threads(given.threads)
    model = new_model(recipe)
    model.load_state_dict(torch.load(given.out / "cross.pt", weights_only=True)["model"])
    poems = read_anthology(ASSETS / "anthology")
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
    held_out = [one for one in samples(given.data) if one.kind == "described" and validates(one.key)]
    judged = graded(given.data, {one.key for one in held_out})
    score = choose_score(given.model, config, held_out, poems, judged, poem_texts(given.data), given.threads)
    (given.out / "score.json").write_text(json.dumps(score, indent=1), encoding="utf-8")


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "features": features,
    "warmup": warmup,
    "finetune": finetune,
    "export": write,
    "tiny": lambda given: print(write_tiny(given.model).model_id),
}


def words_of_vocabulary() -> Vocabulary:
    return Vocabulary(vocabulary("subjects"), vocabulary("moods"), vocabulary("palette"))


def trunk_of(recipe: Recipe) -> nn.Module:
    return Trunk(pretrained=True) if recipe.pretrained else TinyTrunk()


def late_trunk_of(recipe: Recipe) -> nn.Module:
    return LateTrunk(pretrained=True) if recipe.pretrained else TinyLateTrunk()


def tokenizer_of(recipe: Recipe) -> Tokenizer:
    return Tokenizer.from_file(str(minilm_tokenizer())) if recipe.pretrained else tiny_tokenizer()


def new_model(recipe: Recipe) -> CEClip:
    """An untrained model, the same for the same seed: MiniLM's weights and words where the recipe starts from them."""
    torch.manual_seed(recipe.seed)
    words = words_of_vocabulary()
    model = CEClip(recipe.size, words, late_trunk_of(recipe), recipe.pretrained)
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
    parts: list[Tensor] = []
    for at in progress(len(starts), f"view {number}"):
        batch = pictures[starts[at] : starts[at] + BATCH]
        parts.append(trunk(np.stack([pixels(view(one.image, one.key, number)) for one in batch])))
    return {"keys": [one.key for one in pictures], "early": torch.cat(parts)}

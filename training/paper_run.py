"""`warmup` and `finetune` by the paper's recipes."""

import argparse
from collections.abc import Callable

import torch

from . import processes, stages
from .fetch.trouble import Trouble
from .image_poems import load_image_poems
from .network.paper import PaperNetwork
from .network.pretrained import Pretrained, load_pretrained
from .paper_stage import Paper
from .recipes_paper import PAPER_RECIPES, PaperRecipe


def warmup(given: argparse.Namespace) -> None:
    """Train maps and cross-encoder on the frozen towers."""
    recipe = PAPER_RECIPES[given.recipe]
    torch.set_num_threads(given.threads)
    start = load_pretrained() if recipe.pretrained else None
    _run(given, recipe, new_network(recipe, start), towers_learn=False)


def finetune(given: argparse.Namespace) -> None:
    """Train everything, from the warm-up's best epoch. Raises Trouble where there is none."""
    recipe = PAPER_RECIPES[given.recipe]
    torch.set_num_threads(given.threads)
    best = given.out / f"{recipe.name}-warmup-best.pt"
    if not best.exists():
        raise Trouble(f"{best} is not there: run `warmup` with the same recipe and --out first.")
    network = new_network(recipe, None)
    network.load_state_dict(torch.load(best, map_location="cpu", weights_only=True)["model"])
    _run(given, recipe, network, towers_learn=True)


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {"warmup": warmup, "finetune": finetune}


def new_network(recipe: PaperRecipe, start: Pretrained | None) -> PaperNetwork:
    """The network before it has learned, the same for the same seed."""
    torch.manual_seed(recipe.seed)
    return PaperNetwork(recipe.size, start, pooled=recipe.pooled)


def _run(given: argparse.Namespace, recipe: PaperRecipe, network: PaperNetwork, *, towers_learn: bool) -> None:
    clip = recipe.size.clip
    pairs = load_image_poems(given.data, recipe.split, clip.image_size, clip.context)
    try:
        network.to(processes.join())
        stages.run(Paper(network, pairs, recipe, towers_learn), network, given.out, recipe.seed, bf16=given.bf16)
    finally:
        processes.leave()

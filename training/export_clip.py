"""`export clip`: CLIP, and the paper's cross-encoder where one was trained, as a folder that the companion runs."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from torch import Tensor, nn

from ekphrasis.assets import ASSETS, vocabulary
from ekphrasis.collection.anthology import read_anthology
from ekphrasis.model import Certainty, Config, Matcher, ScoreWeights
from ekphrasis.model.folder import CROSS_ENCODER, FILES, IMAGE_TOWER, TEXT_TOWER, TOKENIZER, sha256

from .card_clip import card
from .clip_parts import CrossEncoder, ImageTower, TextTower, write_silent_cross_encoder
from .clip_tokenizer import clip_tokenizer
from .export import halved, quantised, write_config
from .features import OPSET, export_onnx
from .fetch.trouble import Trouble
from .image_poems import tokens
from .network.clip_towers import ClipTowers, random_clip
from .network.paper import PaperNetwork
from .network.paper_size import PaperSize
from .network.pretrained import load_clip
from .paper_run import new_network
from .recipes_paper import CLIP_ALONE, CLIP_ALONE_SMOKE, PAPER_RECIPES, PaperRecipe
from .zero_shot import ZeroShot

# A poem costs the paper's cross-encoder some ten times what it costs the laptop's.
DEPTH = 12
LEAST_AGREEMENT = 0.98
_COMPARED = 12
# LAION-400M kept a picture and its text as a pair from this cosine of ViT-B/32 on. A poem is further from a picture
# than its caption is.
_SURE_LIKENESS, _LIKELY_LIKENESS = 0.30, 0.26
# `bce` makes the logit a probability: 0.9 and 0.5.
_SURE_LOGIT, _LIKELY_LOGIT = 2.2, 0.0
_NEVER = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """What becomes a folder: CLIP as published, which makes the shortlist and names what is seen, and the paper's
    network, whose own towers feed the cross-encoder; `paper.towers` is `clip` where they have learned nothing.

    Fine-tuning changes the towers and not what leads from them to the joint space, so cosines want the published ones.
    """

    clip: ClipTowers
    paper: PaperNetwork | None
    recipe: PaperRecipe

    @property
    def size(self) -> PaperSize:
        return self.recipe.size

    @property
    def name(self) -> str:
        if self.paper:
            return self.recipe.name
        return CLIP_ALONE if self.recipe.pretrained else CLIP_ALONE_SMOKE


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: `agreement` is the lowest cosine between a poem's vector in the folder and in the network,
    `int8` whether the text tower is in int8.
    """

    config: Config
    agreement: float
    int8: bool


def run(given: argparse.Namespace) -> None:
    """The command. Raises Trouble where weights, checkpoint or folder cannot be used."""
    torch.set_num_threads(given.threads)
    recipe = PAPER_RECIPES[given.recipe]
    checkpoint = given.paper
    if checkpoint is None and given.out is not None:
        found = given.out / f"{recipe.name}-finetune-best.pt"
        checkpoint = found if found.exists() else None
    network = load_network(recipe, given.weights, checkpoint)
    try:
        written = export_clip(network, given.model, given.threads)
        (given.model / "CARD.md").write_text(card(written.config, None), encoding="utf-8")
    except OSError as error:
        raise Trouble(f"{given.model} cannot be written: {error.strerror or error}.") from error
    decides = f"re-ranked by {checkpoint}" if checkpoint else "no trained cross-encoder: the towers decide"
    kept = "int8" if written.int8 else "float16"
    print(
        f"{given.model}: model {written.config.name} {written.config.model_id}, {decides}; text tower in {kept}, "
        f"poems' vectors agree to a cosine of {written.agreement:.4f}"
    )


def load_network(recipe: PaperRecipe, weights: Path | None, checkpoint: Path | None) -> Network:
    """CLIP from `weights` or the libraries' cache, by a recipe without pretrained weights a random one; the paper's
    network from `checkpoint`. Raises Trouble.
    """
    if recipe.pretrained:
        clip = ClipTowers(load_clip(weights))
    else:
        torch.manual_seed(recipe.seed)
        clip = ClipTowers(random_clip(recipe.size.clip))
    paper = _trained(recipe, checkpoint) if checkpoint else None
    if paper is not None and _same(paper.towers, clip):
        paper.towers = clip
    for part in filter(None, (clip, paper)):
        part.eval().requires_grad_(False)
    return Network(clip, paper, recipe)


def export_clip(network: Network, folder: Path, threads: int, *, least_agreement: float = LEAST_AGREEMENT) -> Exported:
    """Write `network` to `folder`. Transformers that read texts are in int8, the image tower in float from float16.

    Where int8 turns the vector of a poem of the anthology to a cosine under `least_agreement`, the text tower is
    written as the image tower is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clip, context = network.size.clip, network.size.clip.context
    clip_tokenizer().save(str(folder / TOKENIZER))
    with tempfile.TemporaryDirectory() as room, _exportable():
        plain = Path(room) / "plain.onnx"
        export_onnx(
            ImageTower(network.clip, network.paper, ZeroShot(network.clip, context)),
            (torch.zeros(1, 3, clip.image_size, clip.image_size),),
            plain,
            {"pixels": {0: "batch"}},
            ["pixels"],
            ["vector", "tokens", "subjects", "moods", "palette"],
        )
        halved(plain, folder / IMAGE_TOWER)
        _write_cross_encoder(network, plain, folder / CROSS_ENCODER)
        export_onnx(
            TextTower(network.clip, network.paper, context),
            (torch.full((1, 7), clip.words - 1),),
            plain,
            {"ids": {0: "batch", 1: "pieces"}},
            ["ids"],
            ["vector", "tokens"],
        )
        for int8 in (True, False):
            (quantised if int8 else halved)(plain, folder / TEXT_TOWER)
            config = _config(network, folder)
            write_config(folder, config)
            agreement = _agreement(network, Matcher.load(folder, threads))
            if agreement >= least_agreement:
                break
    return Exported(config, agreement, int8)


def _write_cross_encoder(network: Network, plain: Path, file: Path) -> None:
    if network.paper is None:
        write_silent_cross_encoder(file, OPSET)
        return
    width = network.size.mpnet.width
    export_onnx(
        CrossEncoder(network.paper, network.size.clip.context),
        (
            torch.zeros(1, network.size.clip.image_tokens, width),
            torch.zeros(2, 7, width),
            torch.ones(2, 7, dtype=torch.long),
        ),
        plain,
        {"picture": {1: "places"}, "poems": {0: "batch", 1: "pieces"}, "mask": {0: "batch", 1: "pieces"}},
        ["picture", "poems", "mask"],
        ["logits"],
    )
    quantised(plain, file)


def _config(network: Network, folder: Path) -> Config:
    paper, clip = network.paper, network.size.clip
    if paper is None:
        score, certainty = ScoreWeights(0.0, 1.0), Certainty(_SURE_LIKENESS, _LIKELY_LIKENESS)
    elif "bce" in network.recipe.losses:
        score, certainty = ScoreWeights(1.0, 0.0), Certainty(_SURE_LOGIT, _LIKELY_LOGIT)
    else:
        # A loss that asks for order alone leaves it open from which score on a poem fits.
        score, certainty = ScoreWeights(1.0, 0.0), Certainty(_NEVER, _NEVER)
    return Config(
        name=network.name,
        image_size=clip.image_size,
        pixel_mean=0.0,
        pixel_scale=255.0,
        text_tokens=clip.context,
        poem_tokens=clip.context,
        depth=DEPTH if paper else 0,
        score=score,
        certainty=certainty,
        subjects=vocabulary("subjects"),
        moods=vocabulary("moods"),
        palette=vocabulary("palette"),
        files={file: sha256(folder / file) for file in FILES},
    )


def _agreement(network: Network, matcher: Matcher) -> float:
    poems = [poem.text for poem in read_anthology(ASSETS / "anthology")[:_COMPARED]]
    with torch.no_grad():
        expected: Tensor = network.clip.read(tokens(poems, network.size.clip.context))[1]
    found = np.stack([matcher.encode(poem).vector for poem in poems])
    return float((found * expected.numpy()).sum(axis=1).min())


def _trained(recipe: PaperRecipe, checkpoint: Path) -> PaperNetwork:
    network = new_network(recipe, None)
    try:
        network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["model"])
    except FileNotFoundError as error:
        raise Trouble(
            f"{checkpoint} is not there: `python -m training finetune --recipe {recipe.name}` writes "
            f"{recipe.name}-finetune-best.pt into its --out."
        ) from error
    except (OSError, RuntimeError, UnpicklingError, EOFError, KeyError, TypeError) as error:
        raise Trouble(
            f"{checkpoint} is no checkpoint of recipe {recipe.name}, or damaged: give the one that `finetune` wrote, "
            "and the --recipe that it was trained by."
        ) from error
    return network


def _same(towers: nn.Module, others: nn.Module) -> bool:
    mine, theirs = towers.state_dict(), others.state_dict()
    return all(torch.equal(each, theirs[name]) for name, each in mine.items())


@contextmanager
def _exportable() -> Iterator[None]:
    """Attention in the operators that ONNX has: torch's fast path for inference is one of its own."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)

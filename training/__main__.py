"""`python -m training`: train CE-CLIP, export it, measure it."""

import argparse
import sys
from pathlib import Path

from .fetch import command as fetch
from .fetch.trouble import Trouble
from .recipes import RECIPES
from .recipes_paper import CLIP_FOLDERS, PAPER_RECIPES

_EXPORT_CLIP = "export clip"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    made = argparse.ArgumentParser(add_help=False)
    made.add_argument("--data", type=Path, required=True, help="folder of the training data: train/, poems/, fit/")
    made.add_argument("--out", type=Path, required=True, help="folder for caches and checkpoints")
    made.add_argument("--bf16", action="store_true", help="train in bfloat16, where the processor can")
    made.add_argument("--threads", type=int, default=2, help="processor threads")

    of_recipe = "which numbers to train by"
    trained = argparse.ArgumentParser(add_help=False, parents=[made])
    trained.add_argument("--recipe", choices=sorted(RECIPES), default="laptop", help=of_recipe)
    learned = argparse.ArgumentParser(add_help=False, parents=[made])
    learned.add_argument("--recipe", choices=sorted([*RECIPES, *PAPER_RECIPES]), default="laptop", help=of_recipe)

    for name, parent, told in (
        ("features", trained, "cache what the frozen layers make of pictures and texts (once)"),
        ("warmup", learned, "train what the towers add to their frozen layers, from the caches"),
        ("finetune", learned, "train the cross-encoder on the towers' tokens"),
    ):
        commands.add_parser(name, parents=[parent], help=told, description=told)

    told = "choose weights on what was held out, and write the model folder that ships (`export clip` writes another)"
    exported = commands.add_parser("export", parents=[trained], help=told, description=told)
    exported.add_argument("--model", type=Path, required=True, help="the folder to write")

    told = "write CLIP, and the paper's cross-encoder where one was trained, as a model folder"
    towers = commands.add_parser(_EXPORT_CLIP, help=told, description=told)
    towers.add_argument("--model", type=Path, required=True, help="the folder to write")
    towers.add_argument("--weights", type=Path, help="the folder that `fetch clip` filled; else HF_HOME is asked")
    towers.add_argument(
        "--out", type=Path, help="folder of checkpoints: RECIPE-finetune-best.pt is taken if it is there"
    )
    towers.add_argument("--paper", type=Path, help="the checkpoint to take instead")
    towers.add_argument("--recipe", choices=sorted(PAPER_RECIPES), default="paper", help="by which it was trained")
    towers.add_argument("--threads", type=int, default=2, help="processor threads")

    told = "write a model folder's card, with what `evaluate` printed"
    carded = commands.add_parser("card", help=told, description=told)
    carded.add_argument("--model", type=Path, required=True, help="a model folder")
    carded.add_argument("--report", type=Path, required=True, help="the printed table")

    told = "write a folder of random weights, small enough for tests"
    small = commands.add_parser("tiny", help=told, description=told)
    small.add_argument("--model", type=Path, required=True, help="the folder to write")

    told = "measure a model folder, as the training README describes; what is not given is not measured"
    measured = commands.add_parser("evaluate", help=told, description=told)
    measured.add_argument("--model", type=Path, required=True, help="a model folder")
    measured.add_argument("--artworks", type=Path, help="folder of artworks.jsonl and pictures")
    measured.add_argument("--poems", default="anthology", help="`anthology`, a folder, or a JSON Lines file")
    measured.add_argument("--fit", type=Path, help="graded poems by artwork, JSON Lines")
    measured.add_argument("--fit-poems", type=Path, help="the poems that were graded")
    measured.add_argument("--multim", type=Path, help="captions with their poems; the held-out ones are measured")
    measured.add_argument("--depth", type=int, help="how many poems are re-ranked; the model's own depth if not given")
    measured.add_argument("--no-visitors", action="store_true", help="leave the visitors' photos out")
    measured.add_argument("--threads", type=int, default=2, help="processor threads")
    measured.add_argument("--json", action="store_true", help="print JSON instead of a table")

    fetch.add_parser(commands)

    given = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    if given.command == "evaluate":
        if (given.fit is None) != (given.fit_poems is None):
            parser.error("--fit and --fit-poems belong together")
        return _evaluate(given)
    if given.command == "card":
        return _card(given)
    if given.command == "fetch" or getattr(given, "recipe", None) in PAPER_RECIPES:
        return _by_the_paper(given)
    from . import run

    run.COMMANDS[given.command](given)
    return 0


def _joined(arguments: list[str]) -> list[str]:
    """`export clip` is a command of two words: beside `export` it takes other options."""
    words = _EXPORT_CLIP.split()
    return [_EXPORT_CLIP, *arguments[len(words) :]] if arguments[: len(words)] == words else arguments


def _by_the_paper(given: argparse.Namespace) -> int:
    """What the paper's network needs, from its data to its folder: what is missing is told in a sentence."""
    try:
        if given.command == "fetch":
            return fetch.run(given)
        if given.command == _EXPORT_CLIP:
            from . import export_clip

            export_clip.run(given)
        else:
            from . import paper_run

            paper_run.COMMANDS[given.command](given)
    except ModuleNotFoundError as error:
        print(f"{error.name} is missing: install the `training` extra, pip install '.[training]'.", file=sys.stderr)
        return 1
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


def _card(given: argparse.Namespace) -> int:
    from ekphrasis.model import open_folder
    from ekphrasis.refusal import Refusal
    from ekphrasis.words import say

    try:
        config = open_folder(given.model).config
        report = given.report.read_text(encoding="utf-8")
    except Refusal as refusal:
        print(say(refusal.key, **refusal.facts), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{given.report} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    if config.name in CLIP_FOLDERS:
        from . import card_clip

        text = card_clip.card(config, report)
    else:
        from . import card

        text = card.card(RECIPES[config.name], config, report)
    (given.model / "CARD.md").write_text(text, encoding="utf-8")
    return 0


def _evaluate(given: argparse.Namespace) -> int:
    from ekphrasis.model import Matcher
    from ekphrasis.refusal import Refusal
    from ekphrasis.words import say

    from . import evaluate, report, shards

    try:
        matcher = Matcher.load(given.model, threads=given.threads)
    except Refusal as refusal:
        print(say(refusal.key, **refusal.facts), file=sys.stderr)
        return 1
    found = evaluate.evaluate(
        matcher,
        evaluate.read_artworks(given.artworks) if given.artworks else (),
        evaluate.read_poems(given.poems) if given.artworks else (),
        shards.judgements(given.fit) if given.fit else (),
        shards.public_domain_poems(given.fit_poems) if given.fit_poems else {},
        [pair for pair in shards.pairs(given.multim) if pair.held_out] if given.multim else (),
        visitors=not given.no_visitors,
        depth=given.depth,
    )
    print(report.as_json(found) if given.json else report.as_table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The words and options of `python -m training fetch`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .limits import Limits

_MULTIM = """\
Downloads the pictures of MultiM-Poem from the addresses in its JSON (objects with `id`, `image_url` and `poem`), and
writes into the folder: images/, manifest.jsonl (what came of each address), gone.jsonl (what did not come, and why),
summary.json, and train/pairs-000.tar and so on, which training reads. It asks every address in the file over the
network, and nothing else. A run that was stopped goes on where it was, with the same command. The pictures belong to
their photographers, and many of the poems are in copyright: keep both to your research."""

_CLIP = """\
Downloads the weights that the paper starts from, CLIP's ViT-B/32 and MPNet as multi-qa-mpnet-base-cos-v1, into a
folder: about 1 GB from the hosts that open_clip and huggingface_hub know. What is there is not fetched again. Set
HF_HOME to the folder, and the commands that train find them."""

_LIMITS = {
    "at_once": "downloads at once",
    "per_host": "downloads at once from one host",
    "pause_s": "seconds between two questions to one host",
    "largest_bytes": "bytes of a picture at most; a larger one is left",
    "connect_s": "seconds until a host takes the connection",
    "total_s": "seconds for one download in all",
    "attempts": "how often an address is asked that may answer yet",
}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    told = "download what training needs; the only command that uses the network, and only when a person gives it"
    kinds = commands.add_parser("fetch", help=told, description=told).add_subparsers(dest="what", required=True)
    pairs = _kind(kinds, "multim", "the pictures of MultiM-Poem, its splits and its shards", _MULTIM)
    pairs.add_argument("--from", dest="source", required=True, help="the JSON of MultiM-Poem: a path or an address")
    usual = Limits()
    for field, told in _LIMITS.items():
        default = getattr(usual, field)
        option = f"--{field.replace('_', '-')}"
        pairs.add_argument(option, type=_over_zero(type(default)), default=default, help=f"{told} ({default})")
    told = "a file that so many addresses give is no picture, but the word that it is gone (4)"
    pairs.add_argument("--placeholder-at", type=_over_zero(int), default=4, help=told)
    pairs.add_argument("--seed", type=int, default=0, help="of the splits (0)")
    _kind(kinds, "clip", "the weights that the paper starts from", _CLIP)


def run(given: argparse.Namespace) -> int:
    """Fetch what is asked for; the exit code. Raises Trouble."""
    try:
        if given.what == "clip":
            from .weights import fetch_clip

            fetch_clip(given.out)
        else:
            _multim(given)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def _multim(given: argparse.Namespace) -> None:
    from .multim import fetch_multim
    from .summary import as_table

    limits = Limits(**{field: getattr(given, field) for field in _LIMITS})
    summary = fetch_multim(given.source, given.out, limits, placeholder_at=given.placeholder_at, seed=given.seed)
    print(as_table(summary))


def _kind(kinds: Any, name: str, told: str, more: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = kinds.add_parser(
        name, help=told, description=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder to fill")
    return parser


def _over_zero(kind: type[float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = kind(text)
        if not 0 < number < 1e12:
            raise argparse.ArgumentTypeError(f"{text} is not over zero")
        return number

    return read

"""Pairs whose pictures are here, as the shards that training reads: `KEY.jpg` and `KEY.json`."""

import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import webdataset

from ..splits import Side
from .pictures import for_training

_A_SHARD = 1000


@dataclass(frozen=True, slots=True)
class Placed:
    """A pair as it goes into a shard: its picture's file, its poem's group, and its side in each split."""

    key: str
    picture: Path
    poem: str
    group: int
    paper: Side
    grouped: Side


def write_shards(pairs: Iterable[Placed], folder: Path) -> list[str]:
    """Write `folder`/pairs-000.tar and so on, in place of those of an earlier run; the same pairs give the same bytes.

    Gives the names of the shards.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A run that is killed here leaves the shards of an earlier one as they were.
    part = folder / "pairs.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    with webdataset.ShardWriter(str(part / "pairs-%03d.tar"), maxcount=_A_SHARD, verbose=0, mtime=0) as writer:
        for pair in pairs:
            split = {"paper": pair.paper, "grouped": pair.grouped}
            writer.write(
                {
                    "__key__": pair.key,
                    "jpg": for_training(pair.picture.read_bytes()),
                    "json": {"poem": pair.poem, "group": pair.group, "split": split},
                }
            )
            if writer.total % _A_SHARD == 0:
                print(f"{writer.total:,} pairs written", file=sys.stderr, flush=True)
    for old in folder.glob("pairs-*.tar"):
        old.unlink()
    names = sorted(shard.name for shard in part.iterdir())
    for name in names:
        (part / name).replace(folder / name)
    part.rmdir()
    return names

"""Made-up pairs in the shape that `python -m training fetch multim` leaves."""

import io
import json
import tarfile
from pathlib import Path

from PIL import Image

WORDS = ("sea", "boat", "night", "rose", "moon", "tree", "river", "child", "stone", "wind")


def write_pairs(folder: Path, rows: list[tuple[int, str, int]], held_out: set[int] = frozenset()) -> Path:
    """A shard of pairs, each a picture's number, a poem and its group; `held_out` are indices of `rows`."""
    (folder / "train").mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / "train" / "pairs-000.tar", "w") as shard:
        for at, (picture, poem, group) in enumerate(rows):
            side = "test" if at in held_out else "train"
            facts = {"poem": poem, "group": group, "split": {"paper": side, "grouped": side}}
            for suffix, content in (("jpg", jpeg(picture)), ("json", json.dumps(facts).encode())):
                entry = tarfile.TarInfo(f"p{at:03d}.{suffix}")
                entry.size = len(content)
                shard.addfile(entry, io.BytesIO(content))
    return folder


def some_pairs(count: int) -> list[tuple[int, str, int]]:
    return [(at, f"a {WORDS[at % 10]} by a {WORDS[at // 10 % 10]}", at) for at in range(count)]


def jpeg(number: int) -> bytes:
    buffer = io.BytesIO()
    picture = Image.new("RGB", (96, 80), (number * 37 % 256, number * 91 % 256, number * 53 % 256))
    picture.paste((255 - number % 256, 20, 60), (10, 10, 50, 40))
    picture.save(buffer, "JPEG")
    return buffer.getvalue()

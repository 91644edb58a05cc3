"""Reads the training data: pictures with what was said of them, poems, and judgements of fit."""

import gzip
import hashlib
import io
import json
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import webdataset
from PIL import Image

from ekphrasis.assets import ASSETS
from ekphrasis.collection.anthology import read_anthology

VALIDATION_SHARE = 10
DESCRIPTIONS = Path(__file__).with_name("descriptions.jsonl")
JUDGEMENTS = Path(__file__).with_name("judgements.jsonl")


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture and what was said of it.

    `kind` is `described` (texts: one description, with labels) or `photo` (texts: human captions). `picture` holds the
    encoded file.
    """

    key: str
    kind: str
    picture: bytes
    texts: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    mood: str = ""
    palette: tuple[str, ...] = ()

    @property
    def image(self) -> Image.Image:
        return Image.open(io.BytesIO(self.picture)).convert("RGB")


@dataclass(frozen=True, slots=True)
class Judged:
    """How well some poems (ids of the public-domain file or of the anthology) fit one artwork: grades from 0 to 3."""

    artwork: str
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """A caption and the poem judged to fit its picture; one `group` has one poem."""

    caption: str
    poem: str
    group: int
    held_out: bool


def validates(key: str) -> bool:
    """Whether `key` belongs to the tenth that is never trained on; a key stays on its side for good."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % VALIDATION_SHARE == 0


def samples(data: Path) -> Iterator[Sample]:
    """All pictures of `data/train`: the described ones first, then photos.

    Paintings that came with a title alone are described in this folder's `descriptions.jsonl`.
    """
    described = (DESCRIPTIONS, data / "train" / "descriptions.jsonl")
    labels = {row["key"]: row for file in described for row in json_lines(file)}
    for shard in _shards(data, "described"):
        yield from (_described(key, picture, row) for key, picture, row in _rows(shard))
    for shard in _shards(data, "paintings"):
        yield from (_described(key, picture, labels[key]) for key, picture, _ in _rows(shard) if key in labels)
    for shard in _shards(data, "photos"):
        for key, picture, row in _rows(shard):
            yield Sample(key, "photo", picture, tuple(row["captions"]))


def judgements(file: Path) -> tuple[Judged, ...]:
    return tuple(
        Judged(row["artwork"], {str(poem): grade for poem, grade in row["ratings"].items()}) for row in json_lines(file)
    )


def graded(data: Path, artworks: Container[str]) -> list[Judged]:
    """All judgements of those `artworks` to train or choose by: the data's, then this folder's own."""
    files = (data / "fit" / "train.jsonl", JUDGEMENTS)
    return [one for file in files for one in judgements(file) if one.artwork in artworks]


def poem_texts(data: Path) -> dict[str, str]:
    """The text of every poem that may be graded, by id: the public-domain ones and the anthology's."""
    ours = {poem.id: poem.text for poem in read_anthology(ASSETS / "anthology")}
    return public_domain_poems(data / "poems" / "public-domain.jsonl.gz") | ours


def public_domain_poems(file: Path) -> dict[str, str]:
    """Title and lines of each poem as the text tower reads them, by id; runs of empty lines become one."""
    poems = {}
    for row in json_lines(file):
        lines = [line.strip() for line in row["lines"]]
        kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
        poems[str(row["id"])] = "\n".join([row["title"], "", *kept]).strip()
    return poems


def pairs(file: Path) -> tuple[Pair, ...]:
    return tuple(
        Pair(row["caption"], row["poem"], int(row["group"]), row["split"] != "train") for row in json_lines(file)
    )


def json_lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _shards(data: Path, name: str) -> list[Path]:
    return sorted((data / "train").glob(f"{name}-*.tar"))


def _rows(shard: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    for row in webdataset.WebDataset(str(shard), shardshuffle=False, empty_check=False):
        yield row["__key__"], row["webp"], json.loads(row["json"])


def _described(key: str, picture: bytes, row: dict[str, Any]) -> Sample:
    return Sample(
        key, "described", picture, (row["description"],), tuple(row["subjects"]), row["mood"], tuple(row["palette"])
    )

"""The sample artworks that ship with the companion, so that anyone can try it at once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .assets import ASSETS


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample artwork: `path` is its picture file, `description` its alt text, `subjects` words of the closed list."""

    id: str
    title: str
    description: str
    path: Path
    subjects: tuple[str, ...]


@cache
def samples() -> tuple[Sample, ...]:
    """All samples, in the order in which they are offered."""
    folder = ASSETS / "samples"
    listed = tomllib.loads((folder / "samples.toml").read_text(encoding="utf-8"))["sample"]
    return tuple(
        Sample(each["id"], each["title"], each["description"], folder / f"{each['id']}.webp", tuple(each["subjects"]))
        for each in listed
    )


def find_sample(name: str) -> Sample | None:
    """The sample whose id is `name`, if there is one."""
    return next((sample for sample in samples() if sample.id == name), None)

"""Every sentence a person hears, by key.

The catalogue is the folder `en/`: one TOML file a room, its tables and keys joined by dots after the file's
name. `photo.toml` with `[refused] empty = "..."` holds the sentence `photo.refused.empty`. Places for facts
are written as in `str.format`.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any


def say(key: str, **facts: object) -> str:
    """The sentence `key`, with its places filled by `facts`.

    Raises KeyError for a key that the catalogue does not hold, or a place that no fact fills.
    """
    return catalogue()[key].format(**facts)


@cache
def catalogue() -> dict[str, str]:
    """All sentences of the catalogue, by their full key."""
    sentences: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "en").glob("*.toml")):
        sentences.update(_flat(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))))
    return sentences


def _flat(prefix: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}.{name}", value)
        else:
            yield f"{prefix}.{name}", value

"""MultiM-Poem as it is published: a JSON list of pairs, each a poem and the address of its picture."""

import json
import re
from dataclasses import dataclass
from typing import Any

from .trouble import Trouble

# A dot in a shard's key would end it.
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A poem and the `address` of its picture; `key` is the row's own id, good as a file's name."""

    key: str
    address: str
    poem: str


def read_catalogue(data: bytes, name: str) -> tuple[Pair, ...]:
    """The pairs in `data`, a JSON list of objects with `id`, `image_url` and `poem`.

    Raises Trouble, with the row where it is one row's fault, counted from 1; `name` says which file that was.
    """
    rows = _parsed(data, name)
    if not isinstance(rows, list):
        raise Trouble(f"{name} is JSON, but not a list of pairs. Give the file of MultiM-Poem itself.")
    if not rows:
        raise Trouble(f"{name} is an empty list: there is nothing to fetch.")
    pairs = tuple(_pair(row, f"Row {number} of {name}") for number, row in enumerate(rows, 1))
    first: dict[str, int] = {}
    for number, pair in enumerate(pairs, 1):
        if first.setdefault(pair.key, number) != number:
            raise Trouble(
                f"Rows {first[pair.key]} and {number} of {name} have the same `id`, {pair.key}: it must name one pair."
            )
    return pairs


def _parsed(data: bytes, name: str) -> Any:
    if not data.strip():
        raise Trouble(f"{name} is empty.")
    try:
        return json.loads(data)
    except UnicodeDecodeError as error:
        raise Trouble(f"{name} is not JSON: it is no text in UTF-8.") from error
    except RecursionError as error:
        raise Trouble(f"{name} is JSON, but not a list of pairs: it is nested too deeply.") from error
    except json.JSONDecodeError as error:
        if data.lstrip().startswith(b"<"):
            raise Trouble(f"{name} is a web page, not JSON. Give the address of the file itself.") from error
        raise Trouble(f"{name} is not JSON, or is cut short: {error.msg} in line {error.lineno}.") from error


def _pair(row: Any, place: str) -> Pair:
    if not isinstance(row, dict):
        raise Trouble(f"{place} is not an object with `id`, `image_url` and `poem`.")
    for field in ("id", "image_url", "poem"):
        if field not in row:
            raise Trouble(f"{place} lacks `{field}`.")
    for field in ("image_url", "poem"):
        if not isinstance(row[field], str) or not row[field].strip():
            raise Trouble(f"{place} has no text in `{field}`.")
    key = row["id"]
    if isinstance(key, bool) or not isinstance(key, int | str) or not _KEY.fullmatch(str(key)):
        raise Trouble(f"{place} has an `id` that is neither a number nor a word of letters, digits, - and _.")
    return Pair(str(key), row["image_url"].strip(), row["poem"])

"""The poems that ship with the companion: one text file each, read into `Poem`s.

A file is a header of `key: value` lines, an empty line, then the stanzas, apart by one empty line:

    title: The Lighthouse
    subjects: tower, sea, night
    mood: solemn
    palette: dark, cool
    form: free verse

    First line of the poem
    second line

    Next stanza

The poem's id is the file's name without `.txt`. `poet`, `lang`, `origin` and `rights` may be given too.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from ..assets import ASSETS, vocabulary
from ..poem import Poem
from ..refusal import Refusal
from ..words import say

_REQUIRED = ("title", "subjects", "mood", "palette", "form")
_OPTIONAL = ("poet", "lang", "origin", "rights")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_anthology(folder: Path = ASSETS / "anthology") -> tuple[Poem, ...]:
    """Every poem of `folder`, in the order of their ids.

    Raises Refusal "collection.faulty_poem" (facts: file, line, fault) at the first file that is not as above.
    """
    return tuple(read_poem(file) for file in sorted(folder.glob("*.txt"), key=lambda file: file.stem))


def read_poem(file: Path) -> Poem:
    """The poem in `file`. Raises Refusal "collection.faulty_poem" as `read_anthology` does."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise _faulty(file, error.object[: error.start].count(b"\n") + 1, "not_utf8") from error
    if not _ID.fullmatch(file.stem):
        raise _faulty(file, 1, "name")
    end_of_header = lines.index("") if "" in lines else len(lines)
    header = _header(file, lines[:end_of_header])
    return Poem(
        id=file.stem,
        title=header["title"][0],
        stanzas=_stanzas(file, lines, end_of_header),
        subjects=_listed(file, *header["subjects"], "subjects"),
        mood=_one(file, *header["mood"]),
        palette=_listed(file, *header["palette"], "palette"),
        form=header["form"][0],
        **{key: header[key][0] for key in _OPTIONAL if key in header},
    )


def poem_as_dict(poem: Poem) -> dict[str, object]:
    """A poem as JSON holds it, its stanzas as lists of lines."""
    return {
        "id": poem.id,
        "title": poem.title,
        "poet": poem.poet,
        "stanzas": [list(stanza) for stanza in poem.stanzas],
        "lang": poem.lang,
        "subjects": list(poem.subjects),
        "mood": poem.mood,
        "palette": list(poem.palette),
        "form": poem.form,
        "origin": poem.origin,
        "rights": poem.rights,
    }


def _header(file: Path, lines: list[str]) -> dict[str, tuple[str, int]]:
    header: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines, start=1):
        key, colon, value = line.partition(":")
        value = value.strip()
        if not colon:
            raise _faulty(file, number, "no_colon")
        if key not in _REQUIRED + _OPTIONAL:
            raise _faulty(file, number, "unknown_key", name=key)
        if key in header:
            raise _faulty(file, number, "twice", name=key)
        if not value:
            raise _faulty(file, number, "empty", name=key)
        header[key] = value, number
    for key in _REQUIRED:
        if key not in header:
            raise _faulty(file, len(lines) or 1, "missing", name=key)
    return header


def _stanzas(file: Path, lines: list[str], end_of_header: int) -> tuple[tuple[str, ...], ...]:
    stanzas: list[tuple[str, ...]] = []
    stanza: list[str] = []
    for number, line in enumerate([*lines[end_of_header + 1 :], ""], start=end_of_header + 2):
        if line != line.rstrip():
            raise _faulty(file, number, "space_at_end")
        if line:
            stanza.append(line)
        elif stanza:
            stanzas.append(tuple(stanza))
            stanza = []
        elif number <= len(lines):
            raise _faulty(file, number, "two_empty_lines")
    if not stanzas:
        raise _faulty(file, len(lines) or 1, "no_lines")
    return tuple(stanzas)


def _listed(file: Path, value: str, number: int, name: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in value.split(","))
    _known(file, number, words, name)
    if len(set(words)) < len(words):
        raise _faulty(file, number, "repeated")
    return words


def _one(file: Path, value: str, number: int) -> str:
    _known(file, number, [value], "moods")
    return value


def _known(file: Path, number: int, words: Iterable[str], name: str) -> None:
    for word in words:
        if word not in vocabulary(name):
            raise _faulty(file, number, "unknown_word", word=word, list=name)


def _faulty(file: Path, line: int, fault: str, **facts: object) -> Refusal:
    return Refusal("collection.faulty_poem", file=file.name, line=line, fault=say(f"collection.fault.{fault}", **facts))

"""How a poem is read: one utterance a line, and the silence that belongs after each.

A line's own last mark stays in its text, for a voice that can hear from it whether the sentence ends or runs on.
"""

import re
from collections.abc import Iterator

from ..poem import Poem
from .spelling import language_of, roman, spelled
from .utterance import Utterance

AFTER_TITLE = 0.9
AFTER_BYLINE = 1.1
AFTER_HEADING = 0.8
AFTER_SENTENCE = 0.6
AFTER_CLAUSE = 0.45
AFTER_COMMA = 0.35
AFTER_RUN_ON = 0.2
STANZA = 0.5
"""Seconds that a stanza's end adds to its last line's own pause."""
AFTER_SENTENCE_IN_LINE = 0.4

PROSE = 160
"""Characters past which a line is prose, and read sentence by sentence."""
BREATH = 300
"""Characters that are said at one go at most: a voice is never given more."""

_CLOSING = "\"'”’»)]}*_ "
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\Wa-z_])")
_CLAUSE = re.compile(r"(?<=[,;:—])\s+")


def utterances(poem: Poem, byline: str) -> tuple[Utterance, ...]:
    """Title, byline and lines of `poem` in the order in which they are read. Every line is there."""
    title = _heading(poem.title) or spelled(poem.title, poem.lang)
    said = [Utterance(_closed(title), "title", None, AFTER_TITLE, language_of(title, poem.lang))]
    if byline:
        text = spelled(byline, "en")
        said.append(Utterance(_closed(text), "byline", None, AFTER_BYLINE, language_of(text, "en")))
    numbered = any(roman(line.strip().rstrip(".")) == 2 for line in poem.lines)
    line = 0
    for stanza in poem.stanzas:
        for place, text in enumerate(stanza, start=1):
            said.extend(_line(text, line, numbered, place == len(stanza), poem.lang))
            line += 1
    return tuple(said)


def _line(text: str, line: int, numbered: bool, ends_stanza: bool, lang: str) -> Iterator[Utterance]:
    heading = _heading(text)
    if heading and (numbered or heading != "1"):
        yield Utterance(_closed(heading), "line", line, AFTER_HEADING, lang)
        return
    *before, last = _breaths(text)
    for breath in before:
        said = spelled(breath, lang)
        pause = min(pause_after(breath), AFTER_SENTENCE_IN_LINE)
        yield Utterance(said, "line", line, pause, language_of(said, lang))
    said = spelled(last, lang)
    pause = pause_after(last) + (STANZA if ends_stanza else 0)
    yield Utterance(said, "line", line, round(pause, 3), language_of(said, lang))


def pause_after(text: str) -> float:
    """Seconds of silence that the last mark of a line asks for."""
    match text.rstrip().rstrip(_CLOSING)[-1:]:
        case "." | "!" | "?" | "…" | "。" | "！" | "？":
            return AFTER_SENTENCE
        case ";" | ":" | "—" | "–":
            return AFTER_CLAUSE
        case "," | "、" | "，":
            return AFTER_COMMA
        case "-" if text.rstrip().endswith(("--", " -")):
            return AFTER_CLAUSE
        case _:
            return AFTER_RUN_ON


def _heading(text: str) -> str:
    """The number of a section whose heading is a numeral alone (`II`, `iv.`, `3`), else an empty text."""
    bare = text.strip().rstrip(".")
    if bare.isascii() and bare.isdigit():
        return bare
    number = roman(bare) if bare == bare.upper() or bare == bare.lower() else None
    # A lone "C" or "mi" is a note or a word as likely as a number.
    return str(number) if number is not None and number < 50 else ""


def _closed(text: str) -> str:
    """`text` as a whole sentence: a title falls at its end though no mark says so."""
    return text if not text or text[-1] in ".!?…" else f"{text.rstrip(' ,;:—-')}."


def _breaths(text: str) -> list[str]:
    """`text` whole, or a prose line's sentences, none longer than BREATH."""
    if len(text) <= PROSE:
        return [text]
    breaths: list[str] = []
    for sentence in _SENTENCE.split(text):
        held = ""
        for clause in [sentence] if len(sentence) <= BREATH else _CLAUSE.split(sentence):
            for piece in _short(clause):
                if held and len(held) + 1 + len(piece) > BREATH:
                    breaths.append(held)
                    held = piece
                else:
                    held = f"{held} {piece}" if held else piece
        breaths.append(held)
    return breaths


def _short(text: str) -> list[str]:
    """`text` cut between words, or in a word that has no end, so that no piece is over BREATH."""
    if len(text) <= BREATH:
        return [text]
    pieces: list[str] = []
    for word in text.split():
        for at in range(0, len(word), BREATH):
            piece = word[at : at + BREATH]
            if pieces and len(pieces[-1]) + 1 + len(piece) <= BREATH:
                pieces[-1] += f" {piece}"
            else:
                pieces.append(piece)
    return pieces

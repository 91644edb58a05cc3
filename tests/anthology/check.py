"""What is wrong with the anthology, as a list: run `python tests/anthology/check.py`, or with another folder.

Whether a poem is good is for the ear. This finds what the ear forgets over 240 poems: gaps in the closed
lists, two poems that are one, and words, phrases, openings and endings that have become a habit.
"""

import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

from ekphrasis.assets import ASSETS, vocabulary
from ekphrasis.collection.anthology import read_poem
from ekphrasis.poem import Poem
from ekphrasis.refusal import Refusal
from ekphrasis.words import say

FEWEST_POEMS = 240
LINES = range(3, 25)
WORDS_A_LINE = 16
PROSE_WORDS_A_LINE = 45
PROSE_WORDS = range(30, 221)
ALIKE = 0.12
ODD = re.compile(r"[^\w ,.;:!?'’‘\"“”()—–…-]|_|  ")

_HERE = Path(__file__).parent
AUTOPILOT: dict[str, int] = tomllib.loads((_HERE / "autopilot.toml").read_text(encoding="utf-8"))
PLAIN = frozenset((_HERE / "plain_words.txt").read_text(encoding="utf-8").split())


def findings(folder: Path = ASSETS / "anthology") -> list[str]:
    """Every finding about the poems in `folder`, each a line that names the poems it is about."""
    poems: list[Poem] = []
    found: list[str] = []
    for file in sorted(folder.iterdir()):
        try:
            poems.append(read_poem(file))
        except Refusal as refusal:
            found.append(say(refusal.key, **refusal.facts))
        if file.suffix != ".txt":
            found.append(f"{file.name}: the name of a poem's file ends in .txt")
    for look in (each_poem, coverage, variety, titles, doubles, autopilot, words, phrases, openings, endings):
        found.extend(look(poems))
    return found


def each_poem(poems: Sequence[Poem]) -> Iterator[str]:
    for poem in poems:
        lengths = [len(_words(line)) for line in poem.lines]
        prose = "prose" in poem.form
        if prose and sum(lengths) not in PROSE_WORDS:
            yield f"{poem.id}: a prose poem of {sum(lengths)} words ({_span(PROSE_WORDS)} are asked)"
        if len(poem.lines) >= LINES.stop or (not prose and len(poem.lines) < LINES.start):
            yield f"{poem.id}: {len(poem.lines)} lines ({_span(LINES)} are asked)"
        for line, length in zip(poem.lines, lengths, strict=True):
            if length > (PROSE_WORDS_A_LINE if prose else WORDS_A_LINE):
                yield f"{poem.id}: a line of {length} words is more than one breath: {line!r}"
            if length == 0:
                yield f"{poem.id}: a line without a word: {line!r}"
        for line in (poem.title, *poem.lines):
            if odd := ODD.search(line):
                yield f"{poem.id}: odd character {odd.group()!r} in {line!r}"
        if not 2 <= len(poem.subjects) <= 5:
            yield f"{poem.id}: {len(poem.subjects)} subjects (two to five are asked)"
        if len(poem.palette) > 4:
            yield f"{poem.id}: {len(poem.palette)} words of palette (one to four are asked)"


def coverage(poems: Sequence[Poem]) -> Iterator[str]:
    if len(poems) < FEWEST_POEMS:
        yield f"{len(poems)} poems ({FEWEST_POEMS} are asked)"
    subjects = Counter(word for poem in poems for word in poem.subjects)
    for word in vocabulary("subjects"):
        if subjects[word] < 3:
            yield f"subject {word!r}: {_poems(subjects[word])} (at least 3 are asked)"
    for word, count in subjects.most_common():
        if count > max(FEWEST_POEMS, len(poems)) / 10:
            yield f"subject {word!r}: {_poems(count)} (at most a tenth of the book)"
    moods = Counter(poem.mood for poem in poems)
    for word in vocabulary("moods"):
        if not 3 <= moods[word] <= _share(poems, 0.2):
            yield f"mood {word!r}: {_poems(moods[word])} (at least 3, at most a fifth of the book)"
    palette = Counter(word for poem in poems for word in poem.palette)
    for word in vocabulary("palette"):
        if palette[word] < 3:
            yield f"palette {word!r}: {_poems(palette[word])} (at least 3 are asked)"


def variety(poems: Sequence[Poem]) -> Iterator[str]:
    forms = Counter(poem.form for poem in poems)
    for form, count in forms.items():
        if count > _share(poems, 0.45):
            yield f"form {form!r}: {count} of {len(poems)} poems (at most 45 % of the book)"
    if sum(count >= 3 for count in forms.values()) < 8:
        yield f"fewer than 8 forms with 3 poems each: {dict(forms.most_common())}"


def titles(poems: Sequence[Poem]) -> Iterator[str]:
    same = _by(poems, lambda poem: " ".join(w for w in _words(poem.title) if w not in {"the", "a", "an"}))
    yield from _habits(same, 1, "title")
    yield from _habits(_by(poems, lambda poem: " ".join(_words(poem.title)[:2])), 6, "title's first two words")
    starts_with_the = [poem for poem in poems if _words(poem.title)[:1] == ["the"]]
    if len(starts_with_the) > _share(poems, 0.4):
        yield f"{len(starts_with_the)} titles begin with 'The' (at most 40 % of the book)"


def doubles(poems: Sequence[Poem]) -> Iterator[str]:
    """Two poems that share a line of four words or more, or an eighth of their three-word runs."""
    lines = {p.id: {tuple(w) for line in p.lines if len(w := _words(line)) >= 4} for p in poems}
    runs = {p.id: set(_runs(_words(" ".join(p.lines)), 3)) for p in poems}
    for one, other in combinations(lines, 2):
        for line in lines[one] & lines[other]:
            yield f"{one} and {other} share the line {' '.join(line)!r}"
        shared = runs[one] & runs[other]
        if len(shared) > ALIKE * (min(len(runs[one]), len(runs[other])) or 1) and len(shared) > 3:
            yield f"{one} and {other} are nearly one poem: {[' '.join(run) for run in sorted(shared)[:4]]}"


def autopilot(poems: Sequence[Poem]) -> Iterator[str]:
    for pattern, asked in AUTOPILOT.items():
        limit = round(asked * max(1, len(poems) / FEWEST_POEMS))
        seen = re.compile(rf"\b({pattern})\b", re.IGNORECASE)
        having = [poem for poem in poems if any(seen.search(line) for line in (poem.title, *poem.lines))]
        if len(having) > limit:
            yield f"autopilot {pattern!r}: {_named(having)} (at most {limit})"


def words(poems: Sequence[Poem]) -> Iterator[str]:
    """Words of content that are in more than a fifth of the poems, or end lines in too many."""
    using: defaultdict[str, list[Poem]] = defaultdict(list)
    ending: defaultdict[str, list[Poem]] = defaultdict(list)
    for poem in poems:
        for word in {word for line in poem.lines for word in _words(line)} - PLAIN:
            using[word].append(poem)
        for word in {found[-1] for line in poem.lines if (found := _words(line))} - PLAIN:
            ending[word].append(poem)
    for word, having in using.items():
        if len(having) > _share(poems, 0.2):
            yield f"word {word!r} is in {_poems(len(having))} (at most {_share(poems, 0.2)})"
    for word, having in ending.items():
        if len(having) > _share(poems, 0.07):
            yield f"word {word!r} ends lines in {_named(having)} (at most {_share(poems, 0.07)})"


def phrases(poems: Sequence[Poem]) -> Iterator[str]:
    """Runs of four words, and runs of three with two words of content, that come back in poem after poem."""
    four: defaultdict[str, list[Poem]] = defaultdict(list)
    three: defaultdict[str, list[Poem]] = defaultdict(list)
    for poem in poems:
        lines = [_words(line) for line in poem.lines]
        for run in {run for line in lines for run in _runs(line, 4)}:
            four[" ".join(run)].append(poem)
        for run in {run for line in lines for run in _runs(line, 3) if sum(w not in PLAIN for w in run) >= 2}:
            three[" ".join(run)].append(poem)
    yield from _habits(four, 4, "phrase")
    yield from _habits(three, 3, "phrase")


def openings(poems: Sequence[Poem]) -> Iterator[str]:
    yield from _habits(_by(poems, lambda poem: " ".join(_words(poem.lines[0])[:3])), 2, "opening")
    for word, having in _by(poems, lambda poem: " ".join(_words(poem.lines[0])[:1])).items():
        if len(having) > _share(poems, 0.2):
            yield f"{_poems(len(having))} open with {word!r} (at most a fifth of the book)"


def endings(poems: Sequence[Poem]) -> Iterator[str]:
    last = [poem for poem in poems if _words(poem.lines[-1])]
    for word, having in _by(last, lambda poem: _words(poem.lines[-1])[-1]).items():
        yield from _habits({word: having}, 8 if word in PLAIN else 4, "last word")
    yield from _habits(_by(last, lambda poem: " ".join(_words(poem.lines[-1])[-2:])), 2, "last two words")
    yield from _habits(_by(last, lambda poem: " ".join(_words(poem.lines[-1])[:3])), 2, "last line's beginning")
    begins_with_and = [poem for poem in last if _words(poem.lines[-1])[0] == "and"]
    if len(begins_with_and) > _share(poems, 0.15):
        yield f"{len(begins_with_and)} last lines begin with 'And' (at most 15 % of the book)"


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:['-]\w+)*", text.lower().replace("’", "'"))


def _runs(found: Sequence[str], length: int) -> Iterable[tuple[str, ...]]:
    return zip(*(found[start:] for start in range(length)), strict=False)


def _share(poems: Sequence[Poem], share: float) -> int:
    """So many poems of a book that is finished: a young book is judged by the size it will have."""
    return round(share * max(len(poems), FEWEST_POEMS))


def _by(poems: Iterable[Poem], key: Callable[[Poem], object]) -> dict[str, list[Poem]]:
    groups: defaultdict[str, list[Poem]] = defaultdict(list)
    for poem in poems:
        groups[str(key(poem))].append(poem)
    return groups


def _habits(groups: dict[str, list[Poem]], limit: int, what: str) -> Iterator[str]:
    for text, having in groups.items():
        if len(having) > limit:
            yield f"{what} {text!r}: {_named(having)} (at most {limit})"


def _named(poems: Sequence[Poem]) -> str:
    return f"{_poems(len(poems))}: {', '.join(poem.id for poem in poems)}"


def _poems(count: int) -> str:
    return "1 poem" if count == 1 else f"{count} poems"


def _span(of: range) -> str:
    return f"{of.start} to {of.stop - 1}"


if __name__ == "__main__":
    found = findings(Path(sys.argv[1])) if len(sys.argv) > 1 else findings()
    print(*found, f"{len(found)} findings" if found else "Nothing found: read it aloud.", sep="\n")
    sys.exit(bool(found))

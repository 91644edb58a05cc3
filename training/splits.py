"""Who is held out: the paper's random split and one that no poem crosses, and how much of a poem leaks through each."""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

Side = Literal["train", "test"]

HELD_OUT = 0.2
# Four words in a row are seldom two poets' own; half of the shorter poem's in the other is an excerpt or a variant.
_RUN = 4
_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Leakage:
    """Of `held_out` pairs, `leaked` have a poem that is also trained on; `trained` pairs are trained on."""

    trained: int
    held_out: int
    leaked: int


def same_poems(poems: Sequence[str]) -> tuple[int, ...]:
    """For each poem the number of its group: one group has the same letters and digits, whatever their case.

    Spaces, line ends and punctuation do not count. Groups are numbered as they first appear.
    """
    return _numbered([_letters(poem) for poem in poems])


def near_poems(poems: Sequence[str]) -> tuple[int, ...]:
    """Like `same_poems`, and poems that share half of the shorter one's runs of four words are one group too.

    So two excerpts of one poem, or two spellings of it, do not come apart; likeness passes on from one to the next.
    """
    same = same_poems(poems)
    first: dict[int, int] = {}
    for at, group in enumerate(same):
        first.setdefault(group, at)
    parents = list(range(len(first)))

    def root(group: int) -> int:
        while parents[group] != group:
            parents[group] = group = parents[parents[group]]
        return group

    runs = {group: _runs(poems[at]) for group, at in first.items()}
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for group, mine in runs.items():
        shared = Counter(other for run in mine for other in holders[run])
        for other, count in shared.items():
            if count >= _SHARED * min(len(mine), len(runs[other])):
                parents[root(group)] = root(other)
        for run in mine:
            holders[run].append(group)
    return _numbered([root(group) for group in same])


def random_split(count: int, seed: int, held_out: float = HELD_OUT) -> tuple[Side, ...]:
    """The paper's split (section 4.1): of `count` pairs a share of `held_out`, drawn by lot, is tested on."""
    drawn = set(random.Random(seed).sample(range(count), round(count * held_out)))
    return tuple("test" if at in drawn else "train" for at in range(count))


def grouped_split(groups: Sequence[int], seed: int, held_out: float = HELD_OUT) -> tuple[Side, ...]:
    """Whole groups of pairs, drawn by lot, as long as no more than a share of `held_out` of all pairs is tested on."""
    sizes = Counter(groups)
    order = sorted(sizes)
    random.Random(seed).shuffle(order)
    room = round(len(groups) * held_out)
    tested = set()
    for group in order:
        if sizes[group] <= room:
            tested.add(group)
            room -= sizes[group]
    return tuple("test" if group in tested else "train" for group in groups)


def leakage(groups: Sequence[int], sides: Sequence[Side]) -> Leakage:
    """How many tested pairs have a poem of a group that is also trained on."""
    trained = [group for group, side in zip(groups, sides, strict=True) if side == "train"]
    known = set(trained)
    tested = [group for group, side in zip(groups, sides, strict=True) if side == "test"]
    return Leakage(len(trained), len(tested), sum(group in known for group in tested))


def _letters(poem: str) -> str:
    return "".join(filter(str.isalnum, _folded(poem)))


def _runs(poem: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", re.sub(r"['’]", "", _folded(poem)))
    return set(zip(*(words[at:] for at in range(_RUN)), strict=False))


def _folded(poem: str) -> str:
    return unicodedata.normalize("NFKC", poem).casefold()


def _numbered(keys: Sequence[Hashable]) -> tuple[int, ...]:
    numbers: dict[Hashable, int] = {}
    return tuple(numbers.setdefault(key, len(numbers)) for key in keys)

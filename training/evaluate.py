"""Measures an exported model folder through the runtime that ships: what is measured is what a visitor gets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ekphrasis.assets import ASSETS
from ekphrasis.model import Encoded, Encoding, Matcher, Seen
from ekphrasis.poem import Poem

from . import measures
from .features import progress
from .measures import Floats, Interval, bootstrap
from .network.ce_clip import MARK
from .recipes_paper import CLIP_FOLDERS
from .shards import Judged, Pair, json_lines
from .visitor_photos import visitor_photo

RE_RANKED = 100
DRAWS = 20


@dataclass(frozen=True, slots=True)
class Artwork:
    """A described artwork of the set that is measured on."""

    id: str
    file: Path
    description: str
    subjects: tuple[str, ...]
    mood: str

    @property
    def image(self) -> Image.Image:
        with Image.open(self.file) as opened:
            return opened.convert("RGB")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: a measure, and what random and constant answers would have scored."""

    measure: str
    value: float
    low: float | None = None
    high: float | None = None
    random: float | None = None
    constant: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A query set against a text set: `first` by the towers alone, `second` with the shortlist re-ranked.

    Both (queries, texts). In `second` a text that was not re-ranked stays behind all that were, in the towers' order:
    so a query's own text keeps its rank where the shortlist missed it.
    """

    first: Floats
    second: Floats


def read_artworks(folder: Path) -> tuple[Artwork, ...]:
    return tuple(
        Artwork(row["id"], folder / row["file"], row["description"], tuple(row["subjects"]), row["mood"])
        for row in json_lines(folder / "artworks.jsonl")
    )


def read_poems(source: str) -> tuple[Poem, ...]:
    """Poems to measure against: `anthology`, a folder of such files, or a JSON Lines file of labelled poems."""
    from ekphrasis.collection.anthology import read_anthology

    if source == "anthology":
        return read_anthology(ASSETS / "anthology")
    path = Path(source)
    if path.is_dir():
        return read_anthology(path)
    return tuple(
        Poem(
            id=str(row["id"]),
            title=row["title"],
            stanzas=(tuple(row["lines"]),),
            subjects=tuple(row["subjects"]),
            mood=row["mood"],
            palette=tuple(row.get("palette", ())),
            form=row.get("form", ""),
        )
        for row in json_lines(path)
    )


def stand_in(text: Encoding, model: str) -> Seen:
    """A text in the picture's place: its tokens and vector as if a picture had given them.

    The vector's last two places hold a text's mark; a picture's hold the constant that meets it. CLIP has neither.
    """
    vector = text.vector
    if model not in CLIP_FOLDERS:
        vector = np.concatenate([vector[:-2], np.array([MARK, 0], dtype=np.float32)])
    return Seen(vector, np.asarray(text.tokens, dtype=np.float32), (), (), ())


def score(matcher: Matcher, queries: Sequence[Seen], texts: Sequence[Encoded], depth: int, name: str) -> Scores:
    """All `queries` against all `texts`, the `depth` nearest re-ranked as the runtime does it."""
    first = np.stack([query.vector for query in queries]) @ np.stack([text.vector for text in texts]).T
    second = first.astype(np.float64) - 1e3
    for at, query in zip(progress(len(queries), name), queries, strict=True):
        near = np.argsort(-first[at], kind="stable")[:depth]
        if len(near):
            second[at, near] = matcher.scores(query, [texts[text] for text in near], first[at, near])
    return Scores(first.astype(np.float64), second)


def poem_rows(artworks: Sequence[Artwork], poems: Sequence[Poem], scores: Scores, described: Scores) -> list[Row]:
    """overlap, hits, mood and variety of the poem that comes first; `described` has descriptions as queries."""
    first = scores.second.argmax(axis=1)
    every = np.arange(len(artworks))
    overlap, hit, mood = (table(artworks, poems) for table in (measures.overlaps, measures.hits, measures.moods))
    five = np.argsort(-scores.second, axis=1, kind="stable")[:, :5]
    any_of_five = np.take_along_axis(hit, five, axis=1).max(axis=1)
    missed = np.stack([1 - hit.mean(axis=1)] * 5).prod(axis=0)
    best_five = float(np.take_along_axis(hit, np.argsort(-hit.mean(axis=0))[None, :5], axis=1).max(axis=1).mean())
    towers = overlap[every, scores.first.argmax(axis=1)]
    human = overlap[every, described.first.argmax(axis=1)].mean()
    different, commonest = measures.variety(first.tolist())
    return [
        _row("overlap@1", overlap[every, first], overlap.mean(), measures.best_constant(overlap)),
        _row("overlap@1, shortlist alone", towers, overlap.mean(), measures.best_constant(overlap)),
        Row("overlap@1 against random", float(overlap[every, first].mean() / overlap.mean())),
        Row("overlap@1, share of the ceiling", float(overlap[every, first].mean() / human)),
        _row("hit@1", hit[every, first], hit.mean(), measures.best_constant(hit)),
        _row("hit@5", any_of_five, 1 - missed.mean(), best_five),
        _row("mood@1", mood[every, first], mood.mean(), measures.best_constant(mood)),
        Row("different first poems", different),
        Row("share of the commonest first poem", commonest),
    ]


def own_rows(name: str, scores: Scores, own: NDArray[np.intp]) -> list[Row]:
    """R@1, R@5, R@20 and median rank of each query's own text, for the shortlist and re-ranked."""
    rows = []
    for label, table in (("shortlist", scores.first), ("re-ranked", scores.second)):
        found = measures.ranks(table, own)
        rows += [_row(f"{name} R@{k}, {label}", measures.within(found, k)) for k in (1, 5, 20)]
        rows += [Row(f"{name} mean rank, {label}", float(found.mean()))]
        rows += [Row(f"{name} median rank, {label}", float(np.median(found)))]
    return rows


def fit_rows(
    judged: Sequence[Judged], query: Callable[[str], Seen], matcher: Matcher, poems: dict[str, Encoding], name: str
) -> list[Row]:
    """nDCG@3, and the grade of the first, over artworks that have a fitting poem (grade 2 or 3)."""
    fair = [one for one in judged if max(one.grades.values()) >= 2]
    ordered = []
    for one in fair:
        ids = list(one.grades)
        matches = matcher.match(query(one.artwork), [poems[poem] for poem in ids], depth=len(ids), top=len(ids))
        ordered.append([one.grades[ids[match.index]] for match in matches])
    expected = float(np.mean([measures.expected_ndcg(grades) for grades in ordered]))
    return [
        _row(f"fit nDCG@3, {name}", np.array([measures.ndcg(grades) for grades in ordered]), expected),
        _row(
            f"fit grade of the first, {name}",
            np.array([float(grades[0]) for grades in ordered]),
            float(np.mean([np.mean(grades) for grades in ordered])),
        ),
    ]


def multim_rows(matcher: Matcher, held_out: Sequence[Pair], depth: int) -> list[Row]:
    """Captions in the picture's place against all held-out poems, and out of 100."""
    groups = sorted({pair.group for pair in held_out})
    text = {pair.group: pair.poem for pair in held_out}
    poems = [matcher.encode(text[group]) for group in groups]
    queries = [stand_in(matcher.encode(pair.caption), matcher.config.name) for pair in held_out]
    own = np.array([groups.index(pair.group) for pair in held_out])
    scores = score(matcher, queries, poems, depth, "captions")
    rows = own_rows("captions", scores, own)
    for k in (1, 5):
        before, after = (
            measures.within(measures.ranks(table, own), k).mean() for table in (scores.first, scores.second)
        )
        rows.append(Row(f"captions R@{k}, re-ranked against shortlist", float(after / max(before, 1e-9))))
    for label, table in (("shortlist", scores.first), ("re-ranked", scores.second)):
        hundred = measures.out_of(table, own, 100, DRAWS, seed=0)
        rows += [Row(f"captions R@{k} out of 100, {label}", float((hundred <= k).mean())) for k in (1, 5, 20)]
    return rows


def evaluate(
    matcher: Matcher,
    artworks: Sequence[Artwork],
    poems: Sequence[Poem],
    judged: Sequence[Judged],
    judged_poems: dict[str, str],
    held_out: Sequence[Pair],
    *,
    visitors: bool,
    depth: int | None = None,
) -> dict[str, list[Row]]:
    """The report: rows by how the artworks were seen (`straight`, `visitors' photos`) and `captions`."""
    caption_depth = RE_RANKED if depth is None else depth
    depth = matcher.config.depth if depth is None else depth
    report: dict[str, list[Row]] = {}
    encoded_poems = [matcher.encode(poem.text) for poem in poems]
    descriptions = [matcher.encode(artwork.description) for artwork in artworks]
    wanted = {poem for one in judged for poem in one.grades}
    fitting = {poem: matcher.encode(judged_poems[poem]) for poem in wanted}
    described = [stand_in(one, matcher.config.name) for one in descriptions]
    by_description = score(matcher, described, encoded_poems, 0, "descriptions") if poems and artworks else None
    ways: list[tuple[str, Callable[[int, Artwork], Image.Image]]] = [("straight", lambda _, artwork: artwork.image)]
    if visitors:
        ways.append(("visitors' photos", lambda at, artwork: visitor_photo(artwork.image, at)))
    for way, look in ways if artworks else ():
        seen = [matcher.see(look(at, artwork)) for at, artwork in enumerate(artworks)]
        rows = own_rows(
            "own description",
            score(matcher, seen, descriptions, depth, way),
            np.arange(len(artworks)),
        )
        if by_description is not None:
            rows += poem_rows(artworks, poems, score(matcher, seen, encoded_poems, depth, way), by_description)
        if judged:
            pictures = {artwork.id: one for artwork, one in zip(artworks, seen, strict=True)}
            rows += fit_rows(judged, pictures.__getitem__, matcher, fitting, "picture")
            if way == "straight":
                words = {artwork.id: one for artwork, one in zip(artworks, described, strict=True)}
                rows += fit_rows(judged, words.__getitem__, matcher, fitting, "human description")
        report[way] = rows
    if held_out:
        report["captions"] = multim_rows(matcher, held_out, caption_depth)
    return report


def _row(measure: str, values: Floats, random: float | None = None, constant: float | None = None) -> Row:
    interval: Interval = bootstrap(values)
    return Row(
        measure,
        interval.value,
        interval.low,
        interval.high,
        None if random is None else float(random),
        constant,
    )

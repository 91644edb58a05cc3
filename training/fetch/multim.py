"""`python -m training fetch multim`: the pictures of MultiM-Poem, its splits, and the shards that training reads."""

import asyncio
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..splits import Side, grouped_split, leakage, near_poems, random_split, same_poems
from .catalogue import Pair, read_catalogue
from .download import Gone, Passing, ask, client
from .images import fetch_images
from .limits import Limits
from .manifest import Manifest, Row, without_placeholders
from .pair_shards import Placed, write_shards
from .pictures import file_of, keep, row_of
from .progress import Progress
from .summary import Leaks, Summary, as_json, missing, write_gone
from .trouble import Trouble

_LARGEST_CATALOGUE = 256 * 2**20


def fetch_multim(source: str, out: Path, limits: Limits, *, placeholder_at: int, seed: int) -> Summary:
    """Fetch what is not in `out` yet, and write there what the help of the command says.

    `source`: the published JSON, a path or an http(s) address. A file that `placeholder_at` addresses share is no
    picture. Raises Trouble.
    """
    try:
        images = out / "images"
        images.mkdir(parents=True, exist_ok=True)
        pairs = read_catalogue(_catalogue(source, out, limits), source)
        rows = _fetched(pairs, out / "manifest.jsonl", images, limits)
        settled = {row.address: row for row in without_placeholders(rows, placeholder_at)}
        write_gone(pairs, settled, out / "gone.jsonl")
        summary = _written(pairs, settled, out, seed)
        (out / "summary.json").write_text(as_json(summary), encoding="utf-8")
    except OSError as error:
        raise Trouble(f"{out} cannot be used: {error}. The same command goes on from here.") from error
    return summary


def _catalogue(source: str, out: Path, limits: Limits) -> bytes:
    if not source.lower().startswith(("http://", "https://")):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise Trouble(f"{source} cannot be read: {error.strerror}.") from error
    kept = out / f"catalogue-{hashlib.sha256(source.encode()).hexdigest()[:12]}.json"
    if not kept.exists():
        data = asyncio.run(_asked(source, replace(limits, largest_bytes=_LARGEST_CATALOGUE)))
        read_catalogue(data, source)
        keep(kept, data)
    return kept.read_bytes()


async def _asked(source: str, limits: Limits) -> bytes:
    async with client(limits) as web:
        try:
            return await ask(web, source, limits)
        except (Gone, Passing) as error:
            raise Trouble(f"{source} did not come: {error}. Is the address right, and is there a network?") from error


def _fetched(pairs: Sequence[Pair], manifest: Path, images: Path, limits: Limits) -> list[Row]:
    """The row of each address, asked where nothing is known of it yet."""
    for torn in images.glob("*.part"):
        torn.unlink()
    addresses = dict.fromkeys(pair.address for pair in pairs)
    with Manifest(manifest) as known:
        wanted = []
        for address in addresses:
            row = known.rows.get(address)
            found = _settled(address, row, file_of(images, address))
            if found is None:
                wanted.append(address)
            elif found is not row:
                known.add(found)
        if len(wanted) < len(addresses):
            print(f"{len(addresses) - len(wanted):,} addresses are settled already", file=sys.stderr, flush=True)
        progress = Progress(len(wanted))

        def note(row: Row) -> None:
            known.add(row)
            progress.add(row)

        asyncio.run(fetch_images(wanted, images, limits, note))
        return [known.rows[address] for address in addresses]


def _settled(address: str, row: Row | None, file: Path) -> Row | None:
    """What is known of `address` for good, or nothing where it must be asked."""
    if row is not None and row.outcome == "gone":
        return row
    if not file.exists():
        return None
    data = file.read_bytes()
    if row is not None and row.outcome == "here":
        return row if hashlib.sha256(data).hexdigest() == row.sha256 else None
    try:
        # A run was killed between keeping the file and writing its row.
        return row_of(address, data)
    except Gone:
        return None


def _written(pairs: Sequence[Pair], rows: Mapping[str, Row], out: Path, seed: int) -> Summary:
    """Write the shards of the pairs that are here, and say how it went.

    All pairs are split, those too whose picture is gone, so that everyone has the same split whatever is missing.
    """
    poems = [pair.poem for pair in pairs]
    same, near = same_poems(poems), near_poems(poems)
    paper, grouped = random_split(len(pairs), seed), grouped_split(near, seed)
    here = [at for at, pair in enumerate(pairs) if rows[pair.address].outcome == "here"]
    why = missing(list(rows.values()))
    if not here:
        reason = next(iter({**why["failed"], **why["gone"]}))
        raise Trouble(
            f"None of {len(rows)} pictures came (commonest reason: {reason}), so there is nothing to train on. "
            f"Is there a network? {out / 'gone.jsonl'} has the reason for each."
        )
    images = out / "images"
    shards = write_shards(
        (
            Placed(pairs[at].key, file_of(images, pairs[at].address), poems[at], near[at], paper[at], grouped[at])
            for at in here
        ),
        out / "train",
    )
    kept = [row for row in rows.values() if row.outcome == "here"]

    def leaking(sides: Sequence[Side]) -> Leaks:
        left = [sides[at] for at in here]
        return Leaks(leakage([same[at] for at in here], left), leakage([near[at] for at in here], left))

    return Summary(
        pairs=len(pairs),
        pairs_here=len(here),
        addresses=len(rows),
        here=len(kept),
        bytes=sum(row.bytes for row in kept),
        missing=why,
        splits={"paper": leaking(paper), "grouped": leaking(grouped)},
        shards=shards,
    )

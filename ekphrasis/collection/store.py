"""The collection: the poems that a visitor may hear, and what the model made of them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ..poem import Poem
from . import encodings, tables
from .anthology import poem_as_dict, read_anthology
from .database import Database
from .encodings import Encoding, StoredEncoding
from .schema import is_current, migrate

# Poems encoded between two commits: what a crash may cost.
BATCH = 16

_ANTHOLOGY = "anthology"


class Collection:
    """Poems and encodings in one database. Safe to use from many threads and many processes.

    Every method raises Refusal where the database cannot be used (`database.Database` says which).
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str | sa.URL, anthology: Sequence[Poem] | None = None) -> "Collection":
        """The collection at `url` (as SQLAlchemy writes it), made on first start and brought to this version.

        It then holds the poems of `anthology` (what ships, unless given) and all that a docent added: poems
        that the anthology has dropped are withdrawn, a docent's own are never touched.
        """
        book = read_anthology() if anthology is None else anthology
        database = Database(url)
        try:
            with database.reading() as connection:
                ready = is_current(connection) and not _changes(connection, book)
            if not ready:
                with database.writing() as connection:
                    if not is_current(connection):
                        migrate(connection)
                    _fill(connection, _changes(connection, book))
        except BaseException:
            database.close()
            raise
        return cls(database)

    def poems(self) -> tuple[Poem, ...]:
        """The poems that a visitor may hear, in the order of their ids."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(tables.poems).where(_HEARD)).all()
        return tuple(sorted(map(_poem, rows), key=lambda poem: poem.id))

    def poem(self, poem_id: str) -> Poem | None:
        """The poem of that id, if a visitor may hear it."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(tables.poems).where(_HEARD, tables.poems.c.id == poem_id)).first()
        return None if row is None else _poem(row)

    def encodings(
        self,
        model_id: str,
        encode: Callable[[str], Encoding],
        on_progress: Callable[[int, int], None] | None = None,
        cancelled: threading.Event | None = None,
        *,
        poems: Sequence[Poem] | None = None,
    ) -> list[StoredEncoding]:
        """What the model makes of each of `poems` (all that may be heard, unless given), in their order.

        Only what `model_id` has not met yet goes through `encode`; it is committed every few poems, so that a
        crash costs little. `on_progress` is told how many are encoded, of how many. Where `cancelled` is set
        meanwhile, what is encoded is kept and the list is empty.
        """
        wanted = self.poems() if poems is None else poems
        with self._database.reading() as connection:
            known = encodings.load(connection, model_id)
        texts = {poem.content_hash: poem.text for poem in wanted}
        missing = [content_hash for content_hash in texts if content_hash not in known]
        done = len(texts) - len(missing)
        for start in range(0, len(missing), BATCH):
            made: dict[str, StoredEncoding] = {}
            for content_hash in missing[start : start + BATCH]:
                if cancelled is not None and cancelled.is_set():
                    break
                made[content_hash] = encodings.frozen(encode(texts[content_hash]))
                done += 1
                if on_progress is not None:
                    on_progress(done, len(texts))
            self._keep(model_id, made)
            known.update(made)
            if cancelled is not None and cancelled.is_set():
                return []
        self._prune(model_id)
        return [known[poem.content_hash] for poem in wanted]

    def close(self) -> None:
        """Let the database go."""
        self._database.close()

    def _keep(self, model_id: str, made: Mapping[str, StoredEncoding]) -> None:
        if made:
            with self._database.writing() as connection:
                encodings.keep(connection, model_id, made)
                _record(connection, "companion", "encode", {}, {"model": model_id, "texts": list(made)})

    def _prune(self, model_id: str) -> None:
        with self._database.reading() as connection:
            if encodings.surplus(connection, model_id) is None:
                return
        with self._database.writing() as connection:
            surplus = encodings.surplus(connection, model_id)
            if surplus is not None:
                pruned = connection.execute(sa.delete(tables.encodings).where(surplus)).rowcount
                _record(connection, "companion", "prune", {"encodings": pruned}, {})


_HEARD = sa.and_(tables.poems.c.published, sa.not_(tables.poems.c.withdrawn))


@dataclass(frozen=True, slots=True)
class _Changes:
    """How the anthology's part of the collection differs from the anthology: `changed` pairs before and after."""

    added: tuple[Poem, ...]
    changed: tuple[tuple[Poem, Poem], ...]
    withdrawn: tuple[Poem, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)


def _changes(connection: sa.Connection, book: Sequence[Poem]) -> _Changes:
    stored = {row.id: row for row in connection.execute(sa.select(tables.poems))}
    ours = {poem_id: _poem(row) for poem_id, row in stored.items() if row.keeper == _ANTHOLOGY}
    in_book = {poem.id for poem in book}
    return _Changes(
        added=tuple(poem for poem in book if poem.id not in stored),
        changed=tuple(
            (ours[poem.id], poem)
            for poem in book
            if poem.id in ours and (ours[poem.id] != poem or stored[poem.id].withdrawn)
        ),
        withdrawn=tuple(
            poem for poem_id, poem in ours.items() if poem_id not in in_book and not stored[poem_id].withdrawn
        ),
    )


def _fill(connection: sa.Connection, changes: _Changes) -> None:
    if not changes:
        return
    if changes.added:
        fresh = {"keeper": _ANTHOLOGY, "published": True, "withdrawn": False}
        connection.execute(sa.insert(tables.poems), [_row(poem) | fresh for poem in changes.added])
    for _, poem in changes.changed:
        connection.execute(
            sa.update(tables.poems).where(tables.poems.c.id == poem.id).values(_row(poem) | {"withdrawn": False})
        )
    gone = [poem.id for poem in changes.withdrawn]
    connection.execute(sa.update(tables.poems).where(tables.poems.c.id.in_(gone)).values(withdrawn=True))
    before = [*(old for old, _ in changes.changed), *changes.withdrawn]
    after = {
        "added": [poem.id for poem in changes.added],
        "changed": [poem.id for _, poem in changes.changed],
        "withdrawn": gone,
    }
    _record(connection, _ANTHOLOGY, "fill", {poem.id: poem_as_dict(poem) for poem in before}, after)


def _record(
    connection: sa.Connection, who: str, what: str, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    connection.execute(
        sa.insert(tables.history).values(at=tables.now(), who=who, what=what, before=before, after=after)
    )


def _row(poem: Poem) -> dict[str, object]:
    return poem_as_dict(poem) | {
        "stanzas": "\n\n".join("\n".join(stanza) for stanza in poem.stanzas),
        "content_hash": poem.content_hash,
    }


def _poem(row: "sa.Row[tuple[object, ...]]") -> Poem:
    return Poem(
        id=row.id,
        title=row.title,
        poet=row.poet,
        stanzas=tuple(tuple(stanza.split("\n")) for stanza in row.stanzas.split("\n\n")),
        lang=row.lang,
        subjects=tuple(row.subjects),
        mood=row.mood,
        palette=tuple(row.palette),
        form=row.form,
        origin=row.origin,
        rights=row.rights,
    )

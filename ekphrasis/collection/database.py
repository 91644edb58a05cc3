"""The database under the collection: opened with care, written one at a time, its troubles told in sentences."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from ..refusal import Refusal
from .schema import place

PATIENCE = 30.0  # seconds that one companion waits while another one writes
_LOCK = 0x656B7068  # any number that nobody else who uses the same PostgreSQL database would choose

_SENTENCES = {
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_FULL: "disk",
    sqlite3.SQLITE_IOERR: "disk",
    sqlite3.SQLITE_CANTOPEN: "cannot_write",
    sqlite3.SQLITE_READONLY: "cannot_write",
    sqlite3.SQLITE_PERM: "cannot_write",
    sqlite3.SQLITE_AUTH: "cannot_write",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
}


class Database:
    """A SQLite file in WAL mode, or another database that SQLAlchemy knows by its URL.

    Its troubles come as Refusal "collection.damaged", ".disk", ".cannot_write", ".busy", ".unknown_address"
    or ".unreachable" (facts: place).
    """

    def __init__(self, url: str | sa.URL) -> None:
        try:
            parsed = sa.make_url(url)
            if parsed.get_backend_name() == "sqlite":
                _make_folder(parsed)
                self.engine = _sqlite_engine(parsed)
            else:
                self.engine = sa.create_engine(parsed, pool_pre_ping=True)
        except (exc.ArgumentError, ImportError) as error:
            raise Refusal("collection.unknown_address", place=str(url).rpartition("@")[2]) from error
        self._is_sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the collection and changes nothing."""
        with self._troubles_told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction during which nobody else writes; it is kept whole or not at all."""
        with (
            self._troubles_told(),
            self.engine.connect().execution_options(ekphrasis_writes=True) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _troubles_told(self) -> Iterator[None]:
        try:
            yield
        except exc.DatabaseError as error:
            trouble = self._trouble(error)
            if trouble is None:
                raise
            raise Refusal(f"collection.{trouble}", place=place(self.engine.url)) from error

    def _trouble(self, error: exc.DatabaseError) -> str | None:
        if self._is_sqlite:
            # SQLite has no code of its own for a table or column that someone took away.
            missing = str(error.orig).startswith(("no such table", "no such column"))
            return "damaged" if missing else _SENTENCES.get(_primary_code(error.orig))
        return "unreachable" if isinstance(error, exc.OperationalError) else None


def _make_folder(url: sa.URL) -> None:
    if not url.database:
        raise Refusal("collection.unknown_address", place=str(url))
    file = Path(url.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("collection.cannot_write", place=place(url)) from error
    if file.is_dir():
        raise Refusal("collection.is_folder", place=place(url))


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": PATIENCE})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: object) -> None:
    connection.isolation_level = None  # else the driver begins transactions of its own, and too late
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            # While another process turns the same new file to WAL, SQLite gives up at once, whatever its timeout.
            if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("ekphrasis_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _primary_code(error: BaseException | None) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF

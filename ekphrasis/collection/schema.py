"""Whether a database is a collection, and of which version; brings an older or empty one to this version."""

from pathlib import Path

import sqlalchemy as sa

from ..refusal import Refusal

REVISIONS = ("0001",)
MIGRATIONS = Path(__file__).parent / "migrations"

_version = sa.table("alembic_version", sa.column("version_num"))


def is_current(connection: sa.Connection) -> bool:
    """Whether nothing is left to migrate. Alembic is slow to load, so this asks the database itself.

    Raises Refusal "collection.newer" where a newer version made it, "collection.stranger" where it holds
    tables but is no collection.
    """
    tables = sa.inspect(connection).get_table_names()
    if not tables:
        return False
    revision = connection.scalar(sa.select(_version.c.version_num)) if "alembic_version" in tables else None
    if revision is None:
        raise Refusal("collection.stranger", place=place(connection.engine.url))
    if revision not in REVISIONS:
        raise Refusal("collection.newer", place=place(connection.engine.url))
    return bool(revision == REVISIONS[-1])


def migrate(connection: sa.Connection) -> None:
    """Run the migrations that are missing, inside the transaction that `connection` is in."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def place(url: sa.URL) -> str:
    """Where a collection is, as a person is told it: a file, or an address without its password."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").absolute())
    return url.render_as_string(hide_password=True)

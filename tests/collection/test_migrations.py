from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ekphrasis.collection import Collection, tables
from ekphrasis.collection.schema import MIGRATIONS, REVISIONS


def test_the_known_revisions_are_the_migrations_oldest_first() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS
    assert scripts.get_current_head() == REVISIONS[-1]


def test_the_migrations_make_the_tables_of_this_version(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / '100 %' / 'collection.db'}"
    Collection.open(url, ()).close()
    with closing(sa.create_engine(url).connect()) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_migrations_can_be_written_for_postgresql() -> None:
    """Not a test on PostgreSQL: it shows that its own words exist for every table and type."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    made = [str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in tables.metadata.sorted_tables]
    assert any("BYTEA" in statement for statement in made)
    assert len(made) == 3

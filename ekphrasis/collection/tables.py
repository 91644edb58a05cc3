"""The tables of the collection as this version knows them; `migrations/` brings an older one here."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

# `keeper` is who may change a poem: the anthology, at start, or a docent. `published` is the docent's choice;
# `withdrawn` says that the anthology no longer holds the poem. A visitor hears what is published and not withdrawn.
poems = Table(
    "poems",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("title", Text, nullable=False),
    Column("poet", Text, nullable=False),
    Column("stanzas", Text, nullable=False),
    Column("lang", String(35), nullable=False),
    Column("origin", Text, nullable=False),
    Column("rights", Text, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("mood", String(40), nullable=False),
    Column("palette", JSON, nullable=False),
    Column("form", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("keeper", String(20), nullable=False),
    Column("published", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Index("poems_by_content", "content_hash"),
)

# `vector` is float32, `tokens` float16 of `token_count` rows, both little-endian and row by row. They come last
# because SQLite must walk through them to reach what stands behind.
encodings = Table(
    "encodings",
    metadata,
    Column("model_id", String(200), primary_key=True),
    Column("content_hash", String(64), primary_key=True),
    Column("made", DateTime(timezone=True), nullable=False),
    Column("token_count", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
)

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", Text, nullable=False),
    Column("what", String(40), nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)


def now() -> datetime:
    return datetime.now(UTC)

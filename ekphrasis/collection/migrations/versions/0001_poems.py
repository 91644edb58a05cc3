"""Poems, what a model made of them, and the history of every write."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "poems",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("poet", sa.Text, nullable=False),
        sa.Column("stanzas", sa.Text, nullable=False),
        sa.Column("lang", sa.String(35), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("rights", sa.Text, nullable=False),
        sa.Column("subjects", sa.JSON, nullable=False),
        sa.Column("mood", sa.String(40), nullable=False),
        sa.Column("palette", sa.JSON, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("keeper", sa.String(20), nullable=False),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
    )
    op.create_index("poems_by_content", "poems", ["content_hash"])
    op.create_table(
        "encodings",
        sa.Column("model_id", sa.String(200), primary_key=True),
        sa.Column("content_hash", sa.String(64), primary_key=True),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_count", sa.Integer, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("tokens", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("history")
    op.drop_table("encodings")
    op.drop_table("poems")

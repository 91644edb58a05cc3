"""What a model made of the poems, kept by model and content so that no poem is encoded twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import sqlalchemy as sa

from . import tables

# A model of a month ago may come back, and two laptops that share a collection may differ; more is dead weight.
MODELS_KEPT = 3

_VECTOR = np.dtype("<f4")
_TOKENS = np.dtype("<f2")


class Encoding(Protocol):
    """What a model makes of a poem: `vector` (D,) float32 and `tokens` (n, W) float16."""

    @property
    def vector(self) -> np.ndarray[Any, Any]: ...
    @property
    def tokens(self) -> np.ndarray[Any, Any]: ...


@dataclass(frozen=True, slots=True, eq=False)
class StoredEncoding:
    """An encoding as the collection gives it back: `vector` (D,) float32, `tokens` (n, W) float16, read-only."""

    vector: np.ndarray[Any, np.dtype[np.float32]]
    tokens: np.ndarray[Any, np.dtype[np.float16]]


def frozen(encoding: Encoding) -> StoredEncoding:
    """`encoding` as the collection would give it back."""
    return StoredEncoding(
        np.ascontiguousarray(encoding.vector, _VECTOR), np.ascontiguousarray(encoding.tokens, _TOKENS)
    )


def load(connection: sa.Connection, model_id: str) -> dict[str, StoredEncoding]:
    """All encodings of `model_id` by content hash."""
    kept = tables.encodings.c
    rows = connection.execute(
        sa.select(kept.content_hash, kept.vector, kept.tokens, kept.token_count).where(kept.model_id == model_id)
    )
    return {
        content_hash: StoredEncoding(np.frombuffer(vector, _VECTOR), np.frombuffer(tokens, _TOKENS).reshape(count, -1))
        for content_hash, vector, tokens, count in rows
    }


def keep(connection: sa.Connection, model_id: str, made: Mapping[str, StoredEncoding]) -> None:
    """Store encodings by content hash, but for those that another process has stored meanwhile."""
    kept = tables.encodings.c
    known = set(
        connection.scalars(sa.select(kept.content_hash).where(kept.model_id == model_id, kept.content_hash.in_(made)))
    )
    rows = [
        {
            "model_id": model_id,
            "content_hash": content_hash,
            "made": tables.now(),
            "token_count": len(encoding.tokens),
            "vector": encoding.vector.tobytes(),
            "tokens": encoding.tokens.tobytes(),
        }
        for content_hash, encoding in made.items()
        if content_hash not in known
    ]
    if rows:
        connection.execute(sa.insert(tables.encodings), rows)


def surplus(connection: sa.Connection, model_id: str) -> sa.ColumnElement[bool] | None:
    """What to prune: encodings of texts that no poem has any more, and of models long unused. None if nothing."""
    kept = tables.encodings.c
    others = connection.scalars(
        sa.select(kept.model_id)
        .where(kept.model_id != model_id)
        .group_by(kept.model_id)
        .order_by(sa.func.max(kept.made).desc())
    ).all()
    unwanted = sa.or_(
        kept.model_id.in_(others[MODELS_KEPT - 1 :]),
        kept.content_hash.not_in(sa.select(tables.poems.c.content_hash)),
    )
    any_left = connection.scalar(sa.select(kept.content_hash).where(unwanted).limit(1))
    return None if any_left is None else unwanted

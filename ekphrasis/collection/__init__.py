"""The store: poems and what the model made of them, kept in one database that outlives a crash.

The database's library is loaded when `Collection` is first asked for: who only reads the anthology need not wait.
"""

from typing import TYPE_CHECKING, Any

from .anthology import poem_as_dict, read_anthology

if TYPE_CHECKING:
    from .encodings import StoredEncoding
    from .store import Collection

__all__ = ["Collection", "StoredEncoding", "poem_as_dict", "read_anthology"]


def __getattr__(name: str) -> Any:
    if name == "Collection":
        from .store import Collection

        return Collection
    if name == "StoredEncoding":
        from .encodings import StoredEncoding

        return StoredEncoding
    raise AttributeError(name)

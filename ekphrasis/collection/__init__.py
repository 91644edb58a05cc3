"""The store: poems and what the model made of them, kept in one database that outlives a crash."""

from .anthology import poem_as_dict, read_anthology

__all__ = ["poem_as_dict", "read_anthology"]

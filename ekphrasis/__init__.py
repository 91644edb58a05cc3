"""A blind visitor photographs an artwork and hears the poem that fits it."""

from .companion import Cancelled, Choice, Companion, Reading, Stage
from .poem import Poem
from .refusal import Refusal
from .settings import Settings

__all__ = ["Cancelled", "Choice", "Companion", "Poem", "Reading", "Refusal", "Settings", "Stage"]

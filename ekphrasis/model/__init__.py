"""Finds the poem that fits a picture: two towers make a shortlist, a cross-encoder re-ranks it."""

from .folder import Certainty, Config, Folder, ScoreWeights, open_folder
from .match import Encoded, Match
from .matcher import Matcher
from .shortlist import Shelf
from .towers import Encoding, Seen

__all__ = [
    "Certainty",
    "Config",
    "Encoded",
    "Encoding",
    "Folder",
    "Match",
    "Matcher",
    "ScoreWeights",
    "Seen",
    "Shelf",
    "open_folder",
]

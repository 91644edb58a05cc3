"""Where the files that ship with the companion lie: beside the package in a checkout, inside it once installed."""

from functools import cache
from pathlib import Path

_INSTALLED = Path(__file__).parent / "_assets"
ASSETS = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parent.parent / "assets"


@cache
def vocabulary(name: str) -> tuple[str, ...]:
    """The closed list `name` (`subjects`, `moods` or `palette`) that poems and artworks are labelled with."""
    lines = (ASSETS / "vocabulary" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))

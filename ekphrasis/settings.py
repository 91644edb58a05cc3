"""The companion's settings: the only reader of options and environment."""

import os
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field, fields
from pathlib import Path

import platformdirs

from .assets import ASSETS


def _data_folder() -> Path:
    return platformdirs.user_data_path("ekphrasis", appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose at the start. Each has an option, and an environment variable `EKPHRASIS_<NAME>`."""

    host: str = "127.0.0.1"
    port: int = 7860
    collection: str = ""
    model: Path = ASSETS / "model"
    voice: str = "hibari"
    kiosk: bool = False
    threads: int = 2
    data_folder: Path = field(default_factory=_data_folder)

    @property
    def collection_url(self) -> str:
        """A SQLAlchemy URL: `collection` itself if it is one, else SQLite at that path, else in the data folder."""
        if "://" in self.collection:
            return self.collection
        return f"sqlite:///{Path(self.collection) if self.collection else self.data_folder / 'collection.db'}"

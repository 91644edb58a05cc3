"""The companion's settings: the only reader of options and environment."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from .assets import ASSETS
from .refusal import Refusal
from .words import say

if TYPE_CHECKING:
    from sqlalchemy import URL


_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}
_LARGEST_PORT = 65535
_MOST_THREADS = 64


def _data_folder() -> Path:
    return platformdirs.user_data_path("ekphrasis", appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose at the start; each field is an option and a variable `EKPHRASIS_<FIELD>` too.

    `collection` is a SQLAlchemy URL, or the path of a SQLite file; empty means the user's data folder.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    collection: str = ""
    model: Path = ASSETS / "model"
    voice: str = "hibari"
    kiosk: bool = False
    threads: int = 2
    data_folder: Path = field(default_factory=_data_folder)

    @property
    def collection_url(self) -> "URL":
        from sqlalchemy import URL, make_url
        from sqlalchemy.exc import ArgumentError

        if "://" in self.collection:
            try:
                return make_url(self.collection)
            except ArgumentError as error:
                raise Refusal("collection.unknown_address", place=self.collection) from error
        file = Path(self.collection) if self.collection else self.data_folder / "collection.db"
        return URL.create("sqlite", database=str(file))


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings with the variables `EKPHRASIS_HOST`, `EKPHRASIS_PORT` and so on in place of the defaults.

    An empty variable is as good as none. Raises Refusal where one does not hold what its setting needs.
    """
    settings = Settings()
    for each in fields(Settings):
        name = f"EKPHRASIS_{each.name.upper()}"
        if environment.get(name):
            settings = replace(settings, **{each.name: _read(name, environment[name], getattr(settings, each.name))})
    return settings


def _read(name: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        if (word := text.strip().lower()) not in _YES | _NO:
            raise Refusal("app.bad_switch", name=name, value=text)
        return word in _YES
    try:
        return type(default)(text) if isinstance(default, int) else Path(text) if isinstance(default, Path) else text
    except ValueError as error:
        raise Refusal("app.bad_variable", name=name, value=text) from error


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Give `parser` the options for the settings `names`; `choose` reads them."""
    default = Settings()
    for name in names:
        option = f"--{name}"
        help_text = say(f"app.option.{name}", default=getattr(default, name))
        if name == "kiosk":
            parser.add_argument(option, action="store_true", default=None, help=help_text)
        else:
            kind = type(getattr(default, name))
            parser.add_argument(
                option,
                type=int if kind is int else Path if name == "model" else str,
                metavar=name.upper(),
                help=help_text,
            )


def choose(options: argparse.Namespace) -> Settings:
    """The settings after the environment and, above it, the options that a person gave.

    Raises Refusal where the two do not hold what a setting needs.
    """
    given = {each.name: getattr(options, each.name, None) for each in fields(Settings)}
    settings = replace(from_environment(), **{name: value for name, value in given.items() if value is not None})
    if not 1 <= settings.port <= _LARGEST_PORT:
        raise Refusal("app.bad_port", port=settings.port, most=_LARGEST_PORT)
    if not 1 <= settings.threads <= _MOST_THREADS:
        raise Refusal("app.bad_threads", threads=settings.threads, most=_MOST_THREADS)
    return settings


def parse(arguments: Sequence[str]) -> Settings:
    """The settings for the page, from the command line's `arguments`; exits with usage where they are wrong.

    Raises Refusal as `choose` does.
    """
    parser = argparse.ArgumentParser(prog="app.py", description=say("app.description"), epilog=say("app.epilog"))
    add_options(parser, "host", "port", "collection", "model", "voice", "kiosk")
    return choose(parser.parse_args(arguments))

"""What a voice is, and the voices by name."""

from collections.abc import Callable
from typing import Protocol

from ..refusal import Refusal
from .utterance import Samples


class VoiceDied(Exception):
    """The engine stopped, or took too long, before it gave the line: say it again."""


class Voice(Protocol):
    """A voice that can be given one breath of text at a time, from any thread.

    `languages` are primary language tags, None for all that its engine knows. `version` changes with the sound
    that a text gives.
    """

    name: str
    version: str
    languages: frozenset[str] | None

    def speak(self, text: str, lang: str) -> Samples:
        """`text` as mono float32 at RATE, brought to one loudness, no silence at its ends; empty where none is heard.

        Raises VoiceDied, or Refusal where the voice is not installed.
        """

    def warm(self) -> None:
        """Begin to load what the first line needs; returns at once."""

    def close(self) -> None:
        """Let everything go. A line in the making ends in VoiceDied."""


def _hibari() -> Voice:
    from .remote import Remote

    return Remote("hibari", version="0.2.1", languages=frozenset({"en"}))


def _espeak() -> Voice:
    from .espeak import Espeak

    return Espeak()


def _silent() -> Voice:
    from .silent import Silent

    return Silent()


_VOICES: dict[str, Callable[[], Voice]] = {"hibari": _hibari, "espeak": _espeak, "silent": _silent}
VOICES = tuple(_VOICES)
"""Names of the voices, the best first."""


def find(name: str) -> Voice:
    """The voice `name`. Raises Refusal where there is none of that name."""
    if name not in _VOICES:
        raise Refusal("speech.unknown_voice", voice=name, voices=", ".join(VOICES))
    return _VOICES[name]()

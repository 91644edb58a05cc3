"""eSpeak NG, the voice of last resort and of other languages: a separate program, text in, sound out by pipes."""

import shutil
import subprocess
from functools import cache

import numpy as np

from ..refusal import Refusal
from .levels import finished
from .utterance import RATE, Samples
from .voice import VoiceDied

_PROGRAM = "espeak-ng"
_LOUDNESS = -22.0
_WORDS_A_MINUTE = "150"
_LINE_LIMIT = 20.0
_WAV_HEADER = 44
_ITS_RATE = 22_050
_OTHER_NAMES = {"zh": "cmn", "no": "nb", "en": "en-us", "iw": "he", "in": "id", "tl": "id"}


class Espeak:
    name = "espeak"
    version = f"1 at {_WORDS_A_MINUTE}"
    languages: frozenset[str] | None = None

    def knows(self, lang: str) -> bool:
        """Whether it has a voice for the language tag. Raises Refusal where the program is missing."""
        return _choice(lang) is not None

    def speak(self, text: str, lang: str) -> Samples:
        # Without a mark at its end a text falls as a sentence does; a comma keeps a run-on line up.
        marked = text if text.rstrip("\"'”’) ")[-1:] in ".,;:!?…" else f"{text},"
        try:
            made = subprocess.run(
                [_program(), "--stdin", "--stdout", "-s", _WORDS_A_MINUTE, "-v", _choice(lang) or "en-us"],
                input=marked.encode("utf-8", "replace"),
                capture_output=True,
                timeout=_LINE_LIMIT,
            )
        except subprocess.TimeoutExpired as error:
            raise VoiceDied from error
        if made.returncode:
            raise VoiceDied
        sound: Samples = np.frombuffer(made.stdout[_WAV_HEADER : len(made.stdout) & ~1], "<i2").astype(np.float32)
        return finished(_at_our_rate(sound / np.float32(32768)), _LOUDNESS)

    def warm(self) -> None:
        pass

    def close(self) -> None:
        pass


def _program() -> str:
    found = shutil.which(_PROGRAM)
    if found is None:
        raise Refusal("speech.espeak_missing")
    return found


@cache
def _languages(program: str) -> frozenset[str]:
    listed = subprocess.run([program, "--voices"], capture_output=True, timeout=_LINE_LIMIT, check=True).stdout
    return frozenset(row.split()[1].lower() for row in listed.decode().splitlines()[1:] if row.strip())


def _choice(lang: str) -> str | None:
    """eSpeak's own name for the language tag: the whole tag where it has it, else its first part."""
    known = _languages(_program())
    whole = lang.lower()
    first = whole.partition("-")[0]
    for name in (whole, _OTHER_NAMES.get(whole, ""), _OTHER_NAMES.get(first, ""), first, f"{first}-{first}"):
        if name in known:
            return name
    return None


def _at_our_rate(samples: Samples) -> Samples:
    """From 22 050 to 24 000 samples a second, a ratio of 160 to 147, by way of the spectrum."""
    if not len(samples):
        return samples
    padded = np.pad(samples, (0, -len(samples) % (_ITS_RATE // 150)))
    length = len(padded) * RATE // _ITS_RATE
    spectrum = np.zeros(length // 2 + 1, np.complex128)
    ours = np.fft.rfft(padded)
    spectrum[: len(ours)] = ours
    return (np.fft.irfft(spectrum, length) * (length / len(padded))).astype(np.float32)

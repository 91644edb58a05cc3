"""A voice that makes no sound and takes no time, with lines as long as speech would be."""

import numpy as np

from .utterance import RATE, Samples

_SECONDS_A_LETTER = 0.06


class Silent:
    name = "silent"
    version = "1"
    languages: frozenset[str] | None = None

    def speak(self, text: str, lang: str) -> Samples:
        return np.zeros(round(len(text) * _SECONDS_A_LETTER * RATE), np.float32)

    def warm(self) -> None:
        pass

    def close(self) -> None:
        pass

"""The default voice's engine. Only the worker's process imports this."""

import numpy as np
from hibari import Hibari

from .levels import finished, trimmed
from .utterance import RATE, Samples

_LOUDNESS = -26.0
_CAESURA = 0.35


class Engine:
    """hibari "heart".

    It closes every text in the same way, whatever mark stands there or none (measured: pitch and length of the
    last word hardly move), so that a line's own pause must tell a run-on line from a sentence's end.
    """

    def __init__(self, threads: int) -> None:
        self._hibari = Hibari(threads=threads)
        self.speak("Ready.", "en")

    def speak(self, text: str, lang: str) -> Samples:
        # Sentence by sentence: the engine's own silence between two is longer than the end of a line.
        caesura = np.zeros(round(_CAESURA * RATE), np.float32)
        joined: list[Samples] = []
        # A line break is a sentence break to the engine; its own silence at an ellipsis cannot be heard.
        for phonemes in self._hibari.phonemize(text.replace("… ", "…\n")):
            # The same text must sound the same, or a repeated line would not be a repetition.
            sentence = trimmed(self._hibari.from_phonemes(phonemes, seed=0))
            if len(sentence):
                joined += [caesura, sentence]
        if not joined:
            return np.zeros(0, np.float32)
        return finished(np.concatenate(joined[1:]), _LOUDNESS)

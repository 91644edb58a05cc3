"""The default voice's engine. Only the worker's process imports this."""

from itertools import pairwise
from typing import Any

import numpy as np
from hibari import Hibari, dsp

from .levels import finished, trimmed
from .utterance import RATE, Samples

_LOUDNESS = -26.0
_CAESURA = 0.35
_FRAME_SECONDS = dsp.HOP / RATE
_LIFT_SECONDS = 0.5
_RISE_SECONDS = 0.15
_VOICED = 40.0
_OPEN_LEVEL = 0.88


class Engine:
    """hibari "heart". It lets every text fall at its end, whatever mark stands there; `_lift` undoes that in verse."""

    def __init__(self, threads: int) -> None:
        self._hibari = Hibari(threads=threads)
        self.speak("Ready.", "en")

    def speak(self, text: str, lang: str) -> Samples:
        sentences = self._hibari.phonemize(text)
        parts = [trimmed(self._sentence(s, _openness(text) if s is sentences[-1] else 0.0)) for s in sentences]
        parts = [part for part in parts if len(part)]
        if not parts:
            return np.zeros(0, np.float32)
        caesura = np.zeros(round(_CAESURA * RATE), np.float32)
        joined = [parts[0]]
        for _, part in pairwise(parts):
            joined += [caesura, part]
        return finished(np.concatenate(joined), _LOUDNESS)

    def _sentence(self, phonemes: str, openness: float) -> Samples:
        ids = self._hibari.ids(phonemes)
        if len(ids) < 3:
            return np.zeros(0, np.float32)
        inputs = {"ids": np.asarray([ids], np.int64), "speed": np.asarray([1.0], np.float32)}
        *spectra, pitch = (output[0] for output in self._hibari.sess.run(None, inputs))
        # The same text must sound the same, or a repeated line would not be a repetition.
        noise = np.random.default_rng(0)
        sound: Samples = dsp.synth(*spectra, _lift(pitch, openness), noise)
        return sound


def _openness(text: str) -> float:
    """How much of the closing fall to take away: most where the sentence runs on past the line's end."""
    match text.rstrip("\"'”’) ")[-1:]:
        case "." | "!" | "?" | "…":
            return 0.0
        case "," | ";" | ":":
            return 0.5
        case _:
            return 0.8


def _lift(pitch: Any, openness: float) -> Any:
    """`pitch` (Hz a frame, 0 unvoiced) with the fall of its last half second raised towards the line's own level."""
    voiced = np.flatnonzero(pitch > _VOICED)
    if not openness or not len(voiced):
        return pitch
    level = _OPEN_LEVEL * np.median(pitch[voiced])
    before_end = (voiced[-1] - np.arange(len(pitch))) * _FRAME_SECONDS
    weight = openness * np.clip((_LIFT_SECONDS - before_end) / _RISE_SECONDS, 0, 1)
    raised = pitch + weight * np.maximum(level - pitch, 0)
    return np.where(pitch > _VOICED, raised, pitch).astype(np.float32)

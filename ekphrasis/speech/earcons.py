"""Two short quiet sounds: the poem is ready, and something went wrong."""

import numpy as np

from .levels import EARCON
from .utterance import RATE, Samples

_NOTES = {"ready": ((659.26, 0.0), (987.77, 0.11)), "trouble": ((311.13, 0.0), (233.08, 0.14))}
_RING = 0.3
_LOUDNESS = {"ready": -10.1, "trouble": -11.0}
EARCONS = tuple(_NOTES)


def earcon(name: str) -> Samples:
    """The earcon of that name, mono float32 at RATE, about half a second, 6 LU under speech.

    Raises KeyError for a name not in EARCONS.
    """
    notes = _NOTES[name]
    sound = np.zeros(round((notes[-1][1] + _RING) * RATE), np.float32)
    time = np.arange(round(_RING * RATE)) / RATE
    shape = np.minimum(1, time / 0.008) * np.exp(-time / 0.09) * np.minimum(1, (_RING - time) / 0.03)
    for pitch, begin in notes:
        tone = shape * (np.sin(2 * np.pi * pitch * time) + 0.2 * np.sin(4 * np.pi * pitch * time))
        at = round(begin * RATE)
        sound[at : at + len(tone)] += tone.astype(np.float32)
    return sound * np.float32(10 ** ((EARCON - _LOUDNESS[name]) / 20))

"""The values that pass through the speech room: what is to be said, and what was said."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RATE = 24_000
"""Samples a second of all sound that this room gives."""

Samples = NDArray[np.float32]
"""Mono sound at RATE, in −1…1."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One breath of the reading.

    `text` is spelled for the voice, not for the eye, and may be empty (a line of dashes is only a pause).
    `line` is the index into `poem.lines`, None for title and byline; a long prose line is several utterances
    with one index. `pause` is the silence after it in seconds, `lang` a BCP 47 tag.
    """

    text: str
    kind: Literal["title", "byline", "line"]
    line: int | None
    pause: float
    lang: str


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """An utterance as sound: mono float32 at RATE, its pause at the end.

    `start` and `end` of the words are seconds from the beginning of the reading, right to the sample.
    """

    utterance: Utterance
    samples: Samples
    start: float
    end: float

    @property
    def duration(self) -> float:
        """Seconds, pause included."""
        return len(self.samples) / RATE

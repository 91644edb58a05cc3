"""A poem read aloud, line by line, a line ahead of the ear.

poem = Poem(...)
with closing(Speaker("hibari")) as speaker:
    for spoken in speaker.speak(utterances(poem, "by a poet")):
        play(spoken.samples)
"""

from .earcons import EARCONS, earcon
from .sound_file import heed_place, sound_file
from .speaker import Speaker
from .utterance import RATE, Spoken, Utterance
from .verse import utterances
from .voice import VOICES

__all__ = [
    "EARCONS",
    "RATE",
    "VOICES",
    "Speaker",
    "Spoken",
    "Utterance",
    "earcon",
    "heed_place",
    "sound_file",
    "utterances",
]

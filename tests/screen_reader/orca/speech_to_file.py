# ruff: noqa: N802 (Orca names these)
"""A voice for Orca that writes: every utterance becomes a line of the file named by EKPHRASIS_TRANSCRIPT.

Orca finds it by its module name (`orca-customizations.py`). It speaks in no time, so one utterance never cuts
another off: the transcript holds all that Orca would begin to say.
"""

import os
import time
from pathlib import Path

from orca import speechserver

_BEGUN = time.monotonic()


def _write(text):
    text = " ".join((text or "").split())
    if text:
        with Path(os.environ["EKPHRASIS_TRANSCRIPT"]).open("a", encoding="utf-8") as transcript:
            transcript.write(f"{time.monotonic() - _BEGUN:.2f}\t{text}\n")


class SpeechServer(speechserver.SpeechServer):
    _one = None

    @classmethod
    def getSpeechServer(cls, info=None):
        if cls._one is None:
            cls._one = cls()
        return cls._one

    @classmethod
    def getSpeechServers(cls):
        return [cls.getSpeechServer()]

    @staticmethod
    def getFactoryName():
        return "a file"

    @staticmethod
    def shutdownActiveServers():
        return None

    def getInfo(self):
        return ["a file", "default"]

    def getVoiceFamilies(self):
        return [speechserver.VoiceFamily({})]

    def speak(self, text=None, acss=None, interrupt=True):
        _write(text)

    def speakCharacter(self, character, acss=None):
        _write(character)

    def speakKeyEvent(self, event, acss=None):
        return None

    def sayAll(self, utterances, progress):
        for context, _ in utterances:
            _write(context.utterance)
            progress(context.copy(), speechserver.SayAllContext.COMPLETED)

    def stop(self):
        return None

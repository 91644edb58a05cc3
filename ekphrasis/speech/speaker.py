"""A reading aloud: lines made one ahead of the ear, by a voice that may die and be followed by another."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, Full, Queue

import numpy as np

from ..refusal import Refusal
from .cache import Cache
from .espeak import Espeak
from .utterance import RATE, Samples, Spoken, Utterance
from .voice import Voice, VoiceDied, find

TRIES = 3
"""Deaths at one line after which the voice of last resort takes over."""
REST = 60.0
"""Seconds for which a voice that kept dying is not asked again."""

_AHEAD = 2
_TICK = 0.05


class Speaker:
    """Reads utterances with the voice named, from any number of threads; their lines take turns.

    `on_trouble` is told a key of the words catalogue when something went wrong that the listener can hear:
    `speech.restarted`, `speech.handed_over`, `speech.unknown_language`. It may be called from another thread.
    Raises Refusal for a name that no voice has.
    """

    def __init__(self, voice: str = "hibari", on_trouble: Callable[[str], None] = lambda key: None) -> None:
        self._voice = find(voice)
        self._last_resort = self._voice if isinstance(self._voice, Espeak) else Espeak()
        self._on_trouble = on_trouble
        self._cache = Cache()
        self._rests_until = 0.0
        self._closed = threading.Event()

    def warm(self) -> None:
        """Start the voice now, so that the first line need not wait for it; returns at once."""
        self._voice.warm()

    def close(self) -> None:
        """End the voice's process and every reading."""
        self._closed.set()
        self._voice.close()

    def speak(self, utterances: Sequence[Utterance], cancelled: threading.Event | None = None) -> Iterator[Spoken]:
        """Each utterance as sound as soon as it is made, the next ones in the making meanwhile.

        Ends early within a tenth of a second of `cancelled` being set; closing the generator stops the work too.
        Raises Refusal where no voice can speak a line.
        """
        ready: Queue[tuple[Utterance, Samples] | Exception | None] = Queue(_AHEAD)
        stop = threading.Event()

        def stopped() -> bool:
            return stop.is_set() or self._closed.is_set() or (cancelled is not None and cancelled.is_set())

        def hand(thing: tuple[Utterance, Samples] | Exception | None) -> None:
            while not stopped():
                try:
                    ready.put(thing, timeout=_TICK)
                except Full:
                    continue
                return

        def make() -> None:
            try:
                for utterance in utterances:
                    if stopped():
                        return
                    hand((utterance, self._words(utterance)))
                hand(None)
            except Exception as error:
                hand(error)

        threading.Thread(target=make, name="reading", daemon=True).start()
        at = 0
        try:
            while not stopped():
                try:
                    thing = ready.get(timeout=_TICK)
                except Empty:
                    continue
                if thing is None:
                    return
                if isinstance(thing, Exception):
                    raise thing
                utterance, words = thing
                if stopped():
                    return
                samples = np.concatenate([words, np.zeros(round(utterance.pause * RATE), np.float32)])
                yield Spoken(utterance, samples, at / RATE, (at + len(words)) / RATE)
                at += len(samples)
        finally:
            stop.set()

    def _words(self, utterance: Utterance) -> Samples:
        if not utterance.text:
            return np.zeros(0, np.float32)
        for each in self._voices(utterance):
            key = (each.name, each.version, utterance.lang, utterance.text)
            words = self._cache.get(key)
            if words is None:
                words = self._spoken_by(each, utterance)
            if words is not None:
                self._cache.put(key, words)
                return words
        raise Refusal("speech.no_voice")

    def _voices(self, utterance: Utterance) -> Iterator[Voice]:
        primary = utterance.lang.partition("-")[0].lower()
        speaks = self._voice.languages is None or primary in self._voice.languages
        if speaks and self._voice is not self._last_resort and time.monotonic() >= self._rests_until:
            yield self._voice
            self._rests_until = time.monotonic() + REST
            # Asked first: a spare voice that is missing is a refusal, and nothing is handed over.
            self._last_resort.knows(utterance.lang)
            self._on_trouble("speech.handed_over")
        if not self._last_resort.knows(utterance.lang) and utterance.kind == "title":
            self._on_trouble("speech.unknown_language")
        yield self._last_resort

    def _spoken_by(self, each: Voice, utterance: Utterance) -> Samples | None:
        """The words, said again after each death; None once the voice died TRIES times."""
        for tries in range(TRIES):
            try:
                words = each.speak(utterance.text, utterance.lang)
            except VoiceDied:
                if self._closed.is_set():
                    raise
                continue
            if tries:
                self._on_trouble("speech.restarted")
            return words
        return None

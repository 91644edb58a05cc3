"""What the page, or a program through `gradio_client`, can ask of the companion.

`find` and `find_sample` stream the page's state (`ekphrasis.page.state`), `choose` answers with one, `stop` ends
a search; `read` is for programs, a photo in, poem and sound out. Nothing is decided here: photos go to the
companion, states come from `state`.
"""

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ..companion import Cancelled, Choice, Companion, byline
from ..refusal import Refusal
from ..samples import find_sample
from ..speech import sound_file
from . import state, uploads
from .state import State

_log = logging.getLogger(__name__)
_SILENCE = 3.0
"""Seconds after which a first start says how far it is."""


class Errands:
    """The searches under way, by the name that the page gave each, so that it can end one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled: dict[str, threading.Event] = {}

    @contextmanager
    def running(self, name: str) -> Iterator[threading.Event]:
        cancelled = threading.Event()
        with self._lock:
            self._cancelled[name] = cancelled
        try:
            yield cancelled
        finally:
            cancelled.set()
            with self._lock:
                # A program may give two of its searches one name: each takes only its own away.
                if self._cancelled.get(name) is cancelled:
                    del self._cancelled[name]

    def stop(self, name: str) -> None:
        with self._lock:
            if name in self._cancelled:
                self._cancelled[name].set()


class Endpoints:
    """What the page, or a program, can ask the companion for."""

    def __init__(self, companion: Companion, photos: Path) -> None:
        self._companion = companion
        self._photos = photos
        self._errands = Errands()

    def find(self, photo: dict, run: str = "") -> Iterator[dict]:  # type: ignore[type-arg]  # Gradio's reading of hints
        """Find a poem for a photo. Streams the page's state; `run` is a name by which `stop` can end it."""
        yield from self._states(run, lambda: uploads.take_bytes(self._photos, photo))

    def find_sample(self, sample: str, run: str = "") -> Iterator[dict]:  # type: ignore[type-arg]
        """Find a poem for one of the artworks that ship with the companion, by its id."""
        yield from self._states(run, lambda: _sample_bytes(sample))

    def choose(self, seen: str, choices: list, current: int) -> dict:  # type: ignore[type-arg]
        """Open another of the poems of a reading: its `seen` and `choices` as the page holds them."""
        try:
            kept = [choice for choice in map(self._choice, choices) if choice is not None]
            if not kept:
                raise Refusal("page.trouble.no_such_poem")
            turned = state.opened(self._companion, str(seen), kept, int(current) % len(kept))
        except Refusal as refusal:
            return state.refused(refusal)
        except Exception:
            _log.exception("a poem could not be opened")
            return state.refused(Refusal("page.trouble.fault"))
        return turned

    def stop(self, run: str) -> bool:
        """End the search named `run`."""
        self._errands.stop(run)
        return True

    def read(self, photo: dict) -> tuple[dict, dict]:  # type: ignore[type-arg]
        """For programs: a photo in; out come what was seen, the poem with each line's times, and its sound."""
        import gradio

        try:
            reading = self._companion.read(uploads.take_bytes(self._photos, photo))
            spoken = list(self._companion.speak(reading.poem))
        except Refusal as refusal:
            raise gradio.Error(state.refused(refusal)["alert"], print_exception=False) from refusal
        audio = Path(tempfile.mkdtemp(dir=self._photos)) / f"{reading.poem.id}.wav"
        sound_file(spoken, audio)
        poem = asdict(reading.poem) | {"byline": byline(reading.poem), "seen": reading.seen}
        poem["spoken"] = [
            {"text": s.utterance.text, "line": s.utterance.line, "start": s.start, "end": s.end} for s in spoken
        ]
        return poem, gradio.FileData(path=str(audio)).model_dump()

    def _states(self, run: str, take: Callable[[], bytes]) -> Iterator[State]:
        """Run a search in a thread of its own and yield each state as it comes about."""
        states: SimpleQueue[State | None] = SimpleQueue()

        def search(cancelled: threading.Event) -> None:
            try:
                reading = self._companion.read(
                    take(), on_stage=lambda stage: states.put(state.working(stage)), cancelled=cancelled
                )
                states.put(state.ready(self._companion, reading))
            except Cancelled:
                pass
            except Refusal as refusal:
                states.put(state.refused(refusal))
            except Exception:
                _log.exception("a search failed")
                states.put(state.refused(Refusal("page.trouble.fault")))
            finally:
                states.put(None)

        with self._errands.running(run) as cancelled:
            threading.Thread(target=search, args=(cancelled,), name="search", daemon=True).start()
            while True:
                try:
                    latest = states.get(timeout=_SILENCE)
                except Empty:
                    if not self._companion.awake and self._companion.encoded[1]:
                        yield state.waking(*self._companion.encoded)
                    continue
                if latest is None:
                    return
                yield latest

    def _choice(self, sent: Any) -> Choice | None:
        poem = self._companion.collection.poem(str(sent["poem"]))
        if poem is None:
            return None
        return Choice(poem, str(sent["certainty"]), tuple(str(word) for word in sent["shared"]))


def _sample_bytes(name: str) -> bytes:
    sample = find_sample(name)
    if sample is None:
        raise Refusal("page.trouble.no_such_sample")
    return sample.path.read_bytes()

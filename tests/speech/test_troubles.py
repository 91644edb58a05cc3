"""Readings that are stopped, crowded, or robbed of their voice: real processes, really killed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ekphrasis.refusal import Refusal
from ekphrasis.speech import RATE, Speaker, Utterance
from ekphrasis.speech import speaker as speaker_module
from ekphrasis.speech.cache import Cache
from ekphrasis.speech.remote import Remote
from ekphrasis.speech.voice import VoiceDied

LINES = tuple(
    Utterance(text, "line", number, 0.2, "en")
    for number, text in enumerate(
        ["The harbour keeps its lanterns low", "and every boat comes home.", "Nobody calls.", "The nets are dry."]
    )
)


class Reading:
    """A speaker with the real voice, and what it told."""

    def __init__(self, voice: str = "hibari") -> None:
        self.told: list[str] = []
        self.speaker = Speaker(voice, self.told.append)

    @property
    def remote(self) -> Remote:
        remote = self.speaker._voice
        assert isinstance(remote, Remote)
        return remote

    @property
    def pid(self) -> int:
        assert self.remote.pid is not None
        return self.remote.pid


@pytest.fixture
def reading() -> Iterator[Reading]:
    made = Reading()
    yield made
    made.speaker.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


@contextlib.contextmanager
def killing(reading: Reading) -> Iterator[None]:
    """Kill each process that the voice is given, as soon as it is there."""
    done = threading.Event()

    def kill_each() -> None:
        while not done.wait(0.01):
            if (pid := reading.remote.pid) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_each)
    killer.start()
    try:
        yield
    finally:
        done.set()
        killer.join()


def test_a_voice_killed_in_mid_poem_is_started_again_and_says_the_same_line(reading: Reading) -> None:
    with contextlib.closing(Speaker("hibari")) as unhurt:
        whole = list(unhurt.speak(LINES))
    spoken = list(reading.speaker.speak(LINES[:2]))
    os.kill(reading.pid, signal.SIGKILL)
    spoken += reading.speaker.speak(LINES[2:])
    assert reading.told == ["speech.restarted"]
    assert [s.utterance for s in spoken] == list(LINES)
    for before, after in zip(whole, spoken, strict=True):
        assert np.array_equal(before.samples, after.samples)


def test_a_voice_killed_while_it_makes_a_line_says_it_all_the_same(reading: Reading) -> None:
    list(reading.speaker.speak(LINES[:1]))
    long = Utterance("all the long way home " * 40, "line", 0, 0.2, "en")
    threading.Timer(0.15, os.kill, (reading.pid, signal.SIGKILL)).start()
    (spoken,) = reading.speaker.speak([long])
    assert reading.told == ["speech.restarted"]
    assert spoken.duration > 30


def test_a_voice_that_keeps_dying_hands_over_at_the_same_line(reading: Reading) -> None:
    with killing(reading):
        spoken = list(reading.speaker.speak(LINES))
    assert [s.utterance for s in spoken] == list(LINES)
    assert all(np.abs(s.samples).max() > 0.05 for s in spoken)
    assert reading.told == ["speech.handed_over"]


def test_the_first_voice_is_asked_again_after_a_rest(monkeypatch: pytest.MonkeyPatch, reading: Reading) -> None:
    monkeypatch.setattr(speaker_module, "REST", 0.3)
    with killing(reading):
        (by_espeak,) = reading.speaker.speak(LINES[:1])
    assert reading.told == ["speech.handed_over"]
    time.sleep(0.3)
    (by_hibari,) = reading.speaker.speak(LINES[:1])
    assert len(by_espeak.samples) != len(by_hibari.samples)
    assert reading.told == ["speech.handed_over"]


def test_with_no_spare_voice_the_reading_is_refused(monkeypatch: pytest.MonkeyPatch, reading: Reading) -> None:
    monkeypatch.setenv("PATH", "")
    with killing(reading), pytest.raises(Refusal) as refused:
        list(reading.speaker.speak(LINES))
    assert refused.value.key == "speech.espeak_missing"
    assert reading.told == []


def test_a_voice_that_hangs_is_taken_for_dead() -> None:
    remote = Remote("hibari", "test", frozenset({"en"}), line_limit=0.5)
    try:
        remote.speak("One.", "en")
        assert remote.pid is not None
        hung = remote.pid
        os.kill(hung, signal.SIGSTOP)
        with pytest.raises(VoiceDied):
            remote.speak("Two.", "en")
        assert gone_within(hung, 1)
    finally:
        remote.close()


def test_an_engine_that_cannot_start_is_a_death_and_not_a_hang() -> None:
    remote = Remote("no-such-engine", "test", frozenset({"en"}))
    begun = time.monotonic()
    with pytest.raises(VoiceDied):
        remote.speak("One.", "en")
    assert time.monotonic() - begun < 15
    remote.close()


def test_the_voice_ends_with_its_parent_though_that_was_killed() -> None:
    code = (
        "import time\nfrom ekphrasis.speech.remote import Remote\n"
        "r = Remote('hibari', 'test', frozenset({'en'}))\nr.speak('One.', 'en')\n"
        "print(r.pid, flush=True)\ntime.sleep(60)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    assert gone_within(pid, 3)


def test_closing_ends_the_voice_and_a_reading_under_way(reading: Reading) -> None:
    lines = reading.speaker.speak(LINES)
    next(lines)
    pid = reading.pid
    reading.speaker.close()
    assert list(lines) == []
    assert gone_within(pid, 1)


def test_cancelling_ends_a_reading_at_once(reading: Reading) -> None:
    list(reading.speaker.speak(LINES[:1]))
    cancelled = threading.Event()
    long = Utterance("all the long way home " * 40, "line", 0, 0.2, "en")
    when: list[float] = []

    def cancel() -> None:
        when.append(time.monotonic())
        cancelled.set()

    threading.Timer(0.15, cancel).start()
    assert list(reading.speaker.speak([long], cancelled)) == []
    assert time.monotonic() - when[0] < 0.5  # the line itself would take seconds


def test_closing_the_generator_stops_the_work() -> None:
    speaker = Speaker("silent")
    asked = []

    class Asked(tuple[Utterance, ...]):
        def __iter__(self) -> Iterator[Utterance]:
            for utterance in super().__iter__():
                asked.append(utterance)
                yield utterance

    lines = speaker.speak(Asked(LINES * 20))
    next(lines)
    lines.close()  # type: ignore[attr-defined]
    until = time.monotonic() + 5
    while any(thread.name == "reading" for thread in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.02)
    assert "reading" not in [thread.name for thread in threading.enumerate()]
    assert len(asked) <= 5


def test_the_first_line_is_heard_before_the_last_is_made() -> None:
    speaker = Speaker("silent")
    made = []

    def lines() -> Iterator[Utterance]:
        for each in LINES * 20:
            made.append(each)
            yield each

    class Lines(tuple[Utterance, ...]):
        def __iter__(self) -> Iterator[Utterance]:
            return lines()

    next(iter(speaker.speak(Lines())))
    assert len(made) < 10


def test_two_visitors_hear_their_own_poems(reading: Reading) -> None:
    heard: dict[int, list[str]] = {0: [], 1: []}

    def listen(visitor: int) -> None:
        own = [Utterance(f"{u.text} {'north' if visitor else 'south'}", "line", u.line, 0.1, "en") for u in LINES]
        heard[visitor] = [s.utterance.text for s in reading.speaker.speak(own) if np.abs(s.samples).max() > 0.05]

    visitors = [threading.Thread(target=listen, args=(n,)) for n in heard]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert [len(lines) for lines in heard.values()] == [4, 4]
    assert all(text.endswith("south") for text in heard[0])
    assert all(text.endswith("north") for text in heard[1])


def test_a_line_heard_before_needs_no_voice(reading: Reading) -> None:
    first = list(reading.speaker.speak(LINES))
    os.kill(reading.pid, signal.SIGKILL)
    again = list(reading.speaker.speak(LINES))
    assert reading.told == []
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, again, strict=True))


def test_the_cache_forgets_the_longest_unheard_first() -> None:
    cache = Cache(limit=3 * 4 * RATE)
    second = np.zeros(RATE, np.float32)
    a, b, c, d = (("hibari", "1", "en", text) for text in "abcd")
    for key in (a, b, c):
        cache.put(key, second)
    assert cache.get(a) is second
    cache.put(d, second)
    assert cache.get(b) is None
    assert cache.get(a) is second
    assert cache.size == 3 * 4 * RATE
    cache.put(b, np.zeros(10 * RATE, np.float32))
    assert cache.size == 0

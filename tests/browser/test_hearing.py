"""The poem is heard soon, line by line, and under the visitor's control; a voice that dies is told of."""

import os
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from serving import Served, patience, the_companion
from visitor import Visitor

from ekphrasis.samples import samples
from ekphrasis.words import say

SOON = 4.0
"""Seconds from the file's being given to the first sound of the reading."""
AUDIO = "() => { const { currentTime, paused, playbackRate, volume } = document.getElementById('audio');\
 return { currentTime, paused, playbackRate, volume }; }"


def worker_of(companion: Served) -> int:
    """The process of the voice, a child of the companion."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = next(line for line in status.read_text().splitlines() if line.startswith("PPid:"))
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, StopIteration):
            continue
        if int(parent.split()[1]) == companion.process.pid and b"ekphrasis.speech.worker" in command:
            return int(status.parent.name)
    raise AssertionError("no voice is running")


def test_the_page_answers_within_six_seconds_of_the_start() -> None:
    assert the_companion()[1] < 6 * patience()


def test_the_first_sound_comes_soon(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    begun = visitor.page.evaluate("() => performance.now() / 1000")
    visitor.give(samples()[1].path)
    visitor.page.wait_for_function("() => diary.sounded.length > 0", timeout=20000)
    assert visitor.sounded[0] - begun < SOON * patience()


def test_the_reading_sounds_and_the_marked_line_goes_with_it(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.choose_sample(2)
    visitor.waits_for_line(0)
    visitor.page.wait_for_function("() => !document.getElementById('audio').paused")
    before = visitor.page.evaluate(AUDIO)["currentTime"]
    visitor.page.wait_for_timeout(400)
    assert visitor.page.evaluate(AUDIO)["currentTime"] > before
    visitor.waits_for_line(1)
    visitor.waits_for_line(2)
    assert visitor.page.locator(".line[aria-current]").count() == 1
    assert len(visitor.sounded) >= 5  # title, byline and three lines


def test_speed_and_volume(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.choose_sample()
    visitor.waits_for_line(0)
    visitor.page.select_option("#speed", "1.5")
    visitor.page.focus("#volume")
    visitor.press("ArrowLeft", "ArrowLeft")
    heard = visitor.page.evaluate(AUDIO)
    assert heard["playbackRate"] == 1.5
    assert 0.85 < heard["volume"] < 0.95
    visitor.waits_for_line(1)
    assert visitor.page.evaluate(AUDIO)["playbackRate"] == 1.5  # the next line too
    visitor.page.reload()
    assert visitor.page.input_value("#speed") == "1.5"  # remembered


def test_stop_is_at_once(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.choose_sample()
    visitor.waits_for_line(0)
    took = visitor.page.evaluate(
        """() => new Promise((resolve) => {
          const audio = document.getElementById("audio"), begun = performance.now();
          audio.addEventListener("pause", () => resolve(performance.now() - begun), { once: true });
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
        })"""
    )
    assert took < 100
    visitor.waits_for(say("page.announce.stopped"))
    sounded = len(visitor.sounded)
    visitor.page.wait_for_timeout(1500)
    assert len(visitor.sounded) == sounded
    visitor.press("p")
    visitor.page.wait_for_function("(before) => diary.sounded.length > before", arg=sounded)
    assert visitor.page.locator(".line[aria-current]").count() == 0  # from the title again


def test_nothing_sounds_unasked(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.gets_a_poem()
    visitor.page.wait_for_timeout(2500)
    assert visitor.sounded == []


def test_a_pause_holds_the_place(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.choose_sample()
    visitor.waits_for_line(0)
    visitor.page.wait_for_function("() => document.getElementById('audio').currentTime > 0.3")
    visitor.press("p")
    at = visitor.page.evaluate(AUDIO)
    assert at["paused"]
    visitor.page.wait_for_timeout(500)
    visitor.press("p")
    visitor.page.wait_for_function(
        "(at) => document.getElementById('audio').currentTime > at", arg=at["currentTime"], timeout=5000
    )
    assert visitor.page.evaluate(AUDIO)["currentTime"] < at["currentTime"] + 2
    visitor.waits_for_line(1)


def test_a_voice_that_dies_in_mid_poem_is_told_and_the_reading_goes_on(
    visit: Callable[..., Visitor], companion: Served
) -> None:
    visitor = visit()
    visitor.choose_sample(3)
    visitor.waits_for_line(0)
    first = worker_of(companion)
    os.kill(first, signal.SIGKILL)
    visitor.waits_for(say("speech.restarted"), timeout=30)
    visitor.waits_for_line(3)
    visitor.page.wait_for_function("() => !document.getElementById('audio').paused")
    assert visitor.said.count(say("speech.restarted")) == 1
    assert worker_of(companion) != first


def test_earcons_are_short_and_can_be_switched_off(visit: Callable[..., Visitor], companion: Served) -> None:
    for name in ("ready", "trouble"):
        with urllib.request.urlopen(f"{companion.url}earcon/{name}", timeout=10) as reply:
            seconds = (len(reply.read()) - 44) / 2 / 24000
        assert 0.05 < seconds < 1
    visitor = visit()
    visitor.gets_a_poem()
    assert sum("/earcon/" in url for url in visitor.requests) == 1
    visitor.page.evaluate("() => { document.getElementById('sounds-on').click(); }")
    visitor.choose_sample(1)
    visitor.page.wait_for_function("() => diary.heard.filter(({ text }) => text.startsWith('Your poem')).length === 2")
    assert sum("/earcon/" in url for url in visitor.requests) == 1


def test_no_voice_process_outlives_a_killed_companion(own_companion: Served) -> None:
    own_companion.start()
    own_companion.wake()
    worker = worker_of(own_companion)
    own_companion.kill()
    until = time.monotonic() + 5
    while Path(f"/proc/{worker}/cmdline").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}/cmdline").exists()

"""What a visitor hears from Orca, from the page's opening to a poem, another one, and a file that is no photo.

`visitor.txt` is what is to be heard. Lines that begin with ">" are what she does; words in braces stand for what
depends on the model and the collection. To change it on purpose:

    EKPHRASIS_WRITE_TRANSCRIPT=1 python -m pytest tests/screen_reader

and read it, asking at each line: would I know what to do now?
"""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright
from road import Road
from screen import Screen
from serving import Served

from ekphrasis.words import say

READY = say("page.announce.ready", title="").split(":")[0]
TURNED = say("page.announce.turned", title="").split(":")[0]
GOLDEN = Path(__file__).parent / "visitor.txt"


NAMES = {"seen-text": "what I see", "why": "why", "byline": "byline", "poem-title": "title"}


class Journey:
    """Does what the visitor does, and notes beside it what Orca said."""

    def __init__(self, screen: Screen, page: Page) -> None:
        self.screen = screen
        self.page = page
        self.notes: list[str] = []
        self._read = 0

    def does(self, what: str) -> None:
        self._note_what_was_said()
        self.notes += ["", f"> {what}"]

    def key(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.does(key)
            before = len(self.screen.said)
            self.screen.press(key)
            self.screen.settle(since=before)

    def until(self, key: str, words: str, most: int = 40) -> None:
        """Press `key` until `words` are heard."""
        for _ in range(most):
            before = len(self.screen.said)
            self.key(key)
            if any(words in line for line in self.screen.said[before:]):
                return
        raise AssertionError(f"{words!r} was not heard after {most} times {key}:\n{self.transcript()}")

    def through_the_poem(self, lines: list[str]) -> None:
        """Down to the poem and on until `lines` are heard, whole; a long one comes in the pieces it is shown in."""
        wanted = " ".join(" ".join(lines).split())
        heard = ""
        before = len(self.screen.said)
        while wanted not in heard:
            assert len(self.screen.said) < before + 60, f"{wanted!r} is not in {heard!r}"
            self.key("Down")
            heard = " ".join(" ".join(self.screen.said[before:]).split())

    def waits_for(self, words: str) -> None:
        assert self.screen.hears(words, after=self._read), f"{words!r} was not heard:\n{self.transcript()}"
        self.screen.settle(since=self._read)

    def knows(self) -> None:
        """Put braces in place of what the page says of this artwork and this poem."""
        shown = self.page.evaluate(
            """() => Object.fromEntries(["poem-title", "byline", "seen-text", "why"].map((id) =>
            [id, document.getElementById(id).textContent]))"""
        )
        poem = " ".join(self.page.locator("#lines").inner_text().split())
        self._note_what_was_said()
        for element, name in NAMES.items():
            self.notes = [note.replace(shown[element].rstrip(" ."), f"{{{name}}}") for note in self.notes]
        self.notes = ["{line}" if len(note) > 12 and note.rstrip(" .") in poem else note for note in self.notes]

    def transcript(self) -> str:
        """What was done and heard; how many lines of the poem were is left out."""
        self._note_what_was_said()
        text = "\n".join(self.notes).strip() + "\n"
        opening = re.sub(r"(?s)^(> [^\n]*\n).*?(?=Page has)", r"\1", text)  # Chromium's window, Orca's greeting
        return re.sub(r"(> Down\n\{line\}\n\n)+", "> Down, line by line\n{line}\n\n", opening)

    def _note_what_was_said(self) -> None:
        said = self.screen.said
        self.notes += said[self._read :]
        self._read = len(said)


@pytest.fixture(scope="module")
def journey(companion: Served, driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    road = Road(companion.port)
    road.pace = 1.0
    with Screen(tmp_path_factory.mktemp("screen"), driver) as screen:
        yield Journey(screen, screen.browse(road.url))
    road.close()


def walk(journey: Journey, no_photo: Path) -> None:
    page = journey.page
    journey.notes = ["> the page opens, and is read by itself"]
    journey.waits_for(say("page.foot.honest").split(". ")[-1])
    journey.until("Tab", say("page.start.read_at_once"))
    journey.key("space")
    journey.key("shift+Tab", 2)
    journey.key("Down")
    journey.key("Tab")
    journey.key("Return")
    journey.waits_for(READY)
    journey.knows()

    journey.through_the_poem(page.locator(".line").all_inner_texts()[:3])
    journey.knows()
    journey.key("shift+h")
    journey.key("shift+h")
    journey.until("Down", page.locator("#seen-text").inner_text())
    journey.knows()
    journey.key("h")
    journey.key("Tab")
    journey.key("Return")
    page.wait_for_selector(".line[data-line='1'][aria-current]", timeout=60000)
    journey.key("Return")
    journey.until("Tab", say("page.poem.another"))
    journey.knows()
    journey.key("Return")
    journey.waits_for(TURNED)
    journey.knows()

    journey.does("chooses a file that is no photo")
    page.set_input_files("#file", no_photo)
    journey.waits_for(say("photo.refused.not_a_photo.pdf"))
    journey.until("shift+h", say("page.start.heading"))
    journey.knows()
    journey.until("shift+Tab", say("page.help.open"))
    journey.key("Return")
    journey.key("Down", 2)
    journey.key("Tab", 2)
    journey.key("Escape")


def test_what_the_visitor_hears(journey: Journey, tmp_path: Path) -> None:
    no_photo = tmp_path / "letter.pdf"
    no_photo.write_bytes(b"%PDF-1.7\n")
    walk(journey, no_photo)
    heard = journey.transcript()
    if "EKPHRASIS_WRITE_TRANSCRIPT" in os.environ:
        GOLDEN.write_text(heard, encoding="utf-8")
    wanted = GOLDEN.read_text(encoding="utf-8")
    assert heard == wanted, "\n".join(difflib.unified_diff(wanted.splitlines(), heard.splitlines(), lineterm=""))

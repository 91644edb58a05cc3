"""A visitor at the page: she presses keys, and what she would hear and where her focus was is written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from ekphrasis.words import catalogue, say

READY = catalogue()["page.announce.ready"].split("{")[0].strip()
TURNED = catalogue()["page.announce.turned"].split("{")[0].strip()

_DIARY = """
window.diary = { heard: [], focused: [], sounded: [] };
addEventListener("DOMContentLoaded", () => {
  for (const region of ["status", "alert", "help-status", "help-alert"]) {
    const element = document.getElementById(region);
    const write = () => {
      const text = element.textContent.replace("\\u00a0", " ").trim();
      if (text) diary.heard.push({ at: performance.now() / 1000, region, text });
    };
    new MutationObserver(write).observe(element, { childList: true, characterData: true, subtree: true });
  }
  document.getElementById("audio").addEventListener("playing", () => diary.sounded.push(performance.now() / 1000));
  const watch = () => {
    const { activeElement: element } = document;
    const place = element === document.body || !element ? "body" : element.id || element.className;
    if (diary.focused.at(-1) !== place) diary.focused.push(place);
    requestAnimationFrame(watch);
  };
  watch();
});
"""


@dataclass(frozen=True)
class Heard:
    """What a live region said: seconds since the page was opened, `status` (polite) or `alert`, the sentence.
    While Help is open they are `help-status` and `help-alert`."""

    at: float
    region: str
    text: str


class Visitor:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.add_init_script(_DIARY)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self._note(message.text))
        page.goto(url)

    def _note(self, message: str) -> None:
        if "Content Security Policy" in message or "Refused to" in message:
            self.faults.append(message)

    @property
    def heard(self) -> list[Heard]:
        return [Heard(**each) for each in self.page.evaluate("diary.heard")]

    @property
    def said(self) -> list[str]:
        return [each.text for each in self.heard]

    @property
    def focused(self) -> list[str]:
        return list(self.page.evaluate("diary.focused"))

    @property
    def sounded(self) -> list[float]:
        """When the reading began to sound, again after each line and pause: seconds since the page was opened."""
        return list(self.page.evaluate("diary.sounded"))

    @property
    def focus(self) -> str:
        """Role, name and value of what has the focus, as a screen reader is told."""
        first = self.page.locator(":focus").aria_snapshot().splitlines()
        return first[0].removeprefix("- ").removesuffix(":") if first else "nothing"

    @property
    def title(self) -> str:
        return self.page.locator("#poem-title").inner_text()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def reads_at_once(self, yes: bool) -> None:
        self.page.set_checked("#read-at-once", yes)

    def choose_sample(self, number: int = 0) -> None:
        """Start a search with a sample artwork, by keys."""
        self.page.select_option("#sample", index=number)
        self.page.focus("#use-sample")
        self.press("Enter")

    def give(self, file: Path | dict[str, Any]) -> None:
        self.page.set_input_files("#file", file)

    def waits_for(self, sentence: str, region: str = "status", timeout: float = 30) -> None:
        self.page.wait_for_function(
            "([region, text]) => document.getElementById(region).textContent.includes(text)",
            arg=[region, sentence],
            timeout=timeout * 1000,
        )

    def waits_for_poem(self) -> None:
        self.page.wait_for_function("() => document.title.startsWith('Poem ready')", timeout=30000)

    def waits_for_line(self, number: int = 0) -> None:
        self.page.wait_for_selector(f".line[data-line='{number}'][aria-current]", timeout=30000)

    def gets_a_poem(self, number: int = 0) -> None:
        """The shortest way to a poem that is not read aloud yet."""
        self.reads_at_once(False)
        self.choose_sample(number)
        self.waits_for_poem()
        self.waits_for(READY)


NOT_A_PHOTO = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"}


def states(visitor: Visitor, road: Any) -> Iterator[str]:
    """Walk through every state of the page, and stop in each."""
    page = visitor.page
    yield "start"
    visitor.reads_at_once(False)
    road.hold()
    visitor.choose_sample()
    visitor.waits_for(say("companion.stage.take"))
    yield "working"
    road.let_go()
    visitor.waits_for(READY)
    yield "ready"
    visitor.press("p")
    visitor.waits_for_line()
    yield "reading"
    visitor.press("Escape")
    visitor.give(NOT_A_PHOTO)
    visitor.waits_for(say("photo.refused.not_a_photo.pdf"), "alert")
    yield "refused"
    visitor.press("?")
    yield "help open"
    visitor.press("Escape")
    page.focus("#open-camera")
    visitor.press("Enter")
    visitor.waits_for(say("page.announce.camera_open"))
    yield "camera open"
    visitor.press("Escape")
    visitor.press("n")
    visitor.waits_for(TURNED)
    yield "another poem"

"""The page has a shape that a screen reader can walk, and parts that a shaking finger can hit."""

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from playwright.sync_api import Page
from road import Road
from visitor import Visitor, states

from ekphrasis.words import say

MINIMUM = 44  # CSS pixels, WCAG 2.5.5
APART = 8


def outline(page: Page) -> list[str]:
    return page.evaluate(
        """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((h) => h.checkVisibility())
        .map((h) => `${h.tagName} ${h.textContent}`)"""
    )


def test_outline_title_and_landmarks_in_every_state(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    page = visitor.page
    start = [f"H1 {say('page.name')}", f"H2 {say('page.start.heading')}"]
    help_ = [
        f"H2 {say('page.help.heading')}",
        f"H3 {say('page.help.how')}",
        f"H3 {say('page.help.keys')}",
    ]
    seen = f"H2 {say('page.seen.heading')}"
    for state in states(visitor, road):
        title = visitor.page.evaluate("document.getElementById('poem-title').textContent")
        assert outline(page) == {
            "start": start,
            "working": start,
            "help open": [*start, seen, f"H2 {title}", *help_],
        }.get(state, [*start, seen, f"H2 {title}"]), state
        assert page.title() == {
            "start": say("page.title.start"),
            "working": say("page.title.working"),
            "refused": say("page.title.refused"),
            "help open": say("page.title.refused"),
            "camera open": say("page.title.refused"),
        }.get(state, say("page.title.ready", title=title)), state
        assert page.get_attribute("html", "lang") == "en"
        landmarks = [page.get_by_role(role) for role in ("banner", "main", "contentinfo")]
        if state != "help open":  # a dialog hides all else from a screen reader
            assert [landmark.count() for landmark in landmarks] == [1, 1, 1], state
        assert page.locator("#poem-title").get_attribute("lang") in {None, "en"}


def test_every_control_is_native(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.gets_a_poem()
    roles = visitor.page.evaluate(
        "[...document.querySelectorAll('[role]')].map((e) => [e.tagName.toLowerCase(), e.getAttribute('role')])"
    )
    assert [(tag, role) for tag, role in roles if role != "group"] == []
    stops = visitor.page.evaluate(
        """[...document.querySelectorAll("[tabindex], [onclick]")]
        .filter((e) => !["A", "BUTTON", "INPUT", "SELECT", "DIALOG", "SUMMARY"].includes(e.tagName))
        .map((e) => e.id + e.getAttribute("tabindex"))"""
    )
    assert set(stops) <= {"main-1", "poem-title-1", "help-heading-1"}  # places to be moved to, not to be used
    visible_names = visitor.page.evaluate(
        """[...document.querySelectorAll("button, select, input:not([type=file])")].map((e) =>
        [e.getAttribute("aria-label"), e.labels?.[0]?.textContent.trim() || e.textContent.trim()])"""
    )
    for label, visible in visible_names:
        assert label is None
        assert visible


@pytest.mark.parametrize("width", [1280, 320])
def test_targets_are_large_and_apart(width: int, visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url, viewport={"width": width, "height": 800})
    for state in states(visitor, road):
        boxes: list[dict[str, Any]] = visitor.page.evaluate(
            """() => [...(document.querySelector("dialog[open]") ?? document)
            .querySelectorAll("button, select, input, a")]
            .filter((e) => e.checkVisibility() && !e.matches(".skip"))
            .map((e) => {
              const own = (e.type === "checkbox" ? e.parentElement : e).getBoundingClientRect();
              return { name: e.id, x: own.x, y: own.y, width: own.width, height: own.height };
            })"""
        )
        assert boxes
        for box in boxes:
            assert min(box["width"], box["height"]) >= MINIMUM, (state, box)
        for one in boxes:
            for other in boxes:
                if one is other:
                    continue
                across = max(one["x"] - other["x"] - other["width"], other["x"] - one["x"] - one["width"])
                down = max(one["y"] - other["y"] - other["height"], other["y"] - one["y"] - one["height"])
                assert max(across, down) >= APART - 0.5, (state, one, other)


def test_a_checkbox_can_be_hit_anywhere_on_its_row_of_words(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    box, label = page.locator("#read-at-once"), page.locator("label[for=read-at-once]")
    assert label.bounding_box()["height"] >= MINIMUM  # type: ignore[index]
    assert box.is_checked()
    label.click()
    assert not box.is_checked()


WIDE_TEXT = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }"""


@pytest.mark.parametrize(
    ("width", "zoom", "wide_text"), [(320, 1, False), (1280, 4, False), (320, 1, True), (1280, 1, True)]
)
def test_nothing_is_cut_off_or_scrolls_sideways(
    width: int, zoom: int, wide_text: bool, visit: Callable[..., Visitor], road: Road
) -> None:
    """400 % zoom is what 1280 pixels become 320 by; WCAG 1.4.12's spacing is laid over the page."""
    visitor = visit(road.url, viewport={"width": width // zoom, "height": 1024 // zoom}, device_scale_factor=zoom)
    for state in states(visitor, road):
        if wide_text and state == "start":
            visitor.page.evaluate(
                """(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
                document.adoptedStyleSheets = [sheet]; }""",
                WIDE_TEXT,
            )
        wide = visitor.page.evaluate(
            """() => [...document.querySelectorAll("body, body *")].filter((e) => e.checkVisibility() &&
            !e.matches(".skip, option") && (e.getBoundingClientRect().right > innerWidth + 0.5
            || (e.matches("button, label, p, h1, h2, h3, li, dialog") && e.scrollWidth > e.clientWidth + 1
                && getComputedStyle(e).display !== "inline")
            )).map((e) => e.id || e.outerHTML.slice(0, 80))"""
        )
        assert wide == [], state
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


def test_the_poem_is_text_a_line_an_element_with_its_stanzas(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.gets_a_poem()
    shown = visitor.page.evaluate(
        """[...document.querySelectorAll("#lines > p")].map((p) =>
        [...p.querySelectorAll(".line")].map((line) => line.textContent))"""
    )
    kept = visitor.page.evaluate("JSON.parse(sessionStorage.getItem('ekphrasis.reading')).reading.poem.stanzas")
    assert shown == kept
    assert visitor.page.locator("#lines").inner_text().split() == " ".join(chain(*kept)).split()


def test_what_is_shown_is_said_in_words(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.gets_a_poem()
    seen = visitor.page.locator("#seen").aria_snapshot()
    assert seen.count("I see") + seen.count("This is") >= 1
    picture = visitor.page.get_by_role("img")
    assert picture.get_attribute("alt") == visitor.page.locator("#seen-text").inner_text()
    assert seen.count(picture.get_attribute("alt") or "?") == 1  # said once, though shown as picture and as text
    assert visitor.page.locator("#why").inner_text()

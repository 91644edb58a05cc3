"""On a shared laptop the page starts over when nobody is there; it says so long before, and any sign puts it off."""

from collections.abc import Callable, Iterator

import pytest
from serving import Served
from visitor import Visitor

from ekphrasis.words import say

IDLE = 180_000
WARNING = say("page.kiosk.warning", seconds=40)


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory, companion: Served) -> Iterator[Served]:
    shared = Served(tmp_path_factory.mktemp("kiosk"), "--kiosk", "--voice", "silent")
    shared.start()
    shared.wake()
    yield shared
    shared.end()


@pytest.fixture
def visitor(kiosk: Served, visit: Callable[..., Visitor]) -> Visitor:
    visitor = visit(kiosk.url)
    visitor.gets_a_poem()
    visitor.page.clock.install()
    visitor.press("Shift")  # a sign, from which the page's timer runs by the clock that the test moves
    return visitor


def warned(visitor: Visitor) -> bool:
    return WARNING in [each.text for each in visitor.heard if each.region == "alert"]


def test_it_warns_in_words_and_starts_over_forty_seconds_later(visitor: Visitor) -> None:
    page = visitor.page
    page.set_checked("#read-at-once", True)
    page.select_option("#speed", "2")
    page.clock.run_for(IDLE - 1000)
    assert not warned(visitor)
    page.clock.run_for(1500)
    assert warned(visitor)
    page.clock.run_for(38_000)
    assert visitor.title  # still there after 38 seconds of warning
    with page.expect_navigation():
        page.clock.run_for(3_000)
    assert page.locator("#poem").is_hidden()
    assert page.input_value("#speed") == "1"
    assert page.is_checked("#read-at-once")
    assert page.title() == say("page.title.start")
    assert page.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]


@pytest.mark.parametrize("sign", ["ArrowDown", "Tab", "Shift", "x"])
def test_any_key_puts_it_off(sign: str, visitor: Visitor) -> None:
    page = visitor.page
    page.clock.run_for(IDLE + 500)
    assert warned(visitor)
    visitor.press(sign)
    page.clock.run_for(500)
    assert visitor.said[-1] == say("page.kiosk.stayed")
    page.clock.run_for(100_000)
    assert visitor.title
    assert visitor.page.locator("#poem").is_visible()


def test_so_does_a_screen_reader_that_keeps_the_keys_for_itself(visitor: Visitor) -> None:
    """In browse mode the page gets no key: what it gets is the caret that the screen reader moves."""
    page = visitor.page
    page.clock.run_for(IDLE + 500)
    assert warned(visitor)
    page.evaluate("() => getSelection().setPosition(document.querySelector('.line').firstChild, 0)")
    page.wait_for_timeout(200)
    page.clock.run_for(500)
    assert visitor.said[-1] == say("page.kiosk.stayed")


def test_it_never_starts_over_while_the_poem_is_read(visitor: Visitor) -> None:
    page = visitor.page
    page.evaluate("() => Object.defineProperty(document.getElementById('audio'), 'play', { value: async () => {} })")
    visitor.press("p")  # a reading that lasts: the sound itself does not go by the clock that the test moves
    page.clock.run_for(3 * IDLE)
    assert not warned(visitor)
    assert visitor.title


def test_choices_are_not_kept_between_visitors(kiosk: Served, visit: Callable[..., Visitor]) -> None:
    visitor = visit(kiosk.url)
    visitor.gets_a_poem()
    visitor.page.select_option("#speed", "2")
    visitor.page.goto(kiosk.url)
    assert visitor.page.input_value("#speed") == "1"
    assert visitor.page.is_checked("#read-at-once")
    assert visitor.page.locator("#poem").is_hidden()

"""The whole journey with the keys alone, from a cold page, the screen off."""

from collections.abc import Callable

from road import Road
from visitor import READY, TURNED, Visitor

from ekphrasis.words import say

STYLE_OF_FOCUS = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number)
      .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element.parentElement;
  while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const tones = [luminance(style.outlineColor), luminance(getComputedStyle(behind).backgroundColor)];
  const box = element.getBoundingClientRect();
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2);
  return {
    name: element.id || element.className,
    width: style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0,
    contrast: (Math.max(...tones) + 0.05) / (Math.min(...tones) + 0.05),
    inView: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
    uncovered: middle === element || element.contains(middle),
  };
}"""


def tab_stops(visitor: Visitor, count: int) -> list[str]:
    """The next `count` stops; each is checked to be plainly visible."""
    stops = []
    for _ in range(count):
        visitor.press("Tab")
        stops.append(visitor.focus)
        focus = visitor.page.evaluate(STYLE_OF_FOCUS)
        assert focus["width"] >= 3, focus
        assert focus["contrast"] >= 3, focus
        assert focus["inView"], focus
        assert focus["uncovered"], focus
    return stops


def button(key: str) -> str:
    return f'button "{say(key)}"'


START = [
    f'link "{say("page.skip")}"',
    button("page.help.open"),
    button("page.start.camera"),
    button("page.start.file"),
    f'combobox "{say("page.start.sample")}"',
    button("page.start.use_sample"),
    f'checkbox "{say("page.start.read_at_once")}" [checked]',
]
PLAYER = [
    button("page.poem.play"),
    button("page.poem.again"),
    button("page.poem.back"),
    button("page.poem.forward"),
    button("page.poem.stop"),
    f'combobox "{say("page.poem.speed")}"',
    f'slider "{say("page.poem.volume")}": "100"',
]


def test_the_whole_journey(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.page

    assert tab_stops(visitor, len(START)) == START
    visitor.press("Space")  # she does not want it read at once: she will press Play
    assert visitor.focus == f'checkbox "{say("page.start.read_at_once")}"'

    visitor.press("Shift+Tab", "Shift+Tab")
    before = page.input_value("#sample")
    visitor.press("ArrowDown", "ArrowDown")
    assert page.input_value("#sample") != before
    visitor.press("Tab", "Enter")
    visitor.waits_for(READY)
    title = visitor.title
    assert visitor.focus == f'heading "{title}" [level=2]'

    assert tab_stops(visitor, len(PLAYER)) == PLAYER
    assert tab_stops(visitor, 1) == [button("page.poem.another")]

    visitor.press("p")
    visitor.waits_for_line(0)
    assert page.locator("#play").inner_text() == say("page.poem.pause")
    visitor.press("p")
    assert page.evaluate("document.getElementById('audio').paused")
    assert page.locator("#play").inner_text() == say("page.poem.play")
    visitor.press("l")
    visitor.waits_for_line(1)
    visitor.press("j")
    visitor.waits_for_line(0)
    visitor.press("a")
    page.wait_for_function("() => document.querySelector('.line[aria-current]') === null")  # at the title again
    visitor.press("Escape")
    visitor.waits_for(say("page.announce.stopped"))
    assert visitor.focus == button("page.poem.another")

    visitor.press("Enter")
    visitor.waits_for(TURNED)
    assert visitor.title != title
    assert visitor.focus == f'heading "{visitor.title}" [level=2]'

    visitor.press("?")
    assert page.locator("#help").evaluate("(help) => help.open")
    visitor.press("Escape")
    assert not page.locator("#help").evaluate("(help) => help.open")

    assert visitor.focus == f'heading "{visitor.title}" [level=2]'
    assert "body" not in visitor.focused[1:], visitor.focused


def test_help_opens_and_gives_the_focus_back(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.press("Tab", "Tab", "Enter")
    assert visitor.page.locator("#help").evaluate("(help) => help.open")
    stops = [visitor.focus]
    while stops[-1] != button("page.help.close"):
        visitor.press("Tab")
        stops.append(visitor.focus)
    assert f'checkbox "{say("page.help.keys_on")}" [checked]' in stops
    assert f'checkbox "{say("page.help.sounds")}" [checked]' in stops
    visitor.press("Enter")
    assert visitor.focus == button("page.help.open")
    visitor.press("Enter", "Escape")
    assert visitor.focus == button("page.help.open")
    assert "body" not in visitor.focused[1:]


def test_keys_can_be_switched_off_and_stay_off(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.gets_a_poem()
    visitor.page.focus("#open-help")
    visitor.press("Enter")
    visitor.page.focus("#keys-on")
    visitor.press("Space", "Escape")
    for key in ("p", "l", "a", "n", "?"):
        visitor.press(key)
    visitor.page.wait_for_timeout(300)
    assert not visitor.page.locator("#help").evaluate("(help) => help.open")
    assert visitor.page.locator("#play").inner_text() == say("page.poem.play")
    visitor.page.reload()
    assert not visitor.page.is_checked("#keys-on")
    visitor.press("?")
    assert not visitor.page.locator("#help").evaluate("(help) => help.open")


def test_no_key_acts_while_a_list_is_used_or_with_a_modifier(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.gets_a_poem()
    for place, key in [("#speed", "n"), ("#sample", "p"), ("#play", "Control+p"), ("#play", "Alt+l")]:
        visitor.page.focus(place)
        visitor.press(key)
    visitor.page.wait_for_timeout(300)
    assert visitor.page.locator("#play").inner_text() == say("page.poem.play")
    assert not any(said.startswith(TURNED) for said in visitor.said)


def test_the_skip_link_leads_to_the_main_part(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.press("Tab", "Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"
    visitor.press("Tab")
    assert visitor.focus == button("page.start.camera")


def test_a_search_can_be_stopped_and_the_focus_goes_back(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    road.hold()
    visitor.choose_sample()
    visitor.waits_for(say("companion.stage.take"))
    visitor.page.focus("#stop-looking")
    visitor.press("Enter")
    visitor.waits_for(say("page.announce.stopped"))
    assert visitor.focus == button("page.start.use_sample")
    road.let_go()
    visitor.page.wait_for_timeout(500)
    assert visitor.page.locator("#poem").is_hidden()
    assert "body" not in visitor.focused[1:]
    assert visitor.page.title() == say("page.title.start")


def test_she_may_walk_elsewhere_while_it_works_and_is_left_there(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    visitor.reads_at_once(False)
    road.hold()
    visitor.choose_sample()
    visitor.waits_for(say("companion.stage.take"))
    visitor.page.focus("#open-help")
    road.let_go()
    visitor.waits_for(READY)
    assert visitor.focus == button("page.help.open")


def test_the_camera_by_keys(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.reads_at_once(False)
    visitor.page.focus("#open-camera")
    visitor.press("Enter")
    visitor.waits_for(say("page.announce.camera_open"))
    assert visitor.focus == button("page.camera.take")
    visitor.press("Tab")
    assert visitor.focus == button("page.camera.close")
    visitor.press("Enter")
    visitor.waits_for(say("page.announce.camera_closed"))
    assert visitor.focus == button("page.start.camera")
    visitor.press("Enter")
    visitor.waits_for(say("page.announce.camera_open"))
    visitor.page.wait_for_function("() => document.getElementById('viewfinder').videoWidth > 0")
    visitor.press("Enter")
    visitor.waits_for(READY)
    assert visitor.focus == f'heading "{visitor.title}" [level=2]'
    assert visitor.page.locator("#camera").is_hidden()
    assert visitor.page.evaluate("document.getElementById('viewfinder').srcObject") is None
    assert "body" not in visitor.focused[1:], visitor.focused


def test_no_camera_is_told_and_the_other_ways_stay(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); };
        }"""
    )
    visitor.page.focus("#open-camera")
    visitor.press("Enter")
    visitor.waits_for(say("page.trouble.camera_denied"), "alert")
    assert visitor.focus == button("page.start.camera")

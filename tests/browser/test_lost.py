"""The companion goes away in mid-search and comes back: a sentence, her focus, and her last poem stay."""

import signal
from collections.abc import Callable

from road import Road
from serving import Served
from visitor import READY, Visitor

from ekphrasis.words import say


def test_the_companion_dies_in_mid_search_and_comes_back(own_companion: Served, visit: Callable[..., Visitor]) -> None:
    own_companion.start()
    own_companion.wake()
    road = Road(own_companion.port)
    visitor = visit(road.url)
    visitor.gets_a_poem()
    title = visitor.title

    road.hold()
    visitor.choose_sample(1)
    visitor.waits_for(say("companion.stage.take"))
    own_companion.kill()
    road.let_go()
    visitor.waits_for(say("page.trouble.lost"), "alert")
    assert visitor.heard[-1].text == f"{say('page.trouble.lost')} {say('page.announce.kept')}"
    assert visitor.focus == f'button "{say("page.start.use_sample")}"'
    assert visitor.title == title

    visitor.press("Enter")  # it is still away
    visitor.page.wait_for_function("() => diary.heard.filter(({ region }) => region === 'alert').length === 2")
    assert visitor.focus == f'button "{say("page.start.use_sample")}"'

    own_companion.start()
    visitor.press("Enter")
    visitor.waits_for(READY, timeout=60)
    second = visitor.title
    assert "body" not in visitor.focused[1:]

    visitor.page.reload()
    assert visitor.title == second
    assert visitor.page.locator("#seen-text").inner_text()
    visitor.press("p")
    visitor.waits_for_line(0)
    road.close()


def test_a_companion_that_hangs_is_noticed(companion: Served, visit: Callable[..., Visitor]) -> None:
    """Connected, but silent: the page's watchdog tells it, its clock moved by the test."""
    visitor = visit()
    visitor.page.clock.install()
    companion.process.send_signal(signal.SIGSTOP)
    try:
        visitor.page.route("**/call/find_sample", lambda route: route.fulfill(json={"event_id": "lost"}))
        visitor.choose_sample()
        visitor.page.wait_for_timeout(300)
        for _ in range(10):
            visitor.page.clock.run_for(5000)
        visitor.waits_for(say("page.trouble.lost"), "alert")
    finally:
        companion.process.send_signal(signal.SIGCONT)
    assert visitor.focus == f'button "{say("page.start.use_sample")}"'


def test_a_page_opened_before_the_companion_is_awake_can_be_used_at_once(
    own_companion: Served, visit: Callable[..., Visitor]
) -> None:
    own_companion.start()
    visitor = visit(own_companion.url)
    visitor.choose_sample()
    visitor.waits_for(say("page.announce.ready_and_reads"), timeout=60)
    visitor.waits_for_line(0)


def test_a_line_that_cannot_be_fetched_is_told_and_can_be_asked_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.gets_a_poem()
    visitor.page.route("**/speech/*/2", lambda route: route.abort())
    visitor.press("p")
    visitor.waits_for(say("page.trouble.lost"), "alert")
    assert visitor.page.locator("#play").inner_text() == say("page.poem.play")
    visitor.page.unroute("**/speech/*/2")
    visitor.press("p")
    visitor.waits_for_line(0)
    visitor.page.wait_for_function("() => !document.getElementById('audio').paused")

"""What the two live regions say, and when: each stage once, long work again, and nothing over the poem."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from road import Road
from visitor import NOT_A_PHOTO, READY, Visitor

from ekphrasis.words import say

STAGES = [say(f"companion.stage.{stage}") for stage in ("take", "frame", "look", "know", "match")]


def test_each_stage_is_said_once_as_it_begins_then_the_poem(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    road.pace = 0.6
    visitor.choose_sample()
    visitor.waits_for(say("page.announce.ready_and_reads"))
    assert visitor.said == [*STAGES, say("page.announce.ready_and_reads")]
    assert {each.region for each in visitor.heard} == {"status"}


def test_long_work_says_every_few_seconds_that_it_goes_on(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    road.hold()
    visitor.choose_sample()
    still = say("page.announce.still", stage=say("companion.stage.take"))
    visitor.page.wait_for_function("() => diary.heard.length === 4", timeout=20000)
    road.let_go()
    visitor.waits_for_poem()
    first, *again = [each for each in visitor.heard if each.text.endswith(STAGES[0])]
    assert first.text == STAGES[0]
    assert [each.text for each in again] == [still] * 3
    times = [first.at, *(each.at for each in again)]
    for before, after in pairwise(times):
        assert 3 <= after - before <= 5


def test_quick_stages_do_not_crowd_the_ear(visit: Callable[..., Visitor]) -> None:
    """With no delay at all the stages that end at once are left out, and none is said after the poem is there."""
    visitor = visit()
    visitor.choose_sample()
    visitor.waits_for(say("page.announce.ready_and_reads"))
    visitor.page.wait_for_timeout(500)
    assert visitor.said[-1] == say("page.announce.ready_and_reads")
    assert set(visitor.said[:-1]) <= set(STAGES)
    assert max(Counter(visitor.said).values()) == 1


def test_nothing_is_said_over_the_poem_but_its_end(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.choose_sample()
    visitor.waits_for_line(1)
    before = len(visitor.heard)
    visitor.page.select_option("#speed", "2")
    visitor.page.focus("#forward")
    lines = visitor.page.locator(".line").count()
    for _ in range(lines - 3):
        visitor.press("l")
    visitor.waits_for(say("page.announce.ended"), timeout=30)
    assert [(each.region, each.text) for each in visitor.heard[before:]] == [("status", say("page.announce.ended"))]
    assert visitor.page.locator(".line[aria-current]").count() == 0


def test_trouble_is_said_at_once_and_again_when_it_comes_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    told = say("photo.refused.not_a_photo.pdf")
    for _ in range(2):
        visitor.give(NOT_A_PHOTO)
        visitor.waits_for(told, "alert")
        visitor.page.wait_for_timeout(300)
    assert [(each.region, each.text) for each in visitor.heard if each.text not in STAGES] == [("alert", told)] * 2
    raw = visitor.page.evaluate("document.getElementById('alert').textContent")
    assert raw.strip("\u00a0 ") == told
    assert visitor.page.locator("#status").inner_text() == ""  # what was said before is not left beside it


def test_the_earlier_sentence_of_trouble_goes_when_work_begins(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.give(NOT_A_PHOTO)
    visitor.waits_for(say("photo.refused.not_a_photo.pdf"), "alert")
    visitor.gets_a_poem()
    assert visitor.page.locator("#alert").inner_text() == ""


def test_stopping_is_said_and_what_comes_late_is_not(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    road.hold()
    visitor.choose_sample()
    visitor.waits_for(STAGES[0])
    visitor.press("Escape")
    visitor.waits_for(say("page.announce.stopped"))
    road.let_go()
    visitor.page.wait_for_timeout(1500)
    assert visitor.said == [STAGES[0], say("page.announce.stopped")]


def test_a_new_photo_hushes_the_poem_that_was_about_to_be_read(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    visitor.choose_sample(0)
    visitor.waits_for_poem()
    road.hold()
    visitor.choose_sample(1)
    visitor.waits_for(STAGES[0])
    visitor.page.wait_for_timeout(4000)
    assert visitor.sounded == []


def test_what_is_said_while_help_is_open_is_said_in_help(visit: Callable[..., Visitor], road: Road) -> None:
    """An open dialog makes the rest of the page inert: its live regions are not heard."""
    visitor = visit(road.url)
    road.hold()
    visitor.choose_sample()
    visitor.waits_for(STAGES[0])
    visitor.press("?")
    road.let_go()
    visitor.waits_for(READY, "help-status")
    visitor.page.wait_for_timeout(2500)
    assert visitor.sounded == []  # she is reading Help: the voice does not talk over it
    visitor.press("Escape")
    visitor.press("p")
    visitor.waits_for_line(0)

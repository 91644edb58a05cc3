"""The corridor's doors, with the tiny model and the silent voice: what it promises whatever happens meanwhile."""

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ekphrasis import Cancelled, Companion, Poem, Reading, Refusal, Settings, Stage
from ekphrasis.companion import CHOICES, byline
from ekphrasis.recognition import Work
from ekphrasis.samples import samples
from ekphrasis.sight import look
from ekphrasis.words import say

PHOTO = samples()[0].path.read_bytes()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Settings:
    """One data folder, in which the poems are encoded by the first test that wakes a companion."""
    return Settings(data_folder=tmp_path_factory.mktemp("data"), model=tiny_model, voice="silent", threads=1)


@pytest.fixture
def companion(settings: Settings) -> Iterator[Companion]:
    with Companion(settings) as made:
        yield made


def test_a_companion_wakes_once_and_says_so(companion: Companion) -> None:
    told: list[Stage] = []
    assert not companion.awake
    companion.read(PHOTO, on_stage=told.append)
    assert companion.awake
    companion.read(PHOTO, on_stage=told.append)
    assert told.count(Stage.WAKE) == 1
    assert told[:3] == [Stage.TAKE, Stage.FRAME, Stage.WAKE]


def test_a_photo_that_is_refused_wakes_nobody(companion: Companion) -> None:
    with pytest.raises(Refusal):
        companion.read(b"%PDF-1.7")
    assert not companion.awake


def test_waking_is_told_poem_by_poem_and_can_be_stopped_and_taken_up(tmp_path: Path, tiny_model: Path) -> None:
    with Companion(Settings(data_folder=tmp_path, model=tiny_model, voice="silent")) as companion:
        cancelled = threading.Event()
        told: list[tuple[int, int]] = []

        def stop_at_twenty(done: int, of: int) -> None:
            told.append((done, of))
            if done == 20:
                cancelled.set()

        with pytest.raises(Cancelled):
            companion.prepare(stop_at_twenty, cancelled)
        assert not companion.awake
        whole = len(companion.collection.poems())
        assert told == [(done, whole) for done in range(1, 21)]
        companion.prepare(lambda done, of: told.append((done, of)))
        assert companion.awake
        assert told[20:] == [(done, whole) for done in range(21, whole + 1)]


def test_who_stops_waiting_need_not_wait_for_another_to_wake_it(tmp_path: Path, tiny_model: Path) -> None:
    with Companion(Settings(data_folder=tmp_path, model=tiny_model, voice="silent")) as companion:
        waking, go_on = threading.Event(), threading.Event()

        def linger(done: int, of: int) -> None:
            waking.set()
            go_on.wait(30)

        first = threading.Thread(target=companion.prepare, args=(linger,))
        first.start()
        assert waking.wait(30)
        cancelled = threading.Event()
        try:
            with pytest.raises(Cancelled):
                companion.read(
                    PHOTO, on_stage=lambda stage: cancelled.set() if stage is Stage.WAKE else None, cancelled=cancelled
                )
            assert not companion.awake
        finally:
            go_on.set()
            first.join(60)
        assert companion.awake


def test_many_who_wake_it_at_once_wake_it_once(companion: Companion) -> None:
    readings: list[Reading] = []
    visitors = [threading.Thread(target=lambda: readings.append(companion.read(PHOTO))) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(60)
    assert len(readings) == 4
    assert readings.count(readings[0]) == 4


def test_a_model_that_is_missing_is_refused_each_time_and_a_photo_can_follow(
    settings: Settings, tmp_path: Path
) -> None:
    with Companion(dataclasses.replace(settings, model=tmp_path)) as companion:
        for _ in range(2):
            with pytest.raises(Refusal) as refusal:
                companion.read(PHOTO)
            assert refusal.value.key == "model.missing"


def test_a_companion_that_is_closed_while_it_wakes_ends_the_search_quietly(settings: Settings) -> None:
    companion = Companion(settings)

    def close(stage: Stage) -> None:
        if stage is Stage.WAKE:
            # As `close` in another thread would, right after it had woken.
            prepare = companion.prepare
            companion.prepare = lambda *given, **named: (prepare(*given, **named), companion.close())[0]  # type: ignore[method-assign]

    with pytest.raises(Cancelled):
        companion.read(PHOTO, on_stage=close)


def test_closing_twice_or_before_anything_began_does_no_harm(settings: Settings) -> None:
    companion = Companion(settings)
    companion.close()
    companion.read(PHOTO)
    companion.close()
    companion.close()
    assert not companion.awake


def test_a_poem_is_spoken_whole_or_one_utterance_at_a_time(companion: Companion) -> None:
    poem = companion.read(PHOTO).poem
    spoken = list(companion.speak(poem))
    assert [each.utterance for each in spoken] == list(companion.utterances(poem))
    second = companion.line(poem, 1)
    assert second.utterance == spoken[1].utterance
    assert (second.start, len(second.samples)) == (0.0, len(spoken[1].samples))
    with pytest.raises(IndexError):
        companion.line(poem, len(spoken))


def test_a_reading_can_be_cut_short(companion: Companion) -> None:
    cancelled = threading.Event()
    heard = []
    for spoken in companion.speak(companion.read(PHOTO).poem, cancelled=cancelled):
        heard.append(spoken)
        cancelled.set()
    assert len(heard) == 1


def test_a_line_asked_of_a_closed_voice_is_cancelled(companion: Companion) -> None:
    poem = companion.read(PHOTO).poem
    companion.speaker.close()
    with pytest.raises(Cancelled):
        companion.line(poem, 0)


def test_a_voice_that_nobody_knows_is_refused_when_first_asked_for(settings: Settings) -> None:
    with Companion(dataclasses.replace(settings, voice="nobody")) as companion, pytest.raises(Refusal) as refusal:
        companion.speaker  # noqa: B018
    assert refusal.value.key == "speech.unknown_voice"


def test_a_reading_tells_the_work_then_what_is_seen_then_what_to_do_better(companion: Companion) -> None:
    reading = companion.read(PHOTO)
    assert len(reading.choices) == CHOICES
    picture = Image.open(samples()[0].path).convert("RGB")
    work = Work("a", "The Mill", "A. Painter", "", picture)
    sight = look(picture)
    told = dataclasses.replace(reading, work=work, sight=sight, judgements=("dark", "small")).seen
    assert told == " ".join([work.sentence, sight.sentence, say("photo.judged.dark"), say("photo.judged.small")])
    assert dataclasses.replace(reading, work=None, sight=sight, judgements=()).seen == sight.sentence


def test_a_poet_is_named_where_there_is_one() -> None:
    poem = Poem("a", "A", (("line",),), ("sea",), "calm", ("dark",), "free verse")
    assert byline(poem) == say("companion.byline.origin")
    assert byline(dataclasses.replace(poem, poet="A. Poet")) == "by A. Poet"


def test_a_first_start_tells_how_many_poems_are_encoded(tmp_path: Path, tiny_model: Path) -> None:
    with Companion(Settings(data_folder=tmp_path, model=tiny_model, voice="silent")) as first:
        assert first.encoded == (0, 0)
        first.prepare()
        total = len(first.collection.poems())
        assert first.encoded == (total, total)

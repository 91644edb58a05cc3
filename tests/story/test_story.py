"""The whole story on real parts: photo bytes in, the poem and its audible reading out."""

import io
import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from ekphrasis import Cancelled, Companion, Reading, Refusal, Settings, Stage
from ekphrasis.samples import samples


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all, as a laptop has one: the model meets the poems once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def companion(data: Path) -> Iterator[Companion]:
    with Companion(Settings(data_folder=data)) as awake:
        awake.prepare()
        yield awake


@pytest.fixture(scope="module")
def reading(companion: Companion) -> Reading:
    return companion.read(samples()[0].path.read_bytes())


def test_stages_are_told_as_they_begin_and_in_order(companion: Companion) -> None:
    told: list[Stage] = []
    companion.read(samples()[1].path.read_bytes(), on_stage=told.append)
    assert told == [Stage.TAKE, Stage.FRAME, Stage.LOOK, Stage.KNOW, Stage.MATCH]


def test_a_reading_says_what_it_sees_and_offers_five_different_poems(reading: Reading) -> None:
    assert reading.sight.sentence.endswith(".")
    assert len({choice.poem.id for choice in reading.choices}) == 5
    for choice in reading.choices:
        assert set(choice.shared) <= set(choice.poem.subjects)


def test_the_poem_is_heard(companion: Companion, reading: Reading) -> None:
    spoken = list(companion.speak(reading.poem))
    assert [s.utterance.kind for s in spoken[:2]] == ["title", "byline"]
    assert [s.utterance.line for s in spoken[2:]] == sorted(s.utterance.line for s in spoken[2:])
    assert {s.utterance.line for s in spoken[2:]} == set(range(len(reading.poem.lines)))
    for before, after in itertools.pairwise(spoken):
        assert before.start < before.end <= after.start
    for each in spoken:
        assert np.sqrt(np.mean(each.samples**2)) > 0.01, each.utterance.text


def test_different_pictures_are_answered_differently(companion: Companion) -> None:
    first = {companion.read(sample.path.read_bytes()).poem.id for sample in samples()}
    assert len(first) >= len(samples()) // 2


def test_a_refused_photo_leaves_the_companion_as_it_was(companion: Companion, reading: Reading) -> None:
    with pytest.raises(Refusal):
        companion.read(b"")
    assert companion.read(samples()[0].path.read_bytes()) == reading


def test_work_can_be_stopped_at_each_stage(companion: Companion) -> None:
    for last in (Stage.TAKE, Stage.FRAME, Stage.LOOK, Stage.KNOW, Stage.MATCH):
        cancelled = threading.Event()
        begun: list[Stage] = []

        def tell(
            stage: Stage,
            begun: list[Stage] = begun,
            cancelled: threading.Event = cancelled,
            last: Stage = last,
        ) -> None:
            begun.append(stage)
            if stage is last:
                cancelled.set()

        with pytest.raises(Cancelled):
            companion.read(samples()[0].path.read_bytes(), on_stage=tell, cancelled=cancelled)
        assert begun[-1] is last


def test_two_visitors_at_once_get_their_own_poems(companion: Companion) -> None:
    photos = [sample.path.read_bytes() for sample in samples()[:4]]
    alone = [companion.read(photo).poem.id for photo in photos]
    together: dict[int, str] = {}

    def visit(number: int) -> None:
        together[number] = companion.read(photos[number]).poem.id

    visitors = [threading.Thread(target=visit, args=(number,)) for number in range(len(photos))]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(60)
    assert [together[number] for number in range(len(photos))] == alone


def run(data: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ekphrasis", *arguments],
        input=stdin,
        capture_output=True,
        env=os.environ | {"EKPHRASIS_DATA_FOLDER": str(data)},
        timeout=120,
        check=False,
    )


def test_at_a_terminal(data: Path, companion: Companion, reading: Reading, tmp_path: Path) -> None:
    audio = tmp_path / "poem.wav"
    done = run(data, "read", str(samples()[0].path), "--audio", str(audio))
    assert done.returncode == 0, done.stderr.decode()
    printed = done.stdout.decode().splitlines()
    assert printed[0] == reading.seen
    assert [line for line in printed[4:] if line] == list(reading.poem.lines)
    samples_heard, rate = soundfile.read(audio)
    assert len(samples_heard) / rate > 8
    assert np.abs(samples_heard).max() > 0.1


def test_at_a_terminal_from_standard_input_as_json(data: Path, companion: Companion) -> None:
    picture = io.BytesIO()
    Image.open(samples()[2].path).save(picture, "PNG")
    done = run(data, "read", "-", "--json", stdin=picture.getvalue())
    assert len(json.loads(done.stdout)["choices"]) == 5


def test_poems_as_json(tmp_path: Path) -> None:
    done = run(tmp_path, "poems", "--json")
    poems = json.loads(done.stdout)
    assert len(poems) >= 240
    for poem in poems:
        assert {
            "id",
            "title",
            "stanzas",
            "subjects",
            "mood",
            "palette",
            "form",
            "origin",
            "rights",
            "lang",
        } <= set(poem)

"""A reading as a file: whole, or not there."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ekphrasis.refusal import Refusal
from ekphrasis.speech import RATE, Spoken, Utterance, sound_file

LINE = Utterance("A line.", "line", 0, 0.5, "en")


def tone(seconds: float) -> Spoken:
    samples = (0.3 * np.sin(np.arange(round(seconds * RATE)) / 20)).astype(np.float32)
    return Spoken(LINE, samples, 0.0, seconds)


@pytest.mark.parametrize("name", ["poem.wav", "poem.ogg", "poem.flac", "POEM.WAV", "ein Gedicht – ü.ogg"])
def test_a_reading_can_be_read_back(tmp_path: Path, name: str) -> None:
    sound_file([tone(1.0), tone(0.5)], tmp_path / name)
    samples, rate = soundfile.read(tmp_path / name, dtype="float32")
    assert rate == RATE
    assert len(samples) == 1.5 * RATE
    assert 0.25 < np.abs(samples).max() < 0.35
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_minutes_of_ogg_can_be_written(tmp_path: Path) -> None:
    sound_file([tone(60.0)] * 5, tmp_path / "long.ogg")
    assert soundfile.info(tmp_path / "long.ogg").duration == 300


def test_a_reading_of_nothing_is_a_sound_file_too(tmp_path: Path) -> None:
    sound_file([], tmp_path / "poem.wav")
    assert soundfile.info(tmp_path / "poem.wav").frames == 0


def test_an_unknown_kind_of_file_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        sound_file([tone(0.1)], tmp_path / "poem.doc")
    assert (refused.value.key, refused.value.facts) == ("speech.unknown_format", {"suffix": ".doc"})
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "poem.wav"
    path.write_bytes(b"old")
    broken = Spoken(LINE, np.array(["no sound"]), 0.0, 0.0)  # type: ignore[arg-type]
    with pytest.raises(Exception):  # noqa: B017
        sound_file([broken], path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        sound_file([tone(0.1)], tmp_path / "nowhere" / "poem.wav")

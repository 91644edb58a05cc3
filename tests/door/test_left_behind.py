"""What a companion that was killed left in the temporary folder goes; what a living one uses stays."""

import os
import time
from pathlib import Path

import pytest

from ekphrasis.page import uploads


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    return tmp_path


def age(place: Path) -> None:
    os.utime(place, (time.time() - 90,) * 2)


def test_a_dead_companions_folder_goes_with_all_that_was_in_it() -> None:
    dead = uploads.make_folder()
    (dead / "0a1b").mkdir()
    (dead / "0a1b" / "photo.jpg").write_bytes(b"a photo")
    for place in (dead / "0a1b" / "photo.jpg", dead / "0a1b", dead):
        age(place)
    for _ in range(3):  # what holds something is younger for having been emptied
        uploads.sweep()
        for place in (dead / "0a1b", dead):
            if place.exists():
                age(place)
    assert not dead.exists()


def test_a_living_companions_folder_stays_though_nobody_sends_a_photo() -> None:
    living = uploads.make_folder()
    age(living)
    uploads.keep_swept(living)
    until = time.monotonic() + 5
    while time.time() - living.stat().st_mtime > 60 and time.monotonic() < until:
        time.sleep(0.02)
    uploads.sweep()
    assert living.is_dir()


def test_a_folder_of_another_program_is_left_alone(temporary: Path) -> None:
    other = temporary / "photos"
    other.mkdir()
    age(other)
    uploads.sweep()
    assert other.is_dir()

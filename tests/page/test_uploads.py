"""A photo lies on the disk no longer than it must."""

import os
import time
from pathlib import Path

import pytest

from ekphrasis.page import uploads
from ekphrasis.refusal import Refusal


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    return uploads.make_folder()


def put(folder: Path, name: str = "photo.jpg") -> Path:
    file = folder / "0a1b" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"a photo")
    return file


def test_the_bytes_are_taken_and_the_file_is_gone(folder: Path) -> None:
    file = put(folder)
    assert uploads.take_bytes(folder, {"path": str(file)}) == b"a photo"
    assert not file.exists()


@pytest.mark.parametrize("sent", [None, {}, {"path": 3}, {"path": "/etc/passwd"}, {"path": "../../etc/passwd"}, "x"])
def test_only_what_was_sent_here_is_opened(folder: Path, sent: object) -> None:
    with pytest.raises(Refusal) as refusal:
        uploads.take_bytes(folder, sent)
    assert refusal.value.key == "page.trouble.not_uploaded"


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not yours")
    link = folder / "link.jpg"
    link.symlink_to(secret)
    with pytest.raises(Refusal):
        uploads.take_bytes(folder, {"path": str(link)})
    assert secret.exists()


def test_what_nobody_asked_about_is_swept_even_from_a_dead_companions_folder(folder: Path) -> None:
    old, new = put(folder, "old.jpg"), put(folder, "new.jpg")
    other = put(uploads.make_folder(), "left.jpg")
    for file in (old, other):
        os.utime(file, (time.time() - 90, time.time() - 90))
    uploads.sweep()
    assert not old.exists()
    assert not other.exists()
    assert new.exists()

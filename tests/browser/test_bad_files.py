"""What is no photo is answered with a sentence, and the poem that she had stays."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser
from serving import Served
from visitor import READY, Visitor

from ekphrasis.photo import MAX_BYTES
from ekphrasis.words import catalogue, say


def jpeg() -> bytes:
    noise = np.random.default_rng(8).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    picture = BytesIO()
    Image.fromarray(noise).save(picture, "JPEG", quality=80)
    return picture.getvalue()


def bomb() -> bytes:
    """A PNG of few bytes that says it is 60000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


BAD = {
    "nothing.jpg": (lambda: b"", "photo.refused.empty"),
    "half.jpg": (lambda: jpeg()[:40_000], "photo.refused.truncated"),
    "document.jpg": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "photo.refused.not_a_photo.pdf"),
    "page.jpg": (lambda: b"<!doctype html><html><body>hello</body></html>", "photo.refused.not_a_photo.web_page"),
    "drawing.svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "photo.refused.not_a_photo.svg"),
    "words.jpg": (lambda: b"These are only words.\n" * 20, "photo.refused.not_a_photo.text"),
    "bomb.png": (bomb, "photo.refused.too_many_pixels"),
    "large.jpg": (lambda: jpeg() + b"\0" * MAX_BYTES, "page.trouble.too_big"),
    "Ünï… ?#%2F.jpg": (lambda: b"\x00\x01\x02\x03" * 100, "photo.refused.not_a_photo.unknown"),
}


@pytest.fixture(scope="module")
def reader(chromium: Browser, companion: Served) -> Visitor:
    """She has a poem already, and gives one bad file after the other."""
    visitor = Visitor(chromium.new_context().new_page(), companion.url)
    visitor.gets_a_poem()
    return visitor


def start_of(key: str) -> str:
    """The sentence up to its first place for a fact."""
    return catalogue()[key].split("{")[0]


@pytest.mark.parametrize("name", BAD)
def test_each_bad_file_gets_its_sentence(name: str, reader: Visitor, tmp_path: Path) -> None:
    make, key = BAD[name]
    file = tmp_path / name
    file.write_bytes(make())
    title, poem = reader.title, reader.page.locator("#lines").inner_text()
    before = len(reader.heard)
    reader.page.focus("#choose-file")
    reader.give(file)
    reader.page.wait_for_function(
        "(before) => diary.heard.slice(before).some(({ region }) => region === 'alert')", arg=before, timeout=20000
    )
    told = reader.heard[-1].text
    assert told.startswith(start_of(key)), told
    assert told.endswith(say("page.announce.kept"))
    assert reader.focus == f'button "{say("page.start.file")}"'
    assert (reader.title, reader.page.locator("#lines").inner_text()) == (title, poem)
    assert reader.page.title() == say("page.title.refused")
    assert reader.page.locator("#working").is_hidden()


def test_after_all_of_them_the_next_good_photo_is_answered(reader: Visitor) -> None:
    reader.give({"name": "good.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    reader.waits_for(READY)
    reader.press("p")
    reader.waits_for_line(0)
    assert reader.faults == []


def test_the_sentence_stands_by_the_control(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.give({"name": "words.txt", "mimeType": "text/plain", "buffer": b"only words"})
    visitor.waits_for(start_of("photo.refused.not_a_photo.text"), "alert")
    control, sentence = (visitor.page.locator(f).bounding_box() for f in ("#choose-file", "#alert"))
    assert control
    assert sentence
    assert sentence["y"] - control["y"] < 450
    assert visitor.page.locator("#alert").evaluate("(e) => e.closest('section').id") == "start"

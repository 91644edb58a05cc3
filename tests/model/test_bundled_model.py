"""The model that ships: whole, small enough, quick enough, and no stranger to what is in a picture."""

import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ekphrasis.assets import ASSETS, vocabulary
from ekphrasis.model import Matcher
from ekphrasis.model.folder import FILES

FOLDER = ASSETS / "model"


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.load(FOLDER, threads=2)


def test_no_file_is_over_30_megabytes_and_all_are_under_75() -> None:
    sizes = [(FOLDER / name).stat().st_size for name in FILES]
    assert max(sizes) < 30_000_000
    assert sum(sizes) < 75_000_000


def test_its_words_are_the_closed_lists(matcher: Matcher) -> None:
    config = matcher.config
    assert config.subjects == vocabulary("subjects")
    assert config.moods == vocabulary("moods")
    assert config.palette == vocabulary("palette")


def test_texts_that_mean_the_same_are_nearer_than_texts_that_do_not(matcher: Matcher) -> None:
    boat, ship, kitchen = (
        matcher.encode(text).vector
        for text in (
            "A small boat drifts on the sea at evening.",
            "A ship sails over the waves as the sun goes down.",
            "In the kitchen a woman kneads bread.",
        )
    )
    assert boat @ ship > boat @ kitchen


def test_a_sailing_boat_is_matched_with_the_sea(matcher: Matcher) -> None:
    picture = Image.new("RGB", (320, 240), (150, 190, 220))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 140, 320, 240), fill=(40, 80, 130))
    for row in range(146, 240, 9):
        draw.line((0, row, 320, row + 3), fill=(70, 115, 165), width=2)
    draw.polygon([(110, 150), (210, 150), (190, 172), (130, 172)], fill=(80, 45, 25))
    draw.polygon([(160, 40), (160, 145), (215, 145)], fill=(245, 240, 225))
    draw.polygon([(154, 60), (154, 145), (115, 145)], fill=(235, 228, 210))
    seen = matcher.see(picture)
    sea, room = (
        matcher.encode(text).vector
        for text in (
            "A sailing boat on the blue sea under a clear sky.",
            "An old woman reads a book at a table in a dark room.",
        )
    )
    assert seen.vector @ sea > seen.vector @ room
    assert {"sea", "boat", "ship"} & {word for word, _ in seen.subjects[:8]}


def test_the_words_of_two_pictures_differ(matcher: Matcher) -> None:
    dark = matcher.see(Image.new("RGB", (224, 224), (12, 10, 9)))
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    assert float(dark.vector @ matcher.see(Image.fromarray(noise)).vector) < 0.99


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, ekphrasis, ekphrasis.model; print([m for m in ('onnxruntime', 'tokenizers') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


def test_it_opens_sees_and_encodes_without_making_a_visitor_wait(matcher: Matcher) -> None:
    picture = Image.new("RGB", (800, 600), "gray")
    matcher.see(picture)
    begun = time.process_time()
    matcher.see(picture)
    # Processor time, so that a busy machine does not fail it; the README gives what a clock said.
    assert time.process_time() - begun < 0.6

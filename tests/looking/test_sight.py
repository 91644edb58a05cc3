import numpy as np
import pytest
from PIL import Image

from ekphrasis.assets import vocabulary
from ekphrasis.sight import COLOUR_NAMES, Likely, look, name_pixels, oklab, phrase
from ekphrasis.words import catalogue


def two_halves(top: str, bottom: str) -> Image.Image:
    image = Image.new("RGB", (90, 60), bottom)
    image.paste(Image.new("RGB", (90, 24), top), (0, 0))
    return image


@pytest.mark.parametrize("word", vocabulary("subjects"))
def test_every_subject_has_a_phrase(word: str) -> None:
    assert phrase(word)


def test_no_phrase_is_for_a_word_that_is_no_subject() -> None:
    words = {key.removeprefix("sight.subject.") for key in catalogue() if key.startswith("sight.subject.")}
    assert words == set(vocabulary("subjects"))


def test_every_colour_has_a_name() -> None:
    assert {f"sight.colour.{name}" for name in COLOUR_NAMES} == {
        key for key in catalogue() if key.startswith("sight.colour.")
    }


@pytest.mark.parametrize(
    ("pixel", "name"),
    [
        ("ffffff", "white"), ("000000", "black"), ("808080", "grey"), ("c81e1e", "red"), ("1a2a5e", "dark_blue"),
        ("2a5bd0", "blue"), ("87ceeb", "pale_blue"), ("228b22", "green"), ("1f3d1f", "dark_green"),
        ("ffa500", "orange"), ("ffe033", "yellow"), ("d4a73a", "gold"), ("7a4a22", "brown"), ("ffb6c1", "pink"),
        ("7b3fa0", "violet"), ("f3e9d2", "cream"), ("20a0a0", "turquoise"), ("6b0f0f", "dark_red"),
    ],
)  # fmt: skip
def test_colours_are_called_what_people_call_them(pixel: str, name: str) -> None:
    lab = oklab(np.frombuffer(bytes.fromhex(pixel), dtype=np.uint8))
    assert COLOUR_NAMES[int(name_pixels(lab))] == name


def test_oklab_knows_white_and_red() -> None:
    white, red = oklab(np.array([[255, 255, 255], [255, 0, 0]], dtype=np.uint8))
    assert white == pytest.approx([1, 0, 0], abs=1e-3)
    assert red == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)


def test_colours_are_told_with_their_places() -> None:
    sight = look(two_halves("#d4a73a", "#1a2a5e"))
    assert [(colour.name, colour.place) for colour in sight.colours] == [
        ("dark blue", "at the bottom"),
        ("gold", "at the top"),
    ]
    assert sight.colours[0].share == pytest.approx(0.6, abs=0.02)
    assert sight.sentence.startswith("I see mostly dark blue, with gold at the top.")


def test_a_spot_is_in_the_middle_and_a_border_around_the_edges() -> None:
    image = Image.new("RGB", (100, 100), "#2a5bd0")
    image.paste(Image.new("RGB", (50, 50), "#c81e1e"), (25, 25))
    assert {colour.name: colour.place for colour in look(image).colours}["red"] == "in the middle"
    image = Image.new("RGB", (100, 100), "#c81e1e")
    image.paste(Image.new("RGB", (76, 76), "#2a5bd0"), (12, 12))
    assert {colour.name: colour.place for colour in look(image).colours}["red"] == "around the edges"


@pytest.mark.parametrize(
    ("colour", "warmth", "light"),
    [("#8a4a1c", "warm", "middle"), ("#20304f", "cool", "dark"), ("#cfe0f0", "cool", "light"),
     ("#808080", "balanced", "middle")],
)  # fmt: skip
def test_warmth_and_light(colour: str, warmth: str, light: str) -> None:
    sight = look(Image.new("RGB", (40, 40), colour))
    assert (sight.warmth, sight.light, sight.contrast) == (warmth, light, "soft")


def test_certainty_decides_what_is_said() -> None:
    image = Image.new("RGB", (40, 40), "#20304f")
    sea, boat, cat = Likely("sea", 0.9), Likely("boat", 0.45), Likely("cat", 0.1)
    assert look(image, [boat, sea, cat]).sentence.endswith("It shows the sea, and perhaps a boat.")
    assert look(image, [sea, Likely("moon", 0.7)]).sentence.endswith("It shows the sea and the moon.")
    assert look(image, [boat, cat]).sentence.endswith("It may show a boat.")
    assert look(image, [cat]).sentence.endswith("I am not sure what it shows.")
    assert [each.word for each in look(image, [cat, boat, sea]).subjects] == ["sea", "boat"]


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (1600, 3)])
def test_any_size_has_a_sentence(size: tuple[int, int]) -> None:
    assert look(Image.new("RGB", size, "#c81e1e")).sentence.startswith("Nearly everything I see is red.")

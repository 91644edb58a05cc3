"""Look at an artwork: its colours and where they lie, its light, and what it likely shows, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from .words import say

SURE = 0.6
LIKELY = 0.3
MOST_SUBJECTS = 4
MOST_COLOURS = 3
_LEAST_SALIENCE = 0.1

_Array = npt.NDArray[np.float32]

# What people call a colour, by examples in sRGB: a pixel takes the name of the nearest in OKLab. The names are keys
# of `sight.colour`.
_EXAMPLES = {
    "black": "0c0b0b 1b1a1c 241f1d",
    "dark_grey": "3c3b3d 4d4c4c",
    "grey": "707070 8d8c8b",
    "pale_grey": "acabaa c6c5c3",
    "white": "e6e5e2 f8f7f5 ffffff",
    "cream": "f0e6cc e9dcbd f5efdf",
    "beige": "d0bf9f bfae90 d9c7ab",
    "dark_brown": "352518 4a3321 3a2a20 453a2a 2b201a",
    "brown": "6f4e30 855c37 73573d 8a6a45 66543f",
    "pale_brown": "a98660 b4946c 9c8465",
    "gold": "c79a3a d4a94f b5892f",
    "yellow": "f0d23c f6e36b e8c52a f3e08d",
    "orange": "e8862a dd7428 f2a04a c9682a",
    "dark_red": "5c1a16 7a211d 6b2b26 6e3a33 52302b",
    "red": "b0302a c93528 d9402f a83c34",
    "pink": "e8a9a6 d98c92 f0c3c0 c97f83 e0b7ac b98a86",
    "dark_green": "24331f 2f432c 1f3a30 38442a 3a4335 2a332b",
    "green": "4d7a3a 5b8a52 3f7d55 64733b 6d7f45 66735a 55664f",
    "pale_green": "a3b98a b5c79f 93ab8a 9aa68a b4bda3",
    "turquoise": "3a9a97 57b0a8 2f7f82 7fc0b8",
    "dark_blue": "18243f 22365e 1b2c4a 283a56 2f3b49 1d2733",
    "blue": "2f5fa8 3f74bd 4a6c97 2a52b0 56799f 5c7183 4c5f73",
    "pale_blue": "8fb3d6 a9c4dc 9db4c6 b9cfdd a7b3bd c4d2da",
    "dark_violet": "3a2547 45304f",
    "violet": "7a4f9a 8d6aa6 6c5590 a98fbd",
}
_NAMES = tuple(name for name, examples in _EXAMPLES.items() for _ in examples.split())


@dataclass(frozen=True, slots=True)
class Likely:
    """A subject word and how certain it is that the artwork shows it, 0 to 1."""

    word: str
    certainty: float


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour by its plain name, its share of the picture (0 to 1), and where it lies: "at the top", or ""."""

    name: str
    share: float
    place: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What the companion sees.

    `colours` hold the largest first. `warmth` is "warm", "cool" or "balanced"; `light` is "dark", "middle" or
    "light"; `contrast` is "strong", "middle" or "soft". `subjects` are those likely enough to speak of, the most
    certain first.
    """

    colours: tuple[Colour, ...]
    warmth: str
    light: str
    contrast: str
    subjects: tuple[Likely, ...]

    @property
    def sentence(self) -> str:
        """All of it as a person hears it, no surer than the facts are."""
        parts = (_colours_sentence(self.colours), say(f"sight.feeling.{self.warmth}.{self.light}"))
        contrast = () if self.contrast == "middle" else (say(f"sight.contrast.{self.contrast}"),)
        return " ".join((*parts, *contrast, _subjects_sentence(self.subjects)))


def look(artwork_image: Image.Image, subjects: Sequence[Likely] = ()) -> Sight:
    """What is to be seen in an RGB artwork of any size; `subjects` are the model's guesses."""
    pixels = np.asarray(artwork_image.convert("RGB").resize((72, 72), Image.Resampling.BOX))
    lab = oklab(pixels)
    lightness = lab[..., 0]
    warmth = float((lab[..., 1] * _WARM[0] + lab[..., 2] * _WARM[1]).mean())
    mean, spread = float(lightness.mean()), float(lightness.std())
    likely = sorted((each for each in subjects if each.certainty >= LIKELY), key=lambda each: -each.certainty)
    return Sight(
        colours=_colours(lab),
        warmth="warm" if warmth > 0.04 else "cool" if warmth < -0.002 else "balanced",
        light="dark" if mean < 0.46 else "light" if mean > 0.66 else "middle",
        contrast="strong" if spread > 0.205 else "soft" if spread < 0.08 else "middle",
        subjects=tuple(likely[:MOST_SUBJECTS]),
    )


def phrase(word: str) -> str:
    """The subject `word` as it stands in a sentence: "the sea", "a tree", "people dancing"."""
    return say(f"sight.subject.{word}")


def oklab(pixels: npt.NDArray[np.uint8]) -> _Array:
    """sRGB bytes (..., 3) as OKLab (Ottosson 2020): lightness 0 to 1, green-red, blue-yellow."""
    part = pixels.astype(np.float32) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ _TO_CONES.T)
    lab: _Array = (cones @ _TO_LAB.T).astype(np.float32)
    return lab


_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
_EXAMPLE_LAB = oklab(
    np.array([list(bytes.fromhex(each)) for group in _EXAMPLES.values() for each in group.split()], dtype=np.uint8)
)
# Lightness tells less about a colour's name than hue does.
_WEIGHTS = np.array([0.8, 2.0, 2.0], dtype=np.float32)
# From blue to orange: the direction in which the eye feels warmth.
_WARM = (0.5, 0.866)


def name_pixels(lab: _Array) -> npt.NDArray[np.intp]:
    """For OKLab pixels (..., 3) the number of each one's name in `COLOUR_NAMES`."""
    distances = np.linalg.norm((lab[..., None, :] - _EXAMPLE_LAB) * _WEIGHTS, axis=-1)
    numbers = np.array([COLOUR_NAMES.index(name) for name in _NAMES])
    nearest: npt.NDArray[np.intp] = numbers[distances.argmin(axis=-1)]
    return nearest


COLOUR_NAMES = tuple(_EXAMPLES)
_VIVIDNESS = np.array(
    [
        np.mean([np.hypot(*lab[1:]) for name, lab in zip(_NAMES, _EXAMPLE_LAB, strict=True) if name == wanted])
        for wanted in COLOUR_NAMES
    ]
)


def _colours(lab: _Array) -> tuple[Colour, ...]:
    named = name_pixels(lab)
    shares = np.bincount(named.ravel(), minlength=len(COLOUR_NAMES)) / named.size
    # A little red speaks louder than as much grey.
    salience = shares * (1 + 8 * _VIVIDNESS)
    order = [number for number in np.argsort(-salience, kind="stable") if shares[number] > 0]
    large = [number for number in order if salience[number] >= _LEAST_SALIENCE][:MOST_COLOURS] or order[:1]
    large.sort(key=lambda number: -shares[number])
    return tuple(
        Colour(say(f"sight.colour.{COLOUR_NAMES[number]}"), float(shares[number]), _place(named == number))
        for number in large
    )


def _place(mask: npt.NDArray[np.bool_]) -> str:
    """Where in the picture the set pixels of `mask` mostly lie."""
    height, width = mask.shape
    total = mask.sum()
    rows, columns = mask.sum(axis=1) / total, mask.sum(axis=0) / total
    halves = {
        "top": rows[: height // 2].sum(),
        "bottom": rows[height - height // 2 :].sum(),
        "left": columns[: width // 2].sum(),
        "right": columns[width - width // 2 :].sum(),
    }
    middle = mask[height // 5 : height - height // 5, width // 5 : width - width // 5].sum() / total
    side, part = max(halves.items(), key=lambda each: float(each[1]))
    if part >= 0.78:
        return say(f"sight.place.{side}")
    if middle >= 0.66:
        return say("sight.place.middle")
    return say("sight.place.edge") if middle <= 0.14 else ""


def _colours_sentence(colours: tuple[Colour, ...]) -> str:
    first, *rest = colours
    if not rest:
        return say("sight.one_colour", colour=first.name)
    if first.share >= 0.35:
        return say("sight.mostly", colour=first.name, others=_listed([_placed(each) for each in rest]))
    return say("sight.several", colours=_listed([_placed(each) for each in colours]))


def _placed(colour: Colour) -> str:
    return say("sight.colour_at", colour=colour.name, place=colour.place) if colour.place else colour.name


def _subjects_sentence(subjects: tuple[Likely, ...]) -> str:
    sure = _listed([phrase(each.word) for each in subjects if each.certainty >= SURE])
    unsure = _listed([phrase(each.word) for each in subjects if each.certainty < SURE])
    if sure and unsure:
        return say("sight.shows_and_may", sure=sure, unsure=unsure)
    if sure:
        return say("sight.shows", subjects=sure)
    return say("sight.may_show", subjects=unsure) if unsure else say("sight.not_sure")


def _listed(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return say("sight.listed", head=", ".join(items[:-1]), last=items[-1])

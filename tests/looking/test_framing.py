import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ekphrasis.framing import find_quad, frame
from ekphrasis.photo import Photo

Pixels = npt.NDArray[np.uint8]


def artwork(seed: int, width: int = 420, height: int = 320) -> Pixels:
    """Coloured lumps, without any straight edge."""
    rng = np.random.default_rng(seed)
    lumps = rng.uniform(20, 235, (7, 9, 3)).astype(np.float32)
    return np.clip(cv2.resize(lumps, (width, height), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)


def on_wall(art: Pixels, wall: tuple[int, int, int], corners: list[tuple[int, int]], border: int) -> Pixels:
    """A photo, 1200 × 900, of `art` in a brown frame `border` wide, its outer corners at `corners`."""
    framed = cv2.copyMakeBorder(art, border, border, border, border, cv2.BORDER_CONSTANT, value=(92, 58, 30))
    height, width = framed.shape[:2]
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(flat, np.array(corners, np.float32))
    rows, columns = np.mgrid[0:900, 0:1200]
    light = 1 - 0.12 * columns / 1200 + 0.08 * rows / 900
    photo = np.array(wall)[None, None] * light[..., None] + np.random.default_rng(0).normal(0, 2, (900, 1200, 3))
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), turn, (1200, 900))[..., None]
    photo = photo * (1 - mask) + cv2.warpPerspective(framed, turn, (1200, 900), flags=cv2.INTER_AREA) * mask
    return np.clip(photo, 0, 255).astype(np.uint8)


TILTED = [(290, 190), (900, 160), (930, 690), (310, 660)]


def overlap(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    masks = []
    for corners in (first, second):
        mask = np.zeros((900, 1200), np.uint8)
        cv2.fillPoly(mask, [np.asarray(corners).astype(np.int32)], 1)
        masks.append(mask)
    return float((masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum())


@pytest.mark.parametrize("wall", [(228, 224, 215), (70, 86, 80), (126, 34, 38)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_framed_picture_on_a_wall_is_cut_out_and_straightened(seed: int, wall: tuple[int, int, int]) -> None:
    art = artwork(seed)
    photo = on_wall(art, wall, TILTED, 26)
    found = find_quad(cv2.resize(photo, (400, 300), interpolation=cv2.INTER_AREA))
    assert found is not None
    assert overlap(found * 3, TILTED) > 0.95
    cut = frame(Photo(Image.fromarray(photo), ()))
    assert cut.found
    seen = np.asarray(cut.image.resize((84, 64), Image.Resampling.BOX), np.float32)
    meant = np.asarray(Image.fromarray(art).resize((84, 64), Image.Resampling.BOX), np.float32)
    assert np.abs(seen - meant).mean() < 12


@pytest.mark.parametrize("seed", range(6))
def test_a_picture_that_fills_the_photo_stays_whole(seed: int) -> None:
    image = Image.fromarray(artwork(seed, 900, 700))
    result = frame(Photo(image, ()))
    assert not result.found
    assert result.image is image


def test_a_figure_before_a_plain_ground_is_no_frame() -> None:
    ground = np.full((700, 600, 3), (44, 36, 30), np.uint8)
    cv2.ellipse(ground, (300, 330), (130, 180), 0, 0, 360, (205, 165, 130), -1)
    cv2.fillPoly(ground, [np.array([(300, 430), (520, 699), (80, 699)])], (90, 30, 34))
    assert not frame(Photo(Image.fromarray(ground), ())).found


def test_a_round_thing_and_a_small_label_are_no_artwork() -> None:
    wall = np.full((700, 900, 3), (225, 222, 214), np.uint8)
    plate = cv2.ellipse(wall.copy(), (450, 350), (250, 250), 0, 0, 360, (60, 90, 150), -1)
    label = cv2.rectangle(wall.copy(), (420, 330), (480, 370), (40, 40, 40), -1)
    assert not frame(Photo(Image.fromarray(plate), ())).found
    assert not frame(Photo(Image.fromarray(label), ())).found


@pytest.mark.parametrize("size", [(1, 1), (3, 1600), (1600, 90)])
def test_any_size_comes_back(size: tuple[int, int]) -> None:
    assert frame(Photo(Image.new("RGB", size, "grey"), ())).image.size == size

"""Paintings that nobody painted, and the photos that a visitor would take of them; both follow their seed."""

import io
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

_Pixels = npt.NDArray[Any]


def painting(seed: int) -> Image.Image:
    """A sky, some ground, and strokes and shapes of one palette."""
    rng = np.random.default_rng(seed)
    width, height = int(rng.integers(480, 760)), int(rng.integers(420, 640))
    palette = [tuple(int(part) for part in rng.integers(20, 240, 3)) for _ in range(6)]
    image = Image.new("RGB", (width, height), palette[0])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, int(height * rng.uniform(0.5, 0.8)), width, height), fill=palette[1])
    for _ in range(90):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        across, down = rng.uniform(6, 70, 2)
        colour = palette[rng.integers(2, 6)]
        if rng.random() < 0.5:
            draw.ellipse((x, y, x + across, y + down), fill=colour)
        else:
            draw.line((x, y, x + across, y - down), fill=colour, width=int(rng.integers(2, 9)))
    return image


def photo(image: Image.Image, seed: int) -> Image.Image:
    """`image` in a frame on a wall, seen at an angle, with glare, blur, noise and JPEG."""
    rng = np.random.default_rng(seed)
    across, down = 720, 560
    to_photo = _view(image.size, (across, down), rng)
    picture = cv2.warpPerspective(np.asarray(image), to_photo, (across, down), flags=cv2.INTER_AREA)
    covered = cv2.warpPerspective(np.full(image.size[::-1], 255, np.uint8), to_photo, (across, down))
    scene: _Pixels = np.tile(rng.uniform(90, 230, 3), (down, across, 1))
    scene[cv2.dilate(covered, np.ones((21, 21), np.uint8)) > 0] = rng.uniform(20, 120, 3)
    scene = np.where(covered[..., None] > 0, picture, scene)
    y, x = np.mgrid[:down, :across]
    glare = np.exp(-(((x - rng.uniform(150, 570)) / 100) ** 2) - ((y - rng.uniform(120, 440)) / 75) ** 2)
    scene = scene * rng.uniform(0.5, 1.1) + glare[..., None] * rng.uniform(0, 90)
    scene = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.4, 1.4)) + rng.normal(0, 4, scene.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=int(rng.integers(50, 90)))
    return Image.open(file).convert("RGB")


def _view(size: tuple[int, int], onto: tuple[int, int], rng: np.random.Generator) -> _Pixels:
    """The homography that tilts a picture of `size` up to 35 degrees and sets it on a photo of size `onto`."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    yaw, pitch, roll = np.radians([rng.uniform(-35, 35), rng.uniform(-15, 15), rng.uniform(-10, 10)])
    turn = cv2.Rodrigues(np.array([pitch, yaw, 0.0]))[0] @ cv2.Rodrigues(np.array([0.0, 0.0, roll]))[0]
    scale = min(onto[0] / width, onto[1] / height) * rng.uniform(0.6, 0.9)
    placed = np.c_[(corners - [width / 2, height / 2]) * scale, np.zeros(4)] @ turn.T
    distance = 900.0
    seen = placed[:, :2] / (placed[:, 2:] + distance) * distance + [onto[0] / 2, onto[1] / 2]
    return np.asarray(cv2.getPerspectiveTransform(corners, seen.astype(np.float32)))

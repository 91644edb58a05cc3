"""Turns a clean reproduction into the photo a visitor would take of it: framed, hung, tilted, dim, with glare."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

_WALLS = ((226, 222, 214), (201, 205, 200), (120, 64, 58), (70, 84, 96), (240, 240, 238), (98, 104, 88))
_FRAMES = ((92, 62, 30), (168, 132, 62), (28, 26, 24), (214, 206, 190))


def visitor_photo(artwork: Image.Image, seed: int) -> Image.Image:
    """`artwork` (RGB) as a visitor photographs it, the same for the same `seed`; its longest side is 384 pixels."""
    rng = np.random.default_rng(seed)
    framed = _framed(ImageOps.contain(artwork.convert("RGB"), (300, 300), Image.Resampling.BICUBIC), rng)
    hung = _hung(framed, rng)
    lit = _lit(hung, rng)
    blurred = lit.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.0, 1.2))))
    return _compressed(blurred, int(rng.integers(45, 85)))


def _framed(artwork: Image.Image, rng: np.random.Generator) -> Image.Image:
    width = int(rng.integers(0, 22))
    return ImageOps.expand(artwork, width, _FRAMES[rng.integers(len(_FRAMES))])


def _hung(framed: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The framed picture on a wall, seen from a little aside: its corners move by up to a twentieth."""
    wall = _WALLS[rng.integers(len(_WALLS))]
    margin = int(max(framed.size) * rng.uniform(0.03, 0.18))
    hung = ImageOps.expand(framed, margin, wall)
    width, height = hung.size
    corners = np.array([(0, 0), (0, height), (width, height), (width, 0)], dtype=np.float64)
    moved = corners + rng.uniform(-0.05, 0.05, (4, 2)) * (width, height)
    warped = hung.transform(
        hung.size,
        Image.Transform.PERSPECTIVE,
        perspective(corners, moved),
        Image.Resampling.BICUBIC,
        fillcolor=wall,
    )
    turned = warped.rotate(float(rng.uniform(-4, 4)), Image.Resampling.BICUBIC, fillcolor=wall)
    return ImageOps.contain(turned, (384, 384), Image.Resampling.BICUBIC)


def perspective(source: NDArray[np.float64], target: NDArray[np.float64]) -> tuple[float, ...]:
    """The eight numbers by which Pillow draws the quadrilateral `source` where `target` is; both (4, 2)."""
    rows, values = [], []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        values.extend([u, v])
    return tuple(float(number) for number in np.linalg.solve(np.array(rows), np.array(values)))


def _lit(hung: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Gallery light: dimmer, warmer or cooler, unevenly so, and with a lamp's reflection every second time."""
    pixels = np.asarray(hung, dtype=np.float32) / 255
    height, width, _ = pixels.shape
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    slope = 1 + rng.uniform(-0.2, 0.2) * (down - 0.5) + rng.uniform(-0.2, 0.2) * (across - 0.5)
    tint = 1 + rng.uniform(-0.08, 0.08, 3).astype(np.float32)
    pixels = pixels * (rng.uniform(0.55, 1.05) * slope)[..., None] * tint
    if rng.random() < 0.5:
        centre = rng.uniform(0.15, 0.85, 2)
        distance = ((down - centre[0]) ** 2 + (across - centre[1]) ** 2) / rng.uniform(0.004, 0.03)
        pixels = pixels + (rng.uniform(0.2, 0.6) * np.exp(-distance))[..., None]
    noise = rng.normal(0, rng.uniform(0.0, 0.03), pixels.shape)
    return Image.fromarray((np.clip(pixels + noise, 0, 1) * 255).astype(np.uint8))


def _compressed(photo: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")

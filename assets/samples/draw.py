"""Draw the sample artworks: python assets/samples/draw.py [id …]

Each is sketched by a scene below and painted by `brush.paint`; everything is seeded, so that the same pictures come
again. Needs numpy, OpenCV and Pillow alone.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import scenes_indoors
import scenes_land
import scenes_water
from brush import paint
from PIL import Image
from sketch import Sketch

HERE = Path(__file__).parent
MAX_BYTES = 118_000

SCENES: dict[str, Callable[[], Sketch]] = {
    name.replace("_", "-"): scene
    for module in (scenes_water, scenes_land, scenes_indoors)
    for name, scene in vars(module).items()
    if callable(scene) and getattr(scene, "__module__", "") == module.__name__ and not name.startswith("_")
}


def draw(name: str) -> str:
    """Draw the scene `name` to its WebP file."""
    cv2.setNumThreads(1)
    sketch = SCENES[name]()
    painted = paint(sketch.picture, np.random.default_rng(7), sketch.flow)
    image = Image.fromarray((painted * 255).round().astype(np.uint8))
    file = HERE / f"{name}.webp"
    for quality in range(86, 20, -4):
        image.save(file, quality=quality, method=6)
        if file.stat().st_size <= MAX_BYTES:
            break
    return f"{file.name}: {image.width} × {image.height}, {file.stat().st_size // 1000} kB, quality {quality}"


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as workers:
        for line in workers.map(draw, sys.argv[1:] or SCENES):
            print(line, flush=True)

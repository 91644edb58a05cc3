"""Caches what frozen layers make of the data, so that a stage's steps cost only what learns in them."""

import hashlib
import io
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from PIL import Image

from .network.image_tower import IMAGE_SIZE, PIXEL_MEAN, PIXEL_SCALE, Trunk
from .visitor_photos import visitor_photo


def pixels(image: Image.Image) -> NDArray[np.float32]:
    """`image` (RGB) as the image tower takes it: (3, 224, 224), squeezed to a square rather than cut."""
    square = image.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC)
    return ((np.asarray(square, dtype=np.float32) - PIXEL_MEAN) / PIXEL_SCALE).transpose(2, 0, 1)


def view(image: Image.Image, key: str, number: int) -> Image.Image:
    """View `number` of a picture: 0 as it is, 1 mirrored and cut, from 2 on as a visitor's photo of it."""
    if number == 0:
        return image
    seed = int.from_bytes(hashlib.sha256(f"{key}/{number}".encode()).digest()[:4])
    rng = np.random.default_rng(seed)
    if number % 2:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    width, height = image.size
    share = rng.uniform(0.75, 0.95)
    left, top = rng.uniform(0, 1 - share, 2) * (width, height)
    cut = image.crop((int(left), int(top), int(left + share * width), int(top + share * height)))
    return cut if number == 1 else visitor_photo(cut, seed)


class FrozenTrunk:
    """The trunk run by onnxruntime, which is some twice as fast as torch on a processor."""

    def __init__(self, threads: int, pretrained: bool = True) -> None:
        buffer = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Trunk(pretrained).eval(),
                (torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE),),
                buffer,
                input_names=["pixels"],
                output_names=["features"],
                dynamic_axes={"pixels": {0: "batch"}, "features": {0: "batch"}},
                dynamo=False,
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(buffer.getvalue(), options)

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float16]:
        """Features (B, 352, 7, 7) of pixels (B, 3, 224, 224)."""
        features: NDArray[np.float32] = self._session.run(None, {"pixels": batch})[0]
        return features.astype(np.float16)


def cached(file: Path, make: Callable[[], Any]) -> Any:
    """What `make` gives (tensors, lists, dicts), kept in `file` for the next time."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        torch.save(make(), partial)
        partial.rename(file)
    return torch.load(file, weights_only=True)


def progress(total: int, name: str) -> Iterator[int]:
    """Counts to `total`, telling stderr every few seconds how far it is and how long it will take."""
    start = told = time.monotonic()
    for done in range(total):
        yield done
        now = time.monotonic()
        if now - told > 10 or done + 1 == total:
            told = now
            left = (now - start) / (done + 1) * (total - done - 1)
            print(f"{name}: {done + 1} of {total}, {left / 60:.1f} minutes to go", file=sys.stderr, flush=True)

"""Caches what frozen layers make of the data, so that a stage's steps cost only what learns in them."""

import hashlib
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor, nn

from .network.encoder import absent_padding
from .network.image_tower import IMAGE_SIZE, PIXEL_MEAN, PIXEL_SCALE
from .network.text_tower import TextTower
from .visitor_photos import visitor_photo

OPSET = 17
TEXT_BATCH = 32


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
    """The image tower's frozen blocks run by onnxruntime, which is some twice as fast as torch on a processor."""

    def __init__(self, trunk: nn.Module, threads: int) -> None:
        self._session = _session(
            trunk,
            (torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE),),
            {"pixels": {0: "batch"}, "early": {0: "batch"}},
            threads,
        )

    def __call__(self, batch: NDArray[np.float32]) -> Tensor:
        """The map (B, 120, 14, 14) float16 of pixels (B, 3, 224, 224)."""
        return torch.from_numpy(self._session.run(None, {"pixels": batch})[0]).half()


class FrozenText:
    """The text tower's frozen layers, likewise."""

    def __init__(self, tower: TextTower, tokenizer: Tokenizer, threads: int) -> None:
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        example = torch.ones(2, 9, dtype=torch.long)
        shape = {0: "batch", 1: "pieces"}
        self._session = _session(
            _Early(tower), (example, example), {"ids": shape, "mask": shape, "states": shape}, threads
        )

    def read(self, texts: Sequence[str], longest: int, name: str) -> dict[str, object]:
        """What `corpus.load_texts` reads: pieces and states of all `texts`, cut to `longest`, one after another."""
        self._tokenizer.enable_truncation(longest)
        ids = [torch.tensor(one.ids) for one in self._tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        states: list[Tensor] = [torch.empty(0)] * len(ids)
        starts = range(0, len(ids), TEXT_BATCH)
        for at in progress(len(starts), name):
            chosen = by_length[starts[at] : starts[at] + TEXT_BATCH]
            padded = nn.utils.rnn.pad_sequence([ids[one] for one in chosen], batch_first=True)
            lengths = torch.tensor([len(ids[one]) for one in chosen])
            mask = absent_padding(lengths, padded.shape[1])
            (found,) = self._session.run(None, {"ids": padded.numpy(), "mask": mask.numpy()})
            for one, row in zip(chosen, torch.from_numpy(found), strict=True):
                states[one] = row[: len(ids[one])].half()
        offsets = torch.tensor([0, *map(len, ids)]).cumsum(0)
        return {"texts": list(texts), "ids": torch.cat(ids), "offsets": offsets, "early": torch.cat(states)}


class _Early(nn.Module):
    def __init__(self, tower: TextTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.tower.early(ids, mask)


def _session(
    module: nn.Module, example: tuple[Tensor, ...], shapes: dict[str, dict[int, str]], threads: int
) -> onnxruntime.InferenceSession:
    """`module` as an onnxruntime session; `shapes` name its inputs, then its outputs, with their free dimensions."""
    names = list(shapes)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    with tempfile.TemporaryDirectory() as room:
        file = Path(room) / "frozen.onnx"
        export_onnx(module, example, file, shapes, names[: len(example)], names[len(example) :])
        return onnxruntime.InferenceSession(file.read_bytes(), options)


def export_onnx(
    module: nn.Module,
    example: tuple[Tensor, ...],
    file: Path,
    shapes: dict[str, dict[int, str]],
    inputs: list[str],
    outputs: list[str],
) -> None:
    """`module` as an ONNX file, by torch's older exporter, which keeps free lengths without being told their bounds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            example,
            str(file),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=shapes,
            opset_version=OPSET,
            dynamo=False,
        )


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

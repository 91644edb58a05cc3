"""The two towers as they run: a picture or a text in, a unit vector and tokens out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..refusal import Refusal
from .folder import IMAGE_TOWER, TEXT_TOWER, TOKENIZER, Folder

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the image tower makes of a picture.

    `vector` (D,) float32 of unit length; `tokens` (T, W) float32 for the cross-encoder; `subjects` and `moods` with
    their certainty from 0 to 1, the most certain first.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]
    subjects: tuple[tuple[str, float], ...]
    moods: tuple[tuple[str, float], ...]
    palette: tuple[tuple[str, float], ...]

    @property
    def mood(self) -> tuple[tuple[str, float], ...]:
        return self.moods


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """What the text tower makes of a text: `vector` (D,) float32 of unit length, `tokens` (n, W) float16."""

    vector: NDArray[np.float32]
    tokens: NDArray[np.float16]


class ImageTower:
    def __init__(self, folder: Folder, threads: int) -> None:
        self._config = folder.config
        self._session = open_session(folder.file(IMAGE_TOWER), threads)

    def see(self, image: Image.Image) -> Seen:
        """What is in `image`, of any mode and any size of at least one pixel, squeezed to the tower's square."""
        size = self._config.image_size
        square = image.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)
        pixels = (np.asarray(square, dtype=np.float32) - self._config.pixel_mean) / self._config.pixel_scale
        vector, tokens, subjects, moods, palette = self._session.run(None, {"pixels": pixels.transpose(2, 0, 1)[None]})
        return Seen(
            vector[0],
            tokens[0],
            _most_certain(self._config.subjects, subjects[0]),
            _most_certain(self._config.moods, moods[0]),
            _most_certain(self._config.palette, palette[0]),
        )


class TextTower:
    def __init__(self, folder: Folder, threads: int) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(folder.file(TOKENIZER)))
        except Exception as error:  # tokenizers raises no narrower class
            raise Refusal("model.damaged", file=TOKENIZER) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(folder.config.text_tokens)
        self._session = open_session(folder.file(TEXT_TOWER), threads)

    def encode(self, text: str) -> Encoding:
        """`text`, cut to the model's length; an empty one has the tokens of its two ends."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        vector, tokens = self._session.run(None, {"ids": ids})
        return Encoding(vector[0], tokens[0].astype(np.float16))


def open_session(file: Path, threads: int) -> "InferenceSession":
    """An ONNX session on `threads` threads. Raises Refusal `model.damaged` where the file is no network."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait for work must not spin: the voice needs the cores while a poem is being found.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes differ from release to release
        raise Refusal("model.damaged", file=file.name) from error


def _most_certain(words: tuple[str, ...], certainties: NDArray[Any]) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-certainties, kind="stable")
    return tuple((words[at], float(certainties[at])) for at in order)

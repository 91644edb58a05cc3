"""The model folder: ONNX files, a tokenizer and `config.json`, which names them all with their SHA-256."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..refusal import Refusal

FORMAT = 1
IMAGE_TOWER = "image_tower.onnx"
TEXT_TOWER = "text_tower.onnx"
CROSS_ENCODER = "cross_encoder.onnx"
TOKENIZER = "tokenizer.json"
CONFIG = "config.json"
FILES = (IMAGE_TOWER, TEXT_TOWER, CROSS_ENCODER, TOKENIZER)


@dataclass(frozen=True, slots=True)
class ScoreWeights:
    """A re-ranked poem's score is `logit` times the cross-encoder's logit plus `likeness` times the cosine."""

    logit: float
    likeness: float


@dataclass(frozen=True, slots=True)
class Certainty:
    """From which score on a match is called sure, and from which likely."""

    sure: float
    likely: float


@dataclass(frozen=True, slots=True)
class Config:
    """What the runtime must know of a model besides its files.

    Pixels enter as `(value - pixel_mean) / pixel_scale` at `image_size`; texts are cut to `text_tokens` word
    pieces, poems to `poem_tokens` for the cross-encoder; `depth` poems are re-ranked unless told otherwise.
    """

    name: str
    image_size: int
    pixel_mean: float
    pixel_scale: float
    text_tokens: int
    poem_tokens: int
    depth: int
    score: ScoreWeights
    certainty: Certainty
    subjects: tuple[str, ...]
    moods: tuple[str, ...]
    palette: tuple[str, ...]
    files: dict[str, str]

    @property
    def model_id(self) -> str:
        """Sixteen hexadecimal digits that stand for these very files: another model has another id."""
        facts = [f"{name} {digest}" for name, digest in sorted(self.files.items())]
        return hashlib.sha256("\n".join([*facts, str(self.text_tokens)]).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "image": {"size": self.image_size, "mean": self.pixel_mean, "scale": self.pixel_scale},
            "text": {"tokens": self.text_tokens},
            "cross_encoder": {"poem_tokens": self.poem_tokens, "depth": self.depth},
            "score": {"logit": self.score.logit, "likeness": self.score.likeness},
            "certainty": {"sure": self.certainty.sure, "likely": self.certainty.likely},
            "vocabulary": {
                "subjects": list(self.subjects),
                "moods": list(self.moods),
                "palette": list(self.palette),
            },
            "files": self.files,
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Config":
        """Raises KeyError, TypeError or ValueError where `facts` is not what `to_json` writes."""
        if facts["format"] != FORMAT:
            raise ValueError(f"format {facts['format']}, not {FORMAT}")
        return cls(
            name=str(facts["name"]),
            image_size=int(facts["image"]["size"]),
            pixel_mean=float(facts["image"]["mean"]),
            pixel_scale=float(facts["image"]["scale"]),
            text_tokens=int(facts["text"]["tokens"]),
            poem_tokens=int(facts["cross_encoder"]["poem_tokens"]),
            depth=int(facts["cross_encoder"]["depth"]),
            score=ScoreWeights(float(facts["score"]["logit"]), float(facts["score"]["likeness"])),
            certainty=Certainty(float(facts["certainty"]["sure"]), float(facts["certainty"]["likely"])),
            subjects=tuple(facts["vocabulary"]["subjects"]),
            moods=tuple(facts["vocabulary"]["moods"]),
            palette=tuple(facts["vocabulary"]["palette"]),
            files={name: str(facts["files"][name]) for name in FILES},
        )


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path
    config: Config

    def file(self, name: str) -> Path:
        return self.path / name


def open_folder(path: Path) -> Folder:
    """The model in `path`, every file checked against its SHA-256.

    Raises Refusal `model.missing` where the folder, its config or a file is not there, `model.damaged` where one is
    not what it was when the model was exported.
    """
    if not (path / CONFIG).is_file():
        raise Refusal("model.missing", folder=path)
    try:
        config = Config.from_json(json.loads((path / CONFIG).read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal("model.damaged", file=CONFIG) from error
    for name, digest in config.files.items():
        if not (path / name).is_file():
            raise Refusal("model.missing", folder=path)
        if sha256(path / name) != digest:
            raise Refusal("model.damaged", file=name)
    return Folder(path, config)


def sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()

"""Writes a trained CE-CLIP as the model folder that ships: ONNX files, tokenizer, config with SHA-256, card."""

import json
import math
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from ekphrasis.model.folder import (
    CONFIG,
    CROSS_ENCODER,
    FILES,
    IMAGE_TOWER,
    TEXT_TOWER,
    TOKENIZER,
    Certainty,
    Config,
    ScoreWeights,
    sha256,
)

from .features import export_onnx
from .network.ce_clip import CEClip
from .network.image_tower import IMAGE_SIZE, PIXEL_MEAN, PIXEL_SCALE

LARGE = 1024


class _ImageTower(nn.Module):
    def __init__(self, trunk: nn.Module, model: CEClip) -> None:
        super().__init__()
        self.trunk, self.model = trunk, model

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        seen = self.model.look(self.trunk(pixels))
        tokens = self.model.picture_tokens(seen)
        certain = (seen.subjects.sigmoid(), seen.moods.softmax(-1), seen.palette.sigmoid())
        return self.model.image_joint(seen), tokens, *certain


class _TextTower(nn.Module):
    def __init__(self, model: CEClip) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        mask = torch.ones_like(ids)
        states = self.model.text.late(self.model.text.early(ids, mask), mask)
        return self.model.text_joint(self.model.read(states, mask)), self.model.text_tokens(ids, states)


class _CrossEncoder(nn.Module):
    def __init__(self, model: CEClip) -> None:
        super().__init__()
        self.cross = model.cross

    def forward(self, picture: Tensor, poems: Tensor, mask: Tensor) -> Tensor:
        """One picture (1, i, width) and several poems (B, p, width) with their mask (B, p): logits (B,)."""
        several = picture.expand(poems.shape[0], -1, -1)
        there = torch.ones_like(several[..., 0], dtype=torch.long)
        logits: Tensor = self.cross(several, there, poems, mask)
        return logits


def export(
    model: CEClip,
    trunk: nn.Module,
    tokenizer: Tokenizer,
    folder: Path,
    *,
    name: str,
    text_tokens: int,
    poem_tokens: int,
    score: ScoreWeights,
    certainty: Certainty,
    depth: int,
) -> Config:
    """Write `model` behind `trunk` to `folder`, both transformers in int8, and say what was written.

    The image tower computes in float: dynamic int8 takes one scale for a whole depthwise convolution and ruins it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    trunk.eval()
    width = model.size.cross.width
    ids = torch.ones(1, 7, dtype=torch.long)
    with tempfile.TemporaryDirectory() as room:
        plain = Path(room) / "plain.onnx"
        export_onnx(
            _ImageTower(trunk, model),
            (torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE),),
            plain,
            {"pixels": {0: "batch"}},
            ["pixels"],
            ["vector", "tokens", "subjects", "moods", "palette"],
        )
        halved(plain, folder / IMAGE_TOWER)
        export_onnx(_TextTower(model), (ids,), plain, {"ids": {0: "batch", 1: "pieces"}}, ["ids"], ["vector", "tokens"])
        quantised(plain, folder / TEXT_TOWER)
        export_onnx(
            _CrossEncoder(model),
            (torch.zeros(1, model.size.picture, width), torch.zeros(2, 7, width), torch.ones(2, 7, dtype=torch.long)),
            plain,
            {
                "picture": {1: "places"},
                "poems": {0: "batch", 1: "pieces"},
                "mask": {0: "batch", 1: "pieces"},
            },
            ["picture", "poems", "mask"],
            ["logits"],
        )
        quantised(plain, folder / CROSS_ENCODER)
    tokenizer.save(str(folder / TOKENIZER))
    config = Config(
        name=name,
        image_size=IMAGE_SIZE,
        pixel_mean=PIXEL_MEAN,
        pixel_scale=PIXEL_SCALE,
        text_tokens=text_tokens,
        poem_tokens=poem_tokens,
        depth=depth,
        score=score,
        certainty=certainty,
        subjects=model.vocabulary.subjects,
        moods=model.vocabulary.moods,
        palette=model.vocabulary.palette,
        files={file: sha256(folder / file) for file in FILES},
    )
    write_config(folder, config)
    return config


def write_config(folder: Path, config: Config) -> None:
    (folder / CONFIG).write_text(json.dumps(config.to_json(), indent=1) + "\n", encoding="utf-8")


def halved(plain: Path, file: Path) -> None:
    """The same network with its large weights kept as float16 and widened when the file is opened: half the file."""
    model = onnx.load(plain)
    graph = model.graph
    for weights in graph.initializer:
        if weights.data_type != onnx.TensorProto.FLOAT or math.prod(weights.dims) < LARGE:
            continue
        narrow = onnx.numpy_helper.from_array(
            onnx.numpy_helper.to_array(weights).astype(np.float16), f"{weights.name}.half"
        )
        widen = onnx.helper.make_node("Cast", [narrow.name], [weights.name], to=onnx.TensorProto.FLOAT)
        weights.CopyFrom(narrow)
        graph.node.insert(0, widen)
    onnx.save(model, file)


def quantised(plain: Path, file: Path) -> None:
    """Weights in int8, a scale for each channel. Seven bits of the eight: processors without VNNI add two products in
    sixteen bits, and eight would overflow there.
    """
    quantize_dynamic(plain, file, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)

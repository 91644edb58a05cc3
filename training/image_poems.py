"""Pictures with the poems that stand with them, as `fetch` leaves them, read whole for the paper's network."""

import hashlib
import io
import json
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
import webdataset
from PIL import Image
from torch import Tensor

from .data import split
from .fetch.trouble import Trouble
from .network.libraries import open_clip, transforms
from .network.pretrained import CLIP
from .recipes_paper import Split

_AGAIN = "`python -m training fetch multim` writes them anew."


@dataclass(frozen=True, slots=True, eq=False)
class ImagePoems:
    """All pairs that are not held out; a pair has a picture and a poem, and both may have others.

    `pixels` (I, 3, s, s) uint8 of the pictures, `ids` (N, context) of each pair's poem, `pictures` (N,) its index into
    `pixels` and `groups` (N,) its poem's group. `train` and `validation` are indices of pairs; a group is on one side.
    """

    pixels: Tensor
    ids: Tensor
    pictures: Tensor
    groups: Tensor
    train: Tensor
    validation: Tensor

    def true(self, pairs: Tensor, poems: Tensor) -> Tensor:
        """Whether each poem of the pairs `poems` (C,) stands with the picture of each of `pairs` (B,): (B, C)."""
        groups = self.groups[poems].tolist()
        return torch.tensor([[group in own for group in groups] for own in self.own_groups(pairs)])

    def own_groups(self, pairs: Tensor) -> Iterator[set[int]]:
        """The groups of all poems that stand with the picture of each of `pairs` (B,)."""
        for picture in self.pictures[pairs]:
            yield set(self.groups[self.pictures == picture].tolist())


class FalsePoems:
    """Draws, of the pairs `among`, those whose poems are false for a picture."""

    def __init__(self, pairs: ImagePoems, among: Tensor) -> None:
        self._pairs = pairs
        self._members: dict[int, list[int]] = defaultdict(list)
        for at, group in zip(among.tolist(), pairs.groups[among].tolist(), strict=True):
            self._members[group].append(at)

    def draw(self, pairs: Tensor, count: int, draw: torch.Generator) -> Tensor:
        """For each of `pairs` (B,) `count` others (B, count): groups that do not stand with its picture, none twice.

        Raises Trouble where there are not so many.
        """
        groups = list(self._members)
        drawn = []
        for own in self._pairs.own_groups(pairs):
            lot = (groups[at] for at in torch.randperm(len(groups), generator=draw).tolist())
            others = list(islice((group for group in lot if group not in own), count))
            if len(others) < count:
                raise Trouble(f"There are too few pairs: each picture needs {count} poems that do not stand with it.")
            for members in map(self._members.__getitem__, others):
                drawn.append(members[int(torch.randint(len(members), (), generator=draw))])
        return torch.tensor(drawn).reshape(len(pairs), count)


@dataclass(frozen=True, slots=True)
class _Pair:
    picture: Image.Image
    digest: bytes
    poem: str
    group: int


def load_image_poems(data: Path, kind: Split, image_size: int, context: int) -> ImagePoems:
    """The pairs of `data/train` that are trained on in the split `kind`, a tenth of their groups kept for validation.

    Decoded once and held in memory: 150 kB a picture at 224 pixels, so that a step waits for no file. Raises Trouble
    where there are none or a shard is damaged.
    """
    square = transforms.Compose(
        [
            transforms.Resize(image_size, transforms.InterpolationMode.BICUBIC),
            transforms.CenterCrop(image_size),
            transforms.PILToTensor(),
        ]
    )
    places: dict[bytes, int] = {}
    pixels: list[Tensor] = []
    pictures: list[int] = []
    poems: list[str] = []
    groups: list[int] = []
    for pair in _pairs(data / "train", kind):
        place = places.setdefault(pair.digest, len(places))
        if place == len(pixels):
            pixels.append(square(pair.picture))
        pictures.append(place)
        poems.append(pair.poem)
        groups.append(pair.group)
    if not poems:
        raise Trouble(f"{data / 'train'} holds no pairs-000.tar with pairs to train on. {_AGAIN}")
    train, validation = split([f"group {group}" for group in groups])
    return ImagePoems(
        torch.stack(pixels), tokens(poems, context), torch.tensor(pictures), torch.tensor(groups), train, validation
    )


def tokens(poems: Sequence[str], context: int) -> Tensor:
    """Ids (N, context) as CLIP reads them: longer poems are cut, shorter ones filled up (section 4.3)."""
    ids: Tensor = open_clip.get_tokenizer(CLIP, context_length=context)(list(poems))
    return ids


def _pairs(folder: Path, kind: Split) -> Iterator[_Pair]:
    for shard in sorted(folder.glob("pairs-*.tar")):
        try:
            # Of several processes each reads all pairs, and takes its share of a batch.
            for row in webdataset.WebDataset(str(shard), shardshuffle=False, empty_check=False, nodesplitter=None):
                facts = json.loads(row["json"])
                if facts["split"][kind] == "train":
                    picture = Image.open(io.BytesIO(row["jpg"])).convert("RGB")
                    yield _Pair(picture, hashlib.sha256(row["jpg"]).digest(), facts["poem"], int(facts["group"]))
        except (OSError, ValueError, KeyError, TypeError, tarfile.TarError) as error:
            raise Trouble(f"{shard} is damaged: {error}. {_AGAIN}") from error

"""Fetched files that are pictures: the check, where they are kept, and how training gets them."""

import hashlib
import io
from pathlib import Path

from PIL import Image

from ekphrasis import photo
from ekphrasis.refusal import Refusal

from .download import Gone
from .manifest import Row

# A pixel or a rule is what some hosts send in a picture's place.
_LEAST_SIDE = 32
# CLIP sees 224 pixels; a little more leaves room for a crop.
_SHORTER_SIDE = (224, 288)


def row_of(address: str, data: bytes) -> Row:
    """The manifest's row of the picture in `data`. Raises Gone where it is none that can be used."""
    image = _opened(data)
    with Image.open(io.BytesIO(data)) as header:
        width, height = header.size
    if min(width, height, *image.size) < _LEAST_SIDE:
        raise Gone("a sliver, not a picture")
    return Row(address, "here", "", hashlib.sha256(data).hexdigest(), len(data), width, height)


def for_training(data: bytes) -> bytes:
    """The picture in `data` as an upright JPEG of nothing but pixels, its shorter side from 224 to 288 pixels long."""
    image = _opened(data)
    shorter = min(image.size)
    scale = min(max(shorter, _SHORTER_SIDE[0]), _SHORTER_SIDE[1]) / shorter
    size = (round(image.width * scale), round(image.height * scale))
    buffer = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def file_of(folder: Path, address: str) -> Path:
    """Where the picture of `address` is kept: by the address, not by what it holds, so that it is found unasked."""
    return folder / hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:32]


def keep(path: Path, data: bytes) -> None:
    """Write `data` so that `path` is there whole or not at all, whenever the machine stops."""
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


def _opened(data: bytes) -> Image.Image:
    try:
        return photo.take(data).image
    except Refusal as refusal:
        reason = refusal.key.removeprefix("photo.refused.").replace("not_a_photo.", "not a photo: ")
        raise Gone(reason.replace("_", " ")) from refusal

"""Take a photo: the bytes of a picture file in, an upright RGB picture out, or a sentence that says why not."""

import io
import warnings
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageCms

from .picture_file import is_cut_short, jpeg_markers, kind_of, webp_size
from .refusal import Refusal

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 110_000_000
LONGEST_SIDE = 1600

# Pillow opens some fifty kinds of file, a few of them by running other programs; these are what cameras and
# museums give. "JPEG" covers the MPO of many telephones, a JPEG with a second picture behind it.
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF", "BMP")
# A progressive JPEG may repeat its passes without end, and each costs a walk over the whole picture.
_MAX_JPEG_SCANS = 60

pillow_heif.register_heif_opener()
# `take` decides by MAX_PIXELS, which is far below the size where Pillow itself refuses.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# What Pillow's readers think of odd metadata helps no visitor.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture as the rooms behind see it: RGB, upright, longest side at most 1600 px, nothing but pixels.

    `judgements` are of "dark", "bright", "blurred", "small", "blank": what a better photo would not be;
    `words.say(f"photo.judged.{name}")` says what to do.
    """

    image: Image.Image
    judgements: tuple[str, ...]


def take(data: bytes) -> Photo:
    """The photo in `data`, the bytes of a picture file of whatever name.

    Raises Refusal("photo.refused.…") where they are empty, too large, not a photo, cut short, damaged, or would
    unfold to more pixels than MAX_PIXELS; the last is decided before anything is decoded.
    """
    if not data:
        raise Refusal("photo.refused.empty")
    if len(data) > MAX_BYTES:
        raise Refusal("photo.refused.too_large", limit=MAX_BYTES // 2**20)
    kind = kind_of(data)
    if kind not in _FORMATS:
        raise Refusal(f"photo.refused.not_a_photo.{kind}")
    if kind == "WEBP":
        # Pillow's reader makes room for the whole picture as it opens it.
        _heed_pixels(*webp_size(data))
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            _heed_pixels(*opened.size)
            if kind == "JPEG" and sum(marker == 0xDA for marker in jpeg_markers(data)) > _MAX_JPEG_SCANS:
                raise Refusal("photo.refused.unreadable")
            image = _plain(opened)
    except Refusal:
        raise
    except Image.DecompressionBombError as error:
        raise Refusal("photo.refused.too_many_pixels", limit=MAX_PIXELS // 1_000_000) from error
    except Exception as error:
        # The decoders of nine formats fail on damaged files in as many ways as there are exceptions.
        cut = "truncated" in str(error) or is_cut_short(kind, data)
        raise Refusal(f"photo.refused.{'truncated' if cut else 'unreadable'}") from error
    return Photo(image, judge(image))


def judge(image: Image.Image) -> tuple[str, ...]:
    """What is wrong with the RGB `image` as a photo of an artwork, mildly: night pieces and mists are neither."""
    grey = _grey(image, 384)
    low, high, top = np.percentile(grey, (5, 95, 99.5))
    colour = np.asarray(image.resize((48, 48), Image.Resampling.BOX), dtype=np.float32)
    spread = np.diff(np.percentile(colour, (3, 97), axis=(0, 1)), axis=0)
    blank = bool(spread.max() < 14 and high - low < 16)
    found = {
        "dark": high < 60 and top < 110 and grey.mean() < 32,
        "bright": low > 190 and grey.mean() > 236,
        "blurred": not blank and min(image.size) >= 64 and sharpness(image) < 0.47,
        "small": min(image.size) < 200,
        "blank": blank,
    }
    return tuple(name for name, is_so in found.items() if is_so)


def sharpness(image: Image.Image) -> float:
    """How much of the detail in the sharper tiles of `image` another blur would take away, 0 to 1.

    After Crété and others, "The blur effect" (2007): blurring what is blurred already changes little. Over 8 × 8
    tiles, so that a crisp figure before a smooth sky counts as crisp; in four directions, as a moving hand blurs one.
    """
    grey = _grey(image, 512)
    soft: _Plane = cv2.GaussianBlur(grey, (0, 0), 1.5).astype(np.float32)
    return min(_loss(_change(grey, *step), _change(soft, *step)) for step in ((0, 1), (1, 0), (1, 1), (1, -1)))


_Plane = npt.NDArray[np.float32]


def _change(plane: _Plane, down: int, right: int) -> _Plane:
    height, width = plane.shape
    here = plane[: height - down, max(0, -right) : width - max(0, right)]
    there = plane[down:, max(0, right) : width + min(0, right)]
    change: _Plane = np.abs(there - here)
    return change


def _loss(before: _Plane, after: _Plane) -> float:
    losses = [
        float((tile - np.minimum(tile, softer)).mean() / tile.mean())
        for tile, softer in zip(_tiles(before), _tiles(after), strict=True)
        if tile.size and tile.mean() > 0.5
    ]
    return float(np.percentile(losses, 90)) if losses else 0.0


def _tiles(plane: _Plane) -> list[_Plane]:
    return [tile for row in np.array_split(plane, 8, 0) for tile in np.array_split(row, 8, 1)]


def _grey(image: Image.Image, longest: int) -> _Plane:
    small = image.convert("L")
    small.thumbnail((longest, longest), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def _heed_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Refusal("photo.refused.too_many_pixels", limit=MAX_PIXELS // 1_000_000)


def _plain(opened: Image.Image) -> Image.Image:
    """`opened` upright, small enough, in sRGB, on white where it is clear, with no metadata."""
    scale = max(1, max(opened.size) // LONGEST_SIDE)
    opened.draft(None, (opened.width // scale, opened.height // scale))
    opened.load()
    profile = opened.info.get("icc_profile")
    turn = _orientation(opened)
    image = _eight_bits(opened)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BICUBIC, reducing_gap=2)
    image = _on_white(_to_srgb(image, profile))
    if turn is not None:
        image = image.transpose(turn)
    return Image.fromarray(np.array(image))


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _orientation(opened: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(opened.getexif().get(0x0112, 1))
    except Exception:  # damaged metadata is no reason to lose the picture
        return None


def _eight_bits(opened: Image.Image) -> Image.Image:
    """`opened` in a mode that can be resized smoothly: L, RGB, RGBA, CMYK or LAB."""
    mode = opened.mode
    if mode.startswith("I") or mode == "F":
        values = np.nan_to_num(np.asarray(opened, dtype=np.float32))
        lowest, highest = float(values.min()), float(values.max())
        if mode.startswith("I") and lowest >= 0 and highest <= 65535:
            lowest, highest = 0.0, 65535.0
        return Image.fromarray(((values - lowest) * (255 / max(highest - lowest, 1e-6))).astype(np.uint8))
    if mode in {"L", "RGB", "RGBA", "CMYK", "LAB"} and "transparency" not in opened.info:
        return opened
    if mode in {"LA", "La", "PA", "RGBa"} or "transparency" in opened.info:
        return opened.convert("RGBA")
    return opened.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "LAB":
        return (
            ImageCms.profileToProfile(
                image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            or image
        )
    if profile:
        clear = image.getchannel("A") if image.mode == "RGBA" else None
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            seen = ImageCms.profileToProfile(
                image.convert("RGB") if clear else image,
                source,
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except Exception:  # a damaged or foreign profile: the colours as they are do better than none
            seen = None
        if seen is not None:
            if clear:
                seen.putalpha(clear)
            return seen
    return image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    return white.convert("RGB")

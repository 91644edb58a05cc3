import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from ekphrasis.photo import LONGEST_SIDE, MAX_BYTES, Photo, judge, take
from ekphrasis.refusal import Refusal
from ekphrasis.words import catalogue, say


def picture(width: int = 480, height: int = 360) -> Image.Image:
    """Red above on the left, blue below, with crisp detail."""
    rng = np.random.default_rng(3)
    pixels = np.zeros((height, width, 3), np.float32)
    pixels[:] = (60, 90, 190)
    pixels[: height // 2, : width // 2] = (210, 50, 40)
    pixels += np.kron(rng.normal(0, 22, (height // 6 + 1, width // 6 + 1, 1)), np.ones((6, 6, 1)))[:height, :width]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def corner_colours(image: Image.Image) -> tuple[str, str]:
    """Which of red, green, blue is strongest in the upper left and in the lower right."""
    width, height = image.size
    names = []
    for at in (0, 1):
        left, top = at * width * 3 // 4, at * height * 3 // 4
        mean = np.asarray(image.crop((left, top, left + width // 4, top + height // 4))).mean(axis=(0, 1))
        names.append(("red", "green", "blue")[int(mean.argmax())])
    return names[0], names[1]


def refusal_for(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        take(data)
    assert say(caught.value.key, **caught.value.facts)
    return caught.value


KINDS = [
    ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"),
    ("PNG", "RGBA"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("AVIF", "RGB"), ("HEIF", "RGB"), ("TIFF", "RGB"),
    ("TIFF", "CMYK"), ("TIFF", "LAB"), ("TIFF", "F"), ("GIF", "P"), ("BMP", "RGB"), ("MPO", "RGB"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "mode"), KINDS)
def test_what_cameras_and_museums_give_is_taken(kind: str, mode: str) -> None:
    image = picture()
    if mode == "LAB":
        image = ImageCms.profileToProfile(
            image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
    photo = take(written(image.convert(mode), kind))
    assert photo.image.mode == "RGB"
    assert photo.image.size == (480, 360)
    if mode in {"RGB", "RGBA", "CMYK", "LAB", "P"}:
        assert corner_colours(photo.image) == ("red", "blue")
    assert "blank" not in photo.judgements


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_light(kind: str) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256), (256, 1)).astype(np.uint16)
    image = np.asarray(take(written(Image.fromarray(ramp), kind)).image)
    assert image[128, 2].max() < 8
    assert abs(int(image[128, 128, 0]) - 128) < 4
    assert image[128, 253].min() > 247


def test_what_is_clear_is_white() -> None:
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    assert take(written(clear, "PNG")).image.getpixel((150, 150)) == (255, 255, 255)
    palette = Image.new("P", (300, 300), 0)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    assert take(written(palette, "GIF", transparency=0)).image.getpixel((150, 150)) == (255, 255, 255)


def test_the_first_frame_of_many() -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue", "green")]
    data = written(frames[0], "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = take(data).image.getpixel((9, 9))
    assert red > 200 and blue < 50


@pytest.mark.parametrize(("turn", "corners"), [(1, ("red", "blue")), (3, ("blue", "red")), (6, ("blue", "blue"))])
def test_it_is_turned_upright(turn: int, corners: tuple[str, str]) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    image = take(written(picture(), "JPEG", exif=exif, quality=95)).image
    assert image.size == ((360, 480) if turn == 6 else (480, 360))
    assert corner_colours(image) == corners


def test_nothing_but_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    image = take(written(picture(), "JPEG", exif=exif, comment=b"secret", dpi=(300, 300))).image
    assert image.info == {} and not image.getexif()


def test_an_embedded_profile_is_heeded_and_a_broken_one_is_not() -> None:
    # A display whose red and blue are swapped: told apart from sRGB by any reader that heeds it.
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    red = Image.new("RGB", (300, 300), (230, 10, 10))
    assert swapped != srgb
    seen = take(written(red, "PNG", icc_profile=swapped)).image.getpixel((9, 9))
    assert seen[2] > 150 > seen[0]
    assert take(written(red, "PNG", icc_profile=b"no profile at all")).image.getpixel((9, 9)) == (230, 10, 10)


def test_the_longest_side_is_bounded_and_the_shape_kept() -> None:
    assert take(written(picture(4000, 2000), "JPEG")).image.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert take(written(Image.new("L", (9000, 2), 90), "PNG")).image.size[0] == LONGEST_SIDE
    assert take(written(Image.new("RGB", (1, 1)), "PNG")).image.size == (1, 1)


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header promises width × height grey pixels, and that holds next to none."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(90))) + chunk(b"IEND", b"")
    )


def tiff_of(width: int, height: int) -> bytes:
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, height), (279, 64)]
    return (
        b"II*\x00\x08\x00\x00\x00"
        + struct.pack("<H", len(tags))
        + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        + bytes(4)
    )


def webp_of(width: int, height: int) -> bytes:
    head = b"\x10\x00\x00\x00" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + head
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_lossless_of(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    body = b"WEBPVP8L" + struct.pack("<I", 20) + b"\x2f" + struct.pack("<I", bits) + bytes(15)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_of(width: int, height: int) -> bytes:
    size = struct.pack("<HH", width, height)
    return b"GIF89a" + size + b"\x80\x00\x00" + bytes(6) + b"," + bytes(4) + size + b"\x00\x02\x02\x44\x01\x00;"


@pytest.mark.parametrize(
    "data",
    [
        png_of(50_000, 50_000), png_of(2**31 - 1, 2**31 - 1), tiff_of(60_000, 60_000), webp_of(16_000, 16_000),
        webp_of(2**24, 2**24), webp_lossless_of(16_384, 16_384), gif_of(65_535, 65_535),
    ],
    ids=["png", "huge-png", "tiff", "webp", "huge-webp", "lossless-webp", "gif"],
)  # fmt: skip
def test_a_bomb_is_refused_before_it_unfolds(data: bytes) -> None:
    began = time.process_time()  # of this process alone, however busy the machine is
    assert refusal_for(data).key == "photo.refused.too_many_pixels"
    assert time.process_time() - began < 1


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    data = written(picture(), "JPEG", progressive=True)
    scan = data.rindex(b"\xff\xda")
    endless = data[:scan] + data[scan:-2] * 500 + data[-2:]
    assert refusal_for(endless).key == "photo.refused.unreadable"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF"])
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_half_a_photo_is_refused(kind: str, part: float) -> None:
    data = written(picture(), kind)
    assert refusal_for(data[: int(len(data) * part)]).key == "photo.refused.truncated"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff" + bytes(MAX_BYTES), "too_large"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "not_a_photo.pdf"),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<html><body>Hello</body></html>", "not_a_photo.web_page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "not_a_photo.svg"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "not_a_photo.video"),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00", "not_a_photo.video"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "not_a_photo.sound"),
        ("Caf\u00e9 at night, a note to myself".encode(), "not_a_photo.text"),
        ("A note in another encoding".encode("utf-16"), "not_a_photo.text"),
        (("\u00e9" * 5000).encode(), "not_a_photo.text"),
        (b"PK\x03\x04\x14\x00", "not_a_photo.bundle"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_a_photo.picture"),
        (b"8BPS\x00\x01", "not_a_photo.picture"),
        (np.random.default_rng(1).bytes(5000), "not_a_photo.unknown"),
        (bytes(5000), "not_a_photo.unknown"),
        (b"\xff\xd8", "truncated"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100) + b"IEND", "unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_is_named(data: bytes, key: str) -> None:
    assert refusal_for(data).key == f"photo.refused.{key}"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF", "BMP"])
def test_damaged_files_end_in_a_photo_or_a_sentence(kind: str) -> None:
    whole = written(picture(96, 72), kind)
    rng = np.random.default_rng(11)
    taken = 0
    for _ in range(60):
        data = bytearray(whole)
        reach = len(data) if rng.random() < 0.5 else min(200, len(data))
        for at in rng.integers(0, reach, rng.integers(1, 9)):
            data[at] ^= 1 << int(rng.integers(8))
        try:
            assert isinstance(take(bytes(data)), Photo)
            taken += 1
        except Refusal as refusal:
            assert refusal.key in catalogue()
    assert taken < 60


def test_every_refusal_and_judgement_has_its_sentence() -> None:
    for name in ("dark", "bright", "blurred", "small", "blank"):
        assert say(f"photo.judged.{name}").count(".") >= 2


def test_a_good_photo_is_not_judged() -> None:
    assert judge(picture()) == ()


@pytest.mark.parametrize("blur", [3, 8])
def test_a_blurred_photo_is_judged_so(blur: int) -> None:
    import cv2

    soft = cv2.GaussianBlur(np.asarray(picture(1200, 900)), (0, 0), blur * 2)
    assert judge(Image.fromarray(soft)) == ("blurred",)


def test_dark_bright_small_and_blank_photos_are_judged_so() -> None:
    pixels = np.asarray(picture()).astype(np.float32)
    assert judge(Image.fromarray((pixels * 0.1).astype(np.uint8))) == ("dark",)
    assert judge(Image.fromarray(np.clip(pixels * 2 + 205, 0, 255).astype(np.uint8))) == ("bright",)
    assert judge(picture(150, 120)) == ("small",)
    wall = np.random.default_rng(0).normal(128, 3, (300, 400, 3)).astype(np.uint8)
    assert judge(Image.fromarray(wall)) == ("blank",)
    assert judge(Image.new("RGB", (400, 300))) == ("dark", "blank")


def test_a_photo_of_a_page_is_taken_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    file = tmp_path / "poster.pdf"
    file.write_bytes(written(picture(), "PNG"))
    assert take(file.read_bytes()).image.size == (480, 360)

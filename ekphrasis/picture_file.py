"""What the bytes of a picture file tell before anyone decodes them: its kind, its size, whether the end is missing."""

import codecs
import re
import struct
from collections.abc import Iterator

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def kind_of(data: bytes) -> str:
    """The kind of file by its first bytes: a format as Pillow names it, or a name under `photo.refused.not_a_photo`."""
    head = data[:4096]
    for start, kind in (
        (b"\xff\xd8", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF8", "GIF"),
        (b"II*\x00", "TIFF"),
        (b"MM\x00*", "TIFF"),
        (b"II+\x00", "TIFF"),
        (b"MM\x00+", "TIFF"),
        (b"BM", "BMP"),
        (b"PK\x03\x04", "bundle"),
        (b"\x1a\x45\xdf\xa3", "video"),
        (b"\x00\x00\x01\xba", "video"),
        (b"ID3", "sound"),
        (b"fLaC", "sound"),
        (b"OggS", "sound"),
        (b"8BPS", "picture"),
        (b"%!PS", "picture"),
        (b"\xff\x0a", "picture"),
        (b"\x00\x00\x00\x0cJXL ", "picture"),
        (b"\x00\x00\x00\x0cjP  ", "picture"),
        (b"\x00\x00\x01\x00", "picture"),
    ):
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF"):
        return {b"WEBP": "WEBP", b"AVI ": "video", b"WAVE": "sound"}.get(head[8:12], "unknown")
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4]), 256), 4))}
        return "AVIF" if brands & {b"avif", b"avis"} else "HEIF" if brands & _HEIF_BRANDS else "video"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return _of_text(head)


def _of_text(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in head and not wide:
        return "unknown"
    try:
        text = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")().decode(head).lower()
    except UnicodeDecodeError:
        return "unknown"
    if "<svg" in text:
        return "svg"
    if "<html" in text or "<!doctype html" in text:
        return "web_page"
    return "text" if all(letter.isprintable() or letter.isspace() for letter in text) else "unknown"


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height as a WebP's first chunk tells them; (0, 0) where it tells none."""
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        return 0, 0
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def jpeg_markers(data: bytes) -> Iterator[int]:
    """The markers of the JPEG's first picture; the last is 0xD9 unless the file is cut short."""
    at = 2
    while match := _JPEG_MARKER.search(data, at):
        marker = data[match.start() + 1]
        yield marker
        if marker == 0xD9:
            return
        at = match.end() + int.from_bytes(data[match.end() : match.end() + 2])


def is_cut_short(kind: str, data: bytes) -> bool:
    """Whether the container in `data` promises more bytes than there are."""
    match kind:
        case "JPEG":
            return 0xD9 not in jpeg_markers(data)
        case "PNG":
            return b"IEND" not in data
        case "WEBP":
            return len(data) < 8 + int.from_bytes(data[4:8], "little")
        case "AVIF" | "HEIF":
            at = 0
            while at + 8 <= len(data) and (size := int.from_bytes(data[at : at + 4])) >= 8:
                at += size
            return at > len(data) or 0 < len(data) - at < 8
        case "GIF":
            return not data.rstrip(b"\x00").endswith(b";")
    return False

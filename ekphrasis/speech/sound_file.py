"""A reading as a file."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..refusal import Refusal
from .utterance import RATE, Spoken

_FORMATS = {".wav": ("WAV", "PCM_16"), ".ogg": ("OGG", "VORBIS"), ".flac": ("FLAC", "PCM_16")}
_BLOCK = RATE


def heed_place(path: Path) -> None:
    """Raises now what `sound_file` would raise for `path` once the reading is made, as far as that can be known."""
    _format(path)
    if path.is_dir():
        raise IsADirectoryError(path)
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(path.parent)


def sound_file(spoken: Sequence[Spoken], path: Path) -> None:
    """Write a reading to `path`: WAV, OGG or FLAC by its suffix. The file is there whole or not at all.

    Raises Refusal for another suffix, OSError where it cannot be written.
    """
    import soundfile

    container, coding = _format(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem[:80]}-", suffix=path.suffix, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            sound = np.concatenate([np.zeros(0, np.float32), *(each.samples for each in spoken)])
            with soundfile.SoundFile(file, "w", RATE, 1, coding, format=container) as writer:
                # Vorbis' encoder overflows its stack when given minutes at once.
                for at in range(0, len(sound), _BLOCK):
                    writer.write(sound[at : at + _BLOCK])
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, soundfile.LibsndfileError):
            raise OSError(str(error)) from error
        raise


def _format(path: Path) -> tuple[str, str]:
    if path.suffix.lower() not in _FORMATS:
        raise Refusal("speech.unknown_format", suffix=path.suffix or path.name)
    return _FORMATS[path.suffix.lower()]


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

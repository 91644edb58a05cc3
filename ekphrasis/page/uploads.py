"""Where a photo lies between its sending and its reading, and nowhere longer.

Gradio writes what is sent to it into a folder. Ours is made for this process alone: a photo is removed as soon
as its bytes are in memory, the folder when the process ends. What a killed process left, its folder too, and what
was sent and never asked about, is removed after a minute by whichever companion runs.
"""

import atexit
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from ..refusal import Refusal

_PREFIX = "ekphrasis-photos-"
_UNCLAIMED_SECONDS = 60.0


def make_folder() -> Path:
    """A private folder for this process, known to Gradio, which reads its place from the environment."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def take_bytes(folder: Path, sent: object) -> bytes:
    """The bytes of the photo that `sent` (Gradio's file value) points to; its file is removed.

    The path is the client's word: only a file inside `folder` is opened. Raises Refusal otherwise.
    """
    path = sent.get("path") if isinstance(sent, dict) else None
    if not isinstance(path, str):
        raise Refusal("page.trouble.not_uploaded")
    file = Path(path).resolve()
    if not (file.is_relative_to(folder) and file.is_file()):
        raise Refusal("page.trouble.not_uploaded")
    try:
        return file.read_bytes()
    finally:
        shutil.rmtree(file.parent, ignore_errors=True) if file.parent != folder else file.unlink()


def sweep(older_than: float = _UNCLAIMED_SECONDS) -> None:
    """Remove what lies in any companion's folder, and the folder, untouched for more than `older_than` seconds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        for place in (*folder.rglob("*"), folder):
            try:
                if time.time() - place.stat().st_mtime > older_than:
                    place.rmdir() if place.is_dir() else place.unlink()
            except OSError:
                continue  # it is not empty or not ours, or another companion was quicker


def keep_swept(folder: Path) -> None:
    """Sweep now and from time to time, until the process ends; `folder` is this process's own."""

    def run() -> None:
        while True:
            # A sign of life: a folder that goes untouched is taken for a dead companion's.
            folder.mkdir(mode=0o700, exist_ok=True)
            os.utime(folder)
            sweep()
            time.sleep(_UNCLAIMED_SECONDS / 4)

    threading.Thread(target=run, name="sweep-photos", daemon=True).start()

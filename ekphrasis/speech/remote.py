"""The parent's side of a voice that lives in a process of its own."""

import json
import os
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import BinaryIO

import numpy as np

from .utterance import Samples
from .voice import VoiceDied

LINE_LIMIT = 20.0
"""Seconds after which a line in the making counts as a death."""
START_LIMIT = 60.0
"""The same for the engine's start, which a cold disk makes slow."""

_ROOT = Path(__file__).parents[2]


class Remote:
    """A voice whose engine runs in a worker process, started when first needed and again after each death.

    Lines of several readings take turns: whoever asks waits for at most one line of each other reading.
    """

    def __init__(
        self, name: str, version: str, languages: frozenset[str], threads: int = 2, line_limit: float = LINE_LIMIT
    ) -> None:
        self.name = name
        self.version = version
        self.languages: frozenset[str] | None = languages
        self._threads = threads
        self._line_limit = line_limit
        self._turn = threading.Lock()
        self._starting = threading.Lock()
        self._process: _Process | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the worker, where one has been started."""
        return self._process.pid if self._process else None

    def warm(self) -> None:
        self._started()

    def speak(self, text: str, lang: str) -> Samples:
        with self._turn:
            process = self._started()
            try:
                return process.ask(text, lang, self._line_limit)
            except VoiceDied:
                with self._starting:
                    process.end()
                    if self._process is process:
                        self._process = None
                raise

    def close(self) -> None:
        with self._starting:
            self._closed = True
            if self._process:
                self._process.end()
                self._process = None

    def _started(self) -> "_Process":
        with self._starting:
            if self._closed:
                raise VoiceDied
            if self._process is None:
                self._process = _Process(self.name, self._threads)
            return self._process


class _Process:
    def __init__(self, name: str, threads: int) -> None:
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "ekphrasis.speech.worker", name, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
            # Control and C at the terminal is for the parent, which then ends its voice itself.
            start_new_session=True,
        )
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self.pid = self._popen.pid
        self._requests = self._popen.stdin
        self._answers: SimpleQueue[Samples | None] = SimpleQueue()
        self._ready = False
        self._ended = False
        threading.Thread(target=self._listen, args=(self._popen.stdout,), daemon=True).start()

    def ask(self, text: str, lang: str, limit: float) -> Samples:
        if not self._ready:
            self._answer(START_LIMIT)
            self._ready = True
        try:
            self._requests.write(json.dumps([text, lang]).encode() + b"\n")
            self._requests.flush()
        except (OSError, ValueError) as error:
            raise VoiceDied from error
        return self._answer(limit)

    def end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._popen.kill()
        self._popen.wait()
        # Closing flushes a request that nobody reads any more.
        with suppress(OSError):
            self._requests.close()

    def _answer(self, limit: float) -> Samples:
        try:
            samples = self._answers.get(timeout=limit)
        except Empty as error:
            raise VoiceDied from error
        if samples is None:
            raise VoiceDied
        return samples

    def _listen(self, answers: BinaryIO) -> None:
        with answers:
            while len(head := answers.read(4)) == 4:
                size = 4 * struct.unpack("<I", head)[0]
                sound = answers.read(size)
                if len(sound) < size:
                    break
                self._answers.put(np.frombuffer(sound, "<f4").astype(np.float32))
        self._answers.put(None)

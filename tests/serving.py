"""The companion as a docent starts it: one `python app.py` process, with folders and a port of its own."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def patience() -> float:
    """How much longer than alone a thing may take, on a machine that does other work too."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started deaf to it


class Served:
    """`folder/data` is its data folder and `folder/tmp` where the system would let it lay temporary files."""

    def __init__(self, folder: Path, *options: str, script: str = "app.py") -> None:
        self.folder = folder
        self.options = options
        self.script = script
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = folder / "app.log"
        for name in ("data", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def start(self) -> float:
        """Start it; the seconds until its page answered."""
        begun = time.monotonic()
        environment = os.environ | {
            "EKPHRASIS_DATA_FOLDER": str(self.folder / "data"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(ROOT),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, self.script, "--port", str(self.port), *self.options],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_heed_interrupts,
            )
        while time.monotonic() - begun < 60:
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
                return time.monotonic() - begun
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.05)
        raise AssertionError(f"no page after a minute:\n{self.log.read_text()}")

    def wake(self) -> None:
        """Wait until model, collection and voice are loaded, by asking once as the page does."""
        first = self.ask("find_sample", [_first_sample(), "wake"])[-1]
        assert first["stage"] == "ready", f"{first}\n{self.log.read_text()}"
        poem = first["reading"]["poem"]
        urllib.request.urlopen(f"{self.url}speech/{poem['id']}/0", timeout=60).close()

    def ask(self, name: str, data: list[object]) -> list[dict]:
        """Every state that the endpoint `name` streams for `data`."""
        call = f"{self.url}gradio_api/call/{name}"
        body = urllib.request.Request(call, json.dumps({"data": data}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(body, timeout=60) as reply:
            event = json.load(reply)["event_id"]
        states: list[dict] = []
        with urllib.request.urlopen(f"{call}/{event}", timeout=120) as stream:
            for line in stream:
                if line.startswith(b"data: ") and (value := json.loads(line[6:])) and isinstance(value[0], dict):
                    states.append(value[0])
        return states

    def files(self) -> list[Path]:
        """Everything that lies in its two folders now."""
        return [file for name in ("data", "tmp") for file in (self.folder / name).rglob("*") if file.is_file()]

    def holding(self, marker: bytes) -> list[Path]:
        """The files in which `marker`, some bytes of a photo, can be found."""
        holding = []
        for file in self.files():
            with suppress(FileNotFoundError):  # removed meanwhile, as it should be
                if marker in file.read_bytes():
                    holding.append(file)
        return holding

    def kill(self) -> None:
        """As a power cut would: at once, with all that it had started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """As a shutdown would, or with SIGINT as Control and C."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
                raise


@cache
def _first_sample() -> str:
    from ekphrasis.samples import samples

    return samples()[0].id


@cache
def the_companion() -> tuple[Served, float]:
    """The one that most tests share, awake, and the seconds that its page took to answer."""
    folder = Path(tempfile.mkdtemp(prefix="ekphrasis-tests-"))
    companion = Served(folder)
    seconds = companion.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(companion.end)
    companion.wake()
    return companion, seconds


@pytest.fixture(scope="session")
def companion() -> Served:
    """A companion that is awake."""
    return the_companion()[0]


@pytest.fixture
def own_companion(companion: Served, tmp_path: Path) -> Iterator[Served]:
    """One more, not started yet, that a test may ill-treat; its poems are encoded already."""
    shutil.copytree(companion.folder / "data", tmp_path / "data")
    own = Served(tmp_path)
    yield own
    if hasattr(own, "process") and own.process.poll() is None:
        own.kill()

"""A screen that nobody sees, a session bus, Orca and Chromium on them, and hands that press real keys."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import Page, Playwright
from serving import free_port

ORCA = Path(__file__).parent / "orca"
QUIET = 1.0
"""Seconds without a word after which Orca has said what it had to say."""
PATIENCE = 3.0
"""Seconds within which its first word comes, if any comes."""

_CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --no-default-browser-check"
    " --disable-background-networking --disable-component-update --disable-sync"
    " --disable-features=Translate,MediaRouter --password-store=basic"
    " --force-renderer-accessibility --lang=en-GB --window-size=1280,900 --window-position=0,0"
)


class Screen:
    """Starts everything when entered and ends it when left. `said` is the transcript so far."""

    def __init__(self, folder: Path, playwright: Playwright) -> None:
        self._folder = folder
        self._playwright = playwright
        self._processes: list[subprocess.Popen[bytes]] = []
        self._transcript = folder / "transcript.tsv"
        self._debugging = free_port()
        for name in ("home", "run", "orca"):
            (folder / name).mkdir(mode=0o700)
        for file in ORCA.glob("*.py"):
            shutil.copy(file, folder / "orca")
        self._environment = os.environ | {
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "GSETTINGS_BACKEND": "memory",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "GTK_MODULES": "gail:atk-bridge",
            "NO_AT_BRIDGE": "0",
            "ACCESSIBILITY_ENABLED": "1",
            "EKPHRASIS_TRANSCRIPT": str(self._transcript),
        }

    def __enter__(self) -> "Screen":
        try:
            self._open()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def said(self) -> list[str]:
        return [line.split("\t", 1)[1] for line in self._lines()]

    def browse(self, url: str) -> Page:
        """Open Chromium at `url`, as a person would from the desktop."""
        self._start(
            "/usr/bin/chromium",
            *_CHROMIUM.split(),
            f"--remote-debugging-port={self._debugging}",
            f"--user-data-dir={self._folder / 'profile'}",
            url,
        )
        door = f"http://127.0.0.1:{self._debugging}"
        return self._eventually(lambda: self._playwright.chromium.connect_over_cdp(door)).contexts[0].pages[0]

    def press(self, key: str) -> None:
        """One real key press, by its X name."""
        subprocess.run(["xdotool", "key", "--clearmodifiers", key], env=self._environment, check=True, timeout=20)

    def settle(self, since: int, longest: float = 15) -> None:
        """Wait until Orca is quiet, having said something after the first `since` lines or having nothing to say."""
        begun = changed = time.monotonic()
        lines = since
        while time.monotonic() - begun < longest:
            if len(self._lines()) != lines:
                lines, changed = len(self._lines()), time.monotonic()
            if time.monotonic() - changed > (QUIET if lines > since else PATIENCE):
                return
            time.sleep(0.05)

    def hears(self, text: str, after: int = 0, longest: float = 30) -> bool:
        """Whether `text` is said, in the transcript's lines from `after` on, within `longest` seconds."""
        until = time.monotonic() + longest
        while time.monotonic() < until:
            if any(text in line for line in self.said[after:]):
                return True
            time.sleep(0.05)
        return False

    def _lines(self) -> list[str]:
        if not self._transcript.exists():
            return []
        return [line for line in self._transcript.read_text(encoding="utf-8").splitlines() if "\t" in line]

    def _open(self) -> None:
        self._environment["DISPLAY"] = self._open_display()
        bus = self._start("dbus-daemon", "--session", "--nofork", "--print-address=1", read=True)
        assert bus.stdout is not None
        self._environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        self._start("openbox")
        self._start("/usr/libexec/at-spi-bus-launcher", "--launch-immediately", "--a11y=1", "--screen-reader=1")
        time.sleep(1)
        self._start("orca", "--user-prefs", str(self._folder / "orca"), "--disable", "braille")
        self._eventually(lambda: self.said[0])
        self.settle(since=0)

    def _open_display(self) -> str:
        read, write = os.pipe()
        self._start("Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp", keep=write)
        os.close(write)
        with os.fdopen(read) as number:
            return f":{number.readline().strip()}"

    def _start(self, *command: str, read: bool = False, keep: int | None = None) -> subprocess.Popen[bytes]:
        with (self._folder / f"{Path(command[0]).name}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                env=self._environment,
                stdout=subprocess.PIPE if read else log,
                stderr=log,
                pass_fds=() if keep is None else (keep,),
            )
        self._processes.append(process)
        return process

    def _eventually(self, attempt: Callable[[], Any]) -> Any:
        until = time.monotonic() + 40
        while True:
            try:
                return attempt()
            except Exception:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

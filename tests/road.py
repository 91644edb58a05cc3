"""A slow road between browser and companion: a proxy that keeps the events of a search apart, or holds them back."""

import contextlib
import re
import socket
import threading
import time

_EVENT = re.compile(rb"event: (generating|complete)")


class Road:
    """Everything passes at once but the states of a search: these come `pace` seconds apart, and all after the first
    wait while the road is held."""

    def __init__(self, port: int) -> None:
        self.pace = 0.0
        self._port = port
        self._free = threading.Event()
        self._free.set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}/"
        threading.Thread(target=self._receive, daemon=True).start()

    def hold(self) -> None:
        self._free.clear()

    def let_go(self) -> None:
        self._free.set()

    def close(self) -> None:
        self.let_go()
        self._door.close()

    def _receive(self) -> None:
        while True:
            try:
                browser, _ = self._door.accept()
            except OSError:
                return
            try:
                companion = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                browser.close()
                continue
            for source, target, slow in ((browser, companion, False), (companion, browser, True)):
                threading.Thread(target=self._carry, args=(source, target, slow), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, slow: bool) -> None:
        events = 0
        try:
            while data := source.recv(65536):
                for piece in re.split(rb"(?<=\n\n)", data) if slow else [data]:
                    if b"HTTP/1.1 200" in piece:
                        events = 0
                    if slow and _EVENT.search(piece):
                        if events:
                            time.sleep(self.pace)
                            self._free.wait()
                        events += 1
                    target.sendall(piece)
        except OSError:
            pass
        finally:
            for end in (source, target):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

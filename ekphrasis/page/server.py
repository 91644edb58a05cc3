"""The page served: our document, its files and its sound, on Gradio's Server mode.

Server mode leaves the document to us (its `lang`, its title, its headers) and keeps what Gradio is good at: the
queue, streaming, uploads and the client.
"""

import errno
import io
import logging
import mimetypes
import os
import signal
import socket
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy
import soundfile

from ..companion import Cancelled, Companion
from ..photo import MAX_BYTES
from ..refusal import Refusal
from ..samples import find_sample, samples
from ..settings import Settings
from ..speech import EARCONS, RATE, earcon
from ..words import catalogue, say
from . import uploads
from .endpoints import Endpoints

_log = logging.getLogger(__name__)
_STATIC = Path(__file__).parent / "static"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:;"
        " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def open_page(settings: Settings) -> None:
    """Serve the page until the process is told to end.

    The page answers before model and voice are loaded: a photo sent in the meantime waits for them, and its
    sender is told so. Raises Refusal where the address cannot be served on or the voice is unknown.
    """
    host = settings.host.strip("[]")
    _heed_address(host, settings.port)
    _end_in_order()
    bracketed = f"[{host}]" if ":" in host else host  # as addresses of the sixth version stand in a URL
    photos = uploads.make_folder()
    with Companion(settings) as companion:
        companion.speaker.warm()  # first, in its own process; a name that no voice has is refused here
        server = _server(companion, photos)
        try:
            server.launch(
                server_name=bracketed,
                server_port=settings.port,
                max_file_size=MAX_BYTES + 1,  # one more, so that the photo's own sentence tells what is too large
                prevent_thread_lock=True,
                quiet=True,
                share=False,  # whatever GRADIO_SHARE says: that is a tunnel to another host
                run_history=False,
                footer_links=[],
                ssr_mode=False,
                _frontend=False,
            )
        except OSError as error:
            raise Refusal("app.port_taken", port=settings.port) from error
        print(say("app.open", url=f"http://{bracketed}:{settings.port}/"), flush=True)
        if host not in _LOOPBACK:
            print(say("app.open_to_others"), flush=True)
        uploads.keep_swept(photos)
        ending = threading.Event()
        _wake(companion, ending)
        try:
            threading.Event().wait()
        finally:
            ending.set()


def _heed_address(host: str, port: int) -> None:
    """Gradio tells one error for all that can be wrong with an address; a person can put it right only if told which.

    Raises Refusal where nobody could serve on `host` and `port` now.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as door:
            if os.name == "posix":  # elsewhere this would let two programs share the port
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
    except (socket.gaierror, UnicodeError) as error:
        raise Refusal("app.bad_host", host=host) from error
    except PermissionError as error:
        raise Refusal("app.port_forbidden", port=port) from error
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise Refusal("app.port_taken" if taken else "app.bad_host", port=port, host=host) from error


def _end_in_order() -> None:
    """Let Control and C, a shutdown or a closed terminal end the process alike, photos and voice taken along."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _wake(companion: Companion, ending: threading.Event) -> None:
    """Load what the first photo will need, and the voice beside it, while the visitor reads the page."""

    def load() -> None:
        try:
            companion.prepare(cancelled=ending)
        except Cancelled:
            pass
        except Refusal as refusal:
            _log.error(say(refusal.key, **refusal.facts))

    threading.Thread(target=load, name="wake-companion", daemon=True).start()


def _server(companion: Companion, photos: Path) -> Any:
    import gradio
    from fastapi.responses import HTMLResponse, JSONResponse, Response

    server = gradio.Server(docs_url=None, redoc_url=None, openapi_url=None)
    endpoints = Endpoints(companion, photos)
    server.api(endpoints.find, name="find", concurrency_limit=2)
    server.api(endpoints.find_sample, name="find_sample", concurrency_limit=2)
    server.api(endpoints.choose, name="choose", concurrency_limit=4)
    server.api(endpoints.stop, name="stop", queue=False)
    server.api(endpoints.read, name="read", concurrency_limit=1)
    document = _document(companion.settings)
    troubles: SimpleQueue[str] = SimpleQueue()
    companion.on_trouble = troubles.put

    @server.get("/", response_class=HTMLResponse)
    def page() -> HTMLResponse:
        return HTMLResponse(document, headers=_HEADERS)

    @server.get("/page/{name}")
    def static(name: str) -> Response:
        file = _STATIC / name
        if file.parent != _STATIC or not file.is_file() or file.suffix not in {".js", ".css", ".svg"}:
            return Response(status_code=404)
        kind = mimetypes.guess_type(name)[0] or "text/javascript"
        return Response(file.read_bytes(), media_type=kind, headers=_HEADERS | {"Cache-Control": "no-cache"})

    @server.get("/sample/{name}")
    def sample(name: str) -> Response:
        found = find_sample(name)
        if found is None:
            return Response(status_code=404)
        return Response(found.path.read_bytes(), media_type="image/webp", headers=_HEADERS)

    @server.get("/earcon/{name}")
    def sound(name: str) -> Response:
        if name not in EARCONS:
            return Response(status_code=404)
        return Response(_wave(earcon(name), RATE), media_type="audio/wav", headers=_HEADERS)

    @server.get("/speech/{poem_id}/{number}")
    def speech(poem_id: str, number: int) -> Response:
        """One utterance of a poem as WAV; `Ekphrasis-Told` carries what the visitor must be told of the voice."""
        try:
            poem = companion.collection.poem(poem_id)
            if poem is None or not 0 <= number < len(companion.utterances(poem)):
                return JSONResponse({"alert": say("page.trouble.no_such_poem")}, status_code=404)
            spoken = companion.line(poem, number)
        except Refusal as refusal:
            return JSONResponse({"alert": say(refusal.key, **refusal.facts)}, status_code=503)
        except Cancelled:
            return Response(status_code=503)
        except Exception:
            _log.exception("a line could not be spoken")
            return JSONResponse({"alert": say("page.trouble.no_sound")}, status_code=503)
        told = _told(troubles)
        return Response(
            _wave(spoken.samples, RATE),
            media_type="audio/wav",
            headers=_HEADERS | {"Cache-Control": "no-store", **({"Ekphrasis-Told": told} if told else {})},
        )

    return server


def _wave(samples: "numpy.ndarray", rate: int) -> bytes:
    wave = io.BytesIO()
    soundfile.write(wave, samples, rate, format="WAV", subtype="PCM_16")
    return wave.getvalue()


def _told(troubles: SimpleQueue[str]) -> str:
    sentences: list[str] = []
    while True:
        try:
            sentences.append(say(troubles.get_nowait()))
        except Empty:
            return " ".join(dict.fromkeys(sentences))


def _document(settings: Settings) -> str:
    """The page as it is served: whole, with its words in place."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_STATIC), autoescape=True, undefined=jinja2.StrictUndefined
    )
    spoken = {key: sentence for key, sentence in catalogue().items() if key.startswith("page.")}
    return environment.get_template("index.html").render(
        say=say, samples=samples(), kiosk=settings.kiosk, largest=MAX_BYTES, words=spoken
    )

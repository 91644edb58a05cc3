"""The page asks nothing of any other host, and no copy of a photo is left on the disk."""

import os
import signal
import time
import urllib.request
from collections.abc import Callable
from io import BytesIO
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from road import Road
from serving import Served
from visitor import READY, Visitor, states

from ekphrasis.words import say

MARKER = b"a photo of nobody's business, 31415926"


def photo() -> dict[str, object]:
    """A picture with `MARKER` in its comment, so that any copy of its bytes can be found."""
    picture = BytesIO()
    noise = np.random.default_rng(5).integers(0, 255, (400, 500, 3), dtype=np.uint8)
    Image.fromarray(noise).save(picture, "JPEG", comment=MARKER)
    assert MARKER in picture.getvalue()
    return {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def send(companion: Served) -> None:
    """Upload a photo and ask nothing about it."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="mine.jpg"\r\n\r\n'
        + photo()["buffer"]  # type: ignore[operator]
        + b"\r\n--x--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    urllib.request.urlopen(
        urllib.request.Request(f"{companion.url}gradio_api/upload", body, headers), timeout=20
    ).close()


def test_the_whole_journey_asks_only_its_own_host(visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url)
    for _ in states(visitor, road):
        pass
    own = urlsplit(road.url).netloc
    hosts = {urlsplit(url.removeprefix("blob:")).netloc for url in visitor.requests}
    assert hosts == {own}
    assert len(visitor.requests) > 20


def test_a_strict_policy_holds_in_the_browser(visit: Callable[..., Visitor], companion: Served) -> None:
    with urllib.request.urlopen(companion.url, timeout=10) as reply:
        policy = reply.headers["Content-Security-Policy"]
        assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    visitor = visit()
    script = "() => fetch('http://127.0.0.2:1/').then(() => 'sent', (error) => error.message)"
    assert visitor.page.evaluate(script) == "Failed to fetch"
    assert any("connect-src 'self'" in fault for fault in visitor.faults)  # it was the policy that forbade it
    visitor.faults.clear()


def test_nothing_is_left_of_a_photo_after_its_reading(visit: Callable[..., Visitor], companion: Served) -> None:
    visitor = visit()
    visitor.reads_at_once(False)
    visitor.give(photo())
    visitor.waits_for(READY)
    assert companion.holding(MARKER) == []
    kept = visitor.page.evaluate("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "blob:" not in kept
    assert "data:" not in kept


def test_nothing_is_left_of_a_refused_photo(visit: Callable[..., Visitor], companion: Served) -> None:
    visitor = visit()
    visitor.give({"name": "no.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 " + MARKER})
    visitor.waits_for(say("photo.refused.not_a_photo.pdf"), "alert")
    assert companion.holding(MARKER) == []


def test_nothing_is_left_of_a_photo_whose_search_was_stopped(
    visit: Callable[..., Visitor], companion: Served, road: Road
) -> None:
    visitor = visit(road.url)
    road.hold()
    visitor.give(photo())
    visitor.waits_for(say("companion.stage.take"))
    visitor.press("Escape")
    visitor.waits_for(say("page.announce.stopped"))
    assert companion.holding(MARKER) == []


def test_what_a_killed_companion_left_is_removed_by_the_next(own_companion: Served) -> None:
    own_companion.start()
    send(own_companion)
    left = own_companion.holding(MARKER)
    assert left != []  # it was sent, nobody has asked about it yet
    own_companion.kill()
    for file in left:
        os.utime(file, (time.time() - 120, time.time() - 120))
    own_companion.start()
    until = time.monotonic() + 10
    while own_companion.holding(MARKER) and time.monotonic() < until:
        time.sleep(0.1)
    assert own_companion.holding(MARKER) == []


def test_a_companion_that_is_told_to_end_takes_its_photos_along(own_companion: Served) -> None:
    for how in (signal.SIGINT, signal.SIGTERM):
        own_companion.start()
        send(own_companion)
        assert own_companion.holding(MARKER) != []
        own_companion.end(how)
        assert own_companion.holding(MARKER) == []
        assert list((own_companion.folder / "tmp").glob("ekphrasis-photos-*")) == []

"""Fetching against a web of all the answers that old addresses give: a real HTTP server on this machine."""

import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

import pytest

webdataset = pytest.importorskip("webdataset", reason="needs the training extra")

from PIL import Image  # noqa: E402

from training import __main__ as training  # noqa: E402
from training.fetch.images import fetch_images  # noqa: E402
from training.fetch.limits import Limits  # noqa: E402
from training.fetch.manifest import Manifest, Row, without_placeholders  # noqa: E402
from training.fetch.pictures import for_training  # noqa: E402

ROOT = Path(__file__).parents[2]
Answer = Callable[[BaseHTTPRequestHandler], None]


def jpeg(seed: int, size: tuple[int, int] = (320, 240)) -> bytes:
    """A picture that no other `seed` has."""
    buffer = io.BytesIO()
    gradient = Image.linear_gradient("L").resize(size).rotate(seed * 7 % 360)
    Image.merge("RGB", (gradient, gradient.point(lambda value: (value * 3 + seed) % 256), gradient)).save(
        buffer, "JPEG"
    )
    return buffer.getvalue()


class Web:
    """A server on this machine that answers each path as told, and counts how often each was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.closing = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with web.lock:
                    answers = web.answers[self.path]
                    answer = answers[min(web.asked[self.path], len(answers) - 1)]
                    web.asked[self.path] += 1
                answer(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that hangs up is part of every test here."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def give(self, path: str, *answers: Answer) -> str:
        """Answer `path` with each of `answers` in turn, then with the last again; its address."""
        self.answers[path] = list(answers)
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def web(monkeypatch) -> Iterator[Web]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    served = Web()
    yield served
    served.close()


def status(code: int, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def body(data: bytes, length: int | None = None, kind: str = "image/jpeg") -> Answer:
    """`data` with a Content-Length of `length`, which may lie."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data) if length is None else length))
        handler.end_headers()
        handler.wfile.write(data)
        handler.close_connection = length is not None

    return answer


def dead(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def endless(web: Web, part: bytes, pause_s: float) -> Answer:
    """`part` again and again, with no Content-Length, until the client hangs up or the test is over."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        while not web.closing.wait(pause_s):
            handler.wfile.write(part)
            with web.lock:
                web.asked["bytes"] += len(part)

    return answer


def bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(buffer, "PNG")
    return buffer.getvalue()


def sliver() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (1, 1)).save(buffer, "GIF")
    return buffer.getvalue()


Result = TypeVar("Result")
QUICK = {"pause_s": 0.0, "largest_bytes": 200_000, "connect_s": 2.0, "total_s": 1.0, "attempts": 3, "backoff_s": 0.01}


def apart(work: Callable[[], Result]) -> Result:
    """What `work` gives in a thread of its own: Playwright, once started, keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result()


def run(work: Coroutine[None, None, None]) -> None:
    apart(lambda: asyncio.run(work))


def main(arguments: list[str]) -> int:
    return apart(lambda: training.main(arguments))


def fetch(addresses: list[str], folder: Path, **other: float) -> dict[str, Row]:
    rows: list[Row] = []
    folder.mkdir(exist_ok=True)
    run(fetch_images(addresses, folder, Limits(**{**QUICK, **other}), rows.append))
    return {row.address: row for row in rows}


PICTURE = jpeg(1)
PAGE = b"<!DOCTYPE html><html><title>Not found</title>This photo is no longer available"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("answers", "outcome", "reason", "asked"),
    [
        ([body(PICTURE)], "here", "", 1),
        ([body(PICTURE, kind="text/html")], "here", "", 1),
        ([dead], "failed", "connection broken off", 3),
        ([dead, body(PICTURE)], "here", "", 2),
        ([status(404)], "gone", "404 Not Found", 1),
        ([status(410)], "gone", "410 Gone", 1),
        ([status(403)], "failed", "403 Forbidden", 1),
        ([status(500)], "failed", "500 Internal Server Error", 3),
        ([status(500), status(503), body(PICTURE)], "here", "", 3),
        ([status(599)], "failed", "599", 3),
        ([status(429), body(PICTURE)], "here", "", 2),
        ([status(429, Retry_After="soon"), body(PICTURE)], "here", "", 2),
        ([status(429, Retry_After="86400")], "failed", "429 Too Many Requests, come back in 86400 seconds", 1),
        ([body(PICTURE, length=10**9)], "gone", "larger than 200,000 bytes", 1),
        ([body(PICTURE[:-500], length=len(PICTURE))], "failed", "connection broken off", 3),
        ([body(PICTURE, length=len(PICTURE) - 500)], "gone", "truncated", 1),
        ([body(PICTURE[:-500])], "gone", "truncated", 1),
        ([body(b"")], "gone", "empty", 1),
        ([body(PAGE)], "gone", "not a photo: web page", 1),
        ([body(b"\xff\xd8" + bytes(400))], "gone", "truncated", 1),
        ([body(bomb(), kind="image/png")], "gone", "too many pixels", 1),
        ([body(sliver(), kind="image/gif")], "gone", "a sliver, not a picture", 1),
        ([status(302, Location="/photo")], "gone", "more than 5 redirects", 6),
        ([status(301)], "gone", "301 Moved Permanently", 1),
        ([status(302, Location="ftp://127.0.0.1/photo")], "gone", "not a web address", 1),
    ],
)
def test_an_answer_is_kept_or_asked_again_or_given_up(web, tmp_path, answers, outcome, reason, asked) -> None:
    address = web.give("/photo", *answers)
    row = fetch([address], tmp_path)[address]
    assert (row.outcome, row.reason, web.asked["/photo"]) == (outcome, reason, asked)
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert files == ([PICTURE] if outcome == "here" else [])
    if outcome == "here":
        assert (row.bytes, row.width, row.height, len(row.sha256)) == (len(PICTURE), 320, 240, 64)


def test_a_redirect_is_followed(web, tmp_path) -> None:
    web.give("/new", body(PICTURE))
    address = web.give("/old", status(301, Location="/new"))
    assert fetch([address], tmp_path)[address].outcome == "here"


def test_a_slow_answer_is_cut_off(web, tmp_path) -> None:
    address = web.give("/slow", endless(web, b"\xff", 0.02))
    started = time.monotonic()
    row = fetch([address], tmp_path, total_s=0.3, attempts=2)[address]
    assert (row.outcome, row.reason, web.asked["/slow"]) == ("failed", "too slow", 2)
    assert time.monotonic() - started < 3


def test_an_endless_answer_is_cut_off_at_the_byte_limit(web, tmp_path) -> None:
    address = web.give("/huge", endless(web, bytes(50_000), 0.001))
    row = fetch([address], tmp_path, total_s=20.0)[address]
    assert (row.outcome, row.reason, web.asked["/huge"]) == ("gone", "larger than 200,000 bytes", 1)
    # What lay in the sockets' buffers is sent besides.
    assert web.asked["bytes"] < 20_000_000


@pytest.mark.parametrize("told", [lambda: "1", lambda: formatdate(time.time() + 2, usegmt=True)])
def test_a_host_that_asks_to_wait_is_left_alone_so_long(web, tmp_path, told) -> None:
    busy = web.give("/busy", status(429, Retry_After=told()), body(PICTURE))
    started = time.monotonic()
    assert fetch([busy], tmp_path)[busy].outcome == "here"
    assert time.monotonic() - started > 0.9


@pytest.mark.parametrize(
    "address", ["photo.jpg", "ftp://127.0.0.1/a", "http://", "file:///etc/passwd", "http://a/\ud800"]
)
def test_what_is_no_web_address_is_gone(tmp_path, address) -> None:
    assert fetch([address], tmp_path) == {address: Row(address, "gone", "not a web address")}


@pytest.mark.parametrize("address", ["http://[", f"http://{'a' * 80}.example/x", "http://127.0.0.1:99999/x"])
def test_an_address_that_nobody_can_have_is_not_here(tmp_path, address) -> None:
    assert fetch([address], tmp_path)[address].outcome != "here"


def test_a_silent_host_is_given_up_and_another_is_not(web, tmp_path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        silent = [f"http://127.0.0.1:{closed.getsockname()[1]}/{at}" for at in range(30)]
        there = web.give("/there", body(PICTURE))
        rows = fetch([*silent, there], tmp_path, silent_after=3)
    reasons = Counter(rows[address].reason for address in silent)
    assert rows[there].outcome == "here"
    assert reasons["its host does not answer"] >= 20
    assert reasons["no connection"] == 30 - reasons["its host does not answer"] >= 3


def test_a_host_is_asked_by_a_few_at_once_with_pauses_between(web, tmp_path) -> None:
    busy, most, starts = 0, 0, []

    def counted(handler: BaseHTTPRequestHandler) -> None:
        nonlocal busy, most
        with web.lock:
            busy += 1
            most = max(most, busy)
            starts.append(time.monotonic())
        time.sleep(0.08)
        with web.lock:
            busy -= 1
        body(PICTURE)(handler)

    fetch([web.give(f"/{at}", counted) for at in range(12)], tmp_path, per_host=3, pause_s=0.03)
    assert most == 3
    # Three workers alone, without the pauses, would ask the first three at one time.
    assert starts[2] - starts[0] > 0.045


def test_a_folder_that_takes_no_file_stops_the_run(web, tmp_path) -> None:
    address = web.give("/photo", body(PICTURE))
    with pytest.raises(OSError, match="nowhere"):
        run(fetch_images([address], tmp_path / "nowhere", Limits(), lambda row: None))


def test_a_torn_manifest_keeps_its_whole_lines(tmp_path) -> None:
    path = tmp_path / "manifest.jsonl"
    with Manifest(path) as manifest:
        manifest.add(Row("a", "failed", "too slow"))
        manifest.add(Row("a", "here", sha256="0" * 64))
        manifest.add(Row("b", "gone", "404 Not Found"))
    path.write_bytes(path.read_bytes()[:-9])
    with Manifest(path) as manifest:
        assert manifest.rows == {"a": Row("a", "here", sha256="0" * 64)}
        manifest.add(Row("c", "gone", "410 Gone"))
    with Manifest(path) as manifest:
        assert set(manifest.rows) == {"a", "c"}


def test_a_file_that_many_addresses_share_is_a_placeholder() -> None:
    rows = [Row(f"a{at}", "here", sha256="same") for at in range(3)]
    rows += [Row("b", "here", sha256="other"), Row("c", "gone", "404 Not Found")]
    assert [row.outcome for row in without_placeholders(rows, 3)] == ["gone", "gone", "gone", "here", "gone"]
    assert without_placeholders(rows, 4) == tuple(rows)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((320, 240), (320, 240)), ((1200, 900), (384, 288)), ((100, 300), (224, 672)), ((600, 600), (288, 288))],
)
def test_training_gets_small_upright_jpegs_of_nothing_but_pixels(size, expected) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.open(io.BytesIO(jpeg(3, size))).save(buffer, "JPEG", exif=exif)
    with Image.open(io.BytesIO(for_training(buffer.getvalue()))) as made:
        assert (made.format, made.size, made.mode) == ("JPEG", expected, "RGB")
        assert not made.getexif()


def catalogue(path: Path, addresses: list[str]) -> Path:
    """Each poem stands with two pictures."""
    rows = [
        {"id": at, "image_url": address, "poem": f"the {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[at // 2 % 26]} of pair {at // 2}"}
        for at, address in enumerate(addresses)
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def command(source: object, out: Path) -> list[str]:
    quick = ("--pause-s", "0.001", "--total-s", "5", "--attempts", "1")
    return ["fetch", "multim", "--from", str(source), "--out", str(out), *quick]


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_from_the_json_to_the_shards_and_again_without_asking(web, tmp_path, capsys) -> None:
    addresses = [web.give(f"/{at}.jpg", body(jpeg(at))) for at in range(30)]
    unavailable = jpeg(999)
    addresses += [web.give(f"/lost/{at}", status(302, Location="/unavailable")) for at in range(4)]
    web.give("/unavailable", body(unavailable))
    addresses += [web.give("/gone", status(410)), web.give("/page", body(PAGE)), web.give("/error", status(500))]
    # Two pairs share a picture: it is fetched once.
    addresses += [addresses[0]]
    listed = catalogue(tmp_path / "multim.json", addresses)
    source = web.give("/multim.json", body(listed.read_bytes(), kind="application/json"))
    out = tmp_path / "out"

    assert main(command(source, out)) == 0
    told = capsys.readouterr()
    assert "38 pairs, 37 addresses" in told.out
    assert "placeholder: one file from 4 addresses or more" in told.out
    assert "37 of 37 addresses: 34 here, 2 gone, 1 failed" in told.err
    assert web.asked["/0.jpg"] == 1

    gone = {row["id"]: (row["outcome"], row["reason"]) for row in lines(out / "gone.jsonl")}
    assert sorted(map(int, gone)) == list(range(30, 37))
    assert gone["34"] == ("gone", "410 Gone")
    assert gone["35"] == ("gone", "not a photo: web page")
    assert gone["36"] == ("failed", "500 Internal Server Error")
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["pairs_here"], summary["here"], summary["shards"]) == (31, 30, ["pairs-000.tar"])
    assert summary["splits"]["paper"]["same"]["leaked"] > 0
    assert summary["splits"]["grouped"]["same"]["leaked"] == summary["splits"]["grouped"]["near"]["leaked"] == 0

    shard = out / "train" / "pairs-000.tar"
    first = shard.read_bytes()
    rows = list(webdataset.WebDataset(str(shard), shardshuffle=False))
    assert [row["__key__"] for row in rows] == [*map(str, range(30)), "37"]
    sides: dict[int, set[str]] = {}
    for row in rows:
        facts = json.loads(row["json"])
        assert set(facts) == {"poem", "group", "split"}
        assert set(facts["split"]) == {"paper", "grouped"}
        assert set(facts["split"].values()) <= {"train", "test"}
        assert facts["poem"].endswith(f" of pair {int(row['__key__']) // 2}")
        sides.setdefault(facts["group"], set()).add(facts["split"]["grouped"])
        assert Image.open(io.BytesIO(row["jpg"])).size == (320, 240)
    assert all(len(side) == 1 for side in sides.values())
    assert {side for only in sides.values() for side in only} == {"train", "test"}

    before = web.asked.copy()
    assert main(command(source, out)) == 0
    assert web.asked - before == {"/error": 1}
    assert "36 addresses are settled already" in capsys.readouterr().err
    assert shard.read_bytes() == first


def test_a_picture_that_was_damaged_on_the_disk_is_fetched_again(web, tmp_path) -> None:
    addresses = [web.give(f"/{at}", body(jpeg(at))) for at in range(3)]
    listed, out = catalogue(tmp_path / "multim.json", addresses), tmp_path / "out"
    assert main(command(listed, out)) == 0
    damaged, lost, _ = sorted((out / "images").iterdir())
    damaged.write_bytes(jpeg(77))
    lost.unlink()
    assert main(command(listed, out)) == 0
    assert sorted(web.asked.values()) == [1, 2, 2]


def test_a_killed_run_goes_on_and_downloads_nothing_twice(web, tmp_path) -> None:
    def unhurried(data: bytes) -> Answer:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(0.05)
            body(data)(handler)

        return answer

    addresses = [web.give(f"/{at}", unhurried(jpeg(at))) for at in range(48)]
    listed, out = catalogue(tmp_path / "multim.json", addresses), tmp_path / "out"
    run = [sys.executable, "-m", "training", *command(listed, out)]
    killed = subprocess.Popen(run, cwd=ROOT, stderr=subprocess.DEVNULL)
    manifest = out / "manifest.jsonl"
    deadline = time.monotonic() + 20
    while not manifest.exists() or manifest.read_bytes().count(b"\n") < 12:
        assert time.monotonic() < deadline
        assert killed.poll() is None
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    kept = {file.name for file in (out / "images").iterdir() if not file.suffix}
    assert 12 <= len(kept) < 48
    # A kill may fall between a file and its row, and in the middle of a file or a row.
    rows = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join(rows[:-1]) + rows[-1][:20])
    (out / "images" / "torn.part").write_bytes(PICTURE[:100])

    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert f"{len(kept)} addresses are settled already" in done.stderr
    # Asked twice are at most the four that were on their way when it was killed.
    assert sum(web.asked.values()) <= 48 + 4
    assert len({file.read_bytes() for file in (out / "images").iterdir()}) == 48
    assert {row["outcome"] for row in lines(manifest)} == {"here"}
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["pairs_here"] == 48


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "multim.json is empty."),
        ("[]", "is an empty list: there is nothing to fetch."),
        ('[{"id": 1, "image_url"', "is not JSON, or is cut short: "),
        ("<html>", "is a web page, not JSON."),
        ("\udcff[]", "is not JSON: it is no text in UTF-8."),
        ("[" * 100_000, "nested too deeply"),
        ('{"rows": []}', "is JSON, but not a list of pairs."),
        ('[{"id": 1, "image_url": "http://a", "poem": "b"}, 7]', "Row 2 of "),
        ('[{"id": 1, "image_url": "http://a", "poem": "b"}, {"id": 2, "poem": "b"}]', "Row 2 of .* lacks `image_url`"),
        ('[{"image_url": "http://a", "poem": "b"}]', "Row 1 of .* lacks `id`"),
        ('[{"id": 1, "image_url": "http://a"}]', "Row 1 of .* lacks `poem`"),
        ('[{"id": 1, "image_url": "http://a", "poem": " "}]', "Row 1 of .* has no text in `poem`"),
        ('[{"id": 1, "image_url": null, "poem": "b"}]', "Row 1 of .* has no text in `image_url`"),
        ('[{"id": "../x", "image_url": "http://a", "poem": "b"}]', "Row 1 of .* has an `id` that is neither"),
        (json.dumps([{"id": 7, "image_url": "http://a", "poem": "b"}] * 2), "Rows 1 and 2 of .* have the same `id`, 7"),
    ],
)
def test_a_catalogue_that_cannot_be_read_ends_in_one_sentence(tmp_path, capsys, text, told) -> None:
    source = tmp_path / "multim.json"
    source.write_text(text, encoding="utf-8", errors="surrogateescape")
    assert main(command(source, tmp_path / "out")) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert re.search(told, said)


def test_a_catalogue_that_is_not_there_ends_in_one_sentence(web, tmp_path, capsys) -> None:
    assert main(command(tmp_path / "none.json", tmp_path / "out")) == 1
    assert "none.json cannot be read: No such file or directory.\n" in capsys.readouterr().err
    assert main(command(web.give("/none.json", status(404)), tmp_path / "out")) == 1
    assert "/none.json did not come: 404 Not Found. Is the address right" in capsys.readouterr().err
    assert main(command(web.give("/page.json", body(PAGE)), tmp_path / "out")) == 1
    assert "is a web page, not JSON" in capsys.readouterr().err


def test_nothing_at_all_ends_in_one_sentence_and_the_reasons(web, tmp_path, capsys) -> None:
    listed = catalogue(tmp_path / "multim.json", [web.give("/a", status(404)), web.give("/b", status(404))])
    assert main(command(listed, tmp_path / "out")) == 1
    assert "None of 2 pictures came (commonest reason: 404 Not Found)" in capsys.readouterr().err
    assert len(lines(tmp_path / "out" / "gone.jsonl")) == 2


def test_a_folder_that_is_a_file_ends_in_one_sentence(tmp_path, capsys) -> None:
    (tmp_path / "out").write_text("a file")
    assert main(command(catalogue(tmp_path / "multim.json", ["http://127.0.0.1:9/"]), tmp_path / "out")) == 1
    assert "cannot be used" in capsys.readouterr().err


def test_the_weights_without_a_network_end_in_one_sentence(tmp_path) -> None:
    pytest.importorskip("torch", reason="needs the training extra")
    pytest.importorskip("training.network.libraries", reason="needs open_clip")
    nowhere = "http://127.0.0.1:9"
    done = subprocess.run(
        [sys.executable, "-m", "training", "fetch", "clip", "--out", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "HF_ENDPOINT": nowhere, "HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere, "NO_PROXY": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "The weights could not be fetched into " in done.stderr
    assert "This command needs the network." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_help_says_that_the_network_is_used(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["fetch", "multim", "--help"])
    assert "over the\nnetwork" in capsys.readouterr().out

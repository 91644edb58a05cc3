"""What is asked of the server beside the page: only what is ours is given, and nothing it is sent makes it stumble."""

import json
import urllib.error
import urllib.request

import pytest
from serving import Served

from ekphrasis.words import say


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture(scope="module")
def reading(companion: Served) -> dict:
    from ekphrasis.samples import samples

    return companion.ask("find_sample", [samples()[0].id, ""])[-1]["reading"]


def test_the_document_is_whole_before_any_script_runs(companion: Served) -> None:
    with urllib.request.urlopen(companion.url, timeout=10) as reply:
        document = reply.read().decode()
    assert '<html lang="en"' in document
    assert f"<title>{say('page.title.start')}</title>" in document
    assert say("page.start.intro") in document
    assert "https://" not in document
    assert "{{" not in document


@pytest.mark.parametrize(
    "path",
    [
        "page/index.html",
        "page/nothing.js",
        "page/..%2Fserver.py",
        "page/..%2F..%2Fwords%2Fen%2Fpage.toml",
        "sample/..%2F..%2Fpyproject",
        "earcon/nothing",
        "speech/no-such-poem/0",
        "gradio_api/file=/etc/passwd",
        "docs",
        "openapi.json",
    ],
)
def test_what_is_not_ours_to_give_is_not_found(path: str, companion: Served) -> None:
    assert status(companion.url + path) in {403, 404}


def test_an_utterance_beyond_the_poem_is_not_found(companion: Served, reading: dict) -> None:
    poem = reading["poem"]
    assert status(f"{companion.url}speech/{poem['id']}/{len(poem['utterances'])}") == 404
    assert status(f"{companion.url}speech/{poem['id']}/-1") == 404
    assert status(f"{companion.url}speech/{poem['id']}/0") == 200


def test_every_file_of_the_page_comes_with_its_policy_and_kind(companion: Served) -> None:
    for name, kind in {"main.js": "javascript", "style.css": "text/css", "icon.svg": "image/svg+xml"}.items():
        with urllib.request.urlopen(f"{companion.url}page/{name}", timeout=10) as reply:
            assert kind in reply.headers["Content-Type"]
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


def test_another_poem_can_be_opened_and_after_the_last_the_first(companion: Served, reading: dict) -> None:
    opened = companion.ask("choose", [reading["seen"], reading["choices"], 1])[-1]["reading"]
    assert opened["poem"]["id"] == reading["choices"][1]["poem"]
    assert opened["seen"] == reading["seen"]
    around = companion.ask("choose", [reading["seen"], reading["choices"], len(reading["choices"])])[-1]
    assert around["reading"]["poem"]["id"] == reading["poem"]["id"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("choose", ["", [], 0]),
        ("choose", ["", [{"poem": "gone", "certainty": "sure", "shared": []}], 0]),
        ("choose", ["", [{"poem": "gone"}], 0]),
        ("choose", ["", ["not a choice"], 0]),
        ("choose", ["", "not a list", "not a number"]),
        ("find_sample", ["no such artwork", ""]),
        ("find", [{"path": "/etc/passwd", "meta": {"_type": "x"}}, ""]),
        ("find", [None, ""]),
        ("find", ["a text", ""]),
    ],
)
def test_whatever_is_sent_a_sentence_comes_back(name: str, data: list[object], companion: Served) -> None:
    state = companion.ask(name, data)[-1]
    assert state["stage"] == "refused"
    assert state["alert"].endswith(".")
    assert state["reading"] is None
    assert say("page.trouble.fault") != state["alert"] or name == "choose"


def test_a_state_has_one_shape(companion: Served, reading: dict) -> None:
    states = companion.ask("find_sample", ["no such artwork", ""])
    states += companion.ask("choose", [reading["seen"], reading["choices"], 0])
    for state in states:
        assert set(state) == {"stage", "title", "status", "alert", "still", "reading"}
        json.dumps(state)

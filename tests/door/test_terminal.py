"""What a person at a terminal is told, whatever she types."""

import io
import json
import os
import string
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from ekphrasis.__main__ import main
from ekphrasis.photo import MAX_BYTES
from ekphrasis.samples import samples
from ekphrasis.words import catalogue, say

SAMPLE = str(samples()[0].path)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder, so that the tiny model meets the poems once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, data: Path, tiny_model: Path) -> None:
    monkeypatch.setenv("EKPHRASIS_DATA_FOLDER", str(data))
    monkeypatch.setenv("EKPHRASIS_MODEL", str(tiny_model))
    monkeypatch.setenv("EKPHRASIS_VOICE", "silent")


def test_a_photo_is_answered_with_what_is_seen_and_a_poem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", SAMPLE]) == 0
    printed = capsys.readouterr()
    seen, heading, *stanzas = printed.out.strip().split("\n\n")
    assert seen.endswith(".") and seen.count("I see") == 1
    assert heading.endswith(f"\n{say('companion.byline.origin')}")
    assert stanzas
    assert printed.err.splitlines()[0] == say("companion.stage.take")


def test_json_holds_the_same_and_its_sound_is_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    audio = tmp_path / "poem.ogg"
    assert main(["read", SAMPLE, "--json", "--audio", str(audio)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert len(printed["choices"]) == 5
    assert {"poem", "certainty", "shared"} == set(printed["choices"][0])
    assert soundfile.info(audio).duration > 5


def test_trouble_with_the_voice_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ekphrasis.speech.remote.sys.executable", "/bin/false")
    assert main(["read", SAMPLE, "--voice", "hibari", "--audio", str(tmp_path / "poem.wav")]) == 0
    assert capsys.readouterr().err.splitlines().count(say("speech.handed_over")) == 1
    assert soundfile.info(tmp_path / "poem.wav").duration > 5


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["no-such-photo.jpg"], "app.no_file"),
        ([str(Path(__file__).parent)], "app.is_folder"),
        (["/dev/zero"], "photo.refused.too_large"),
        ([__file__], "photo.refused.not_a_photo.text"),
        ([SAMPLE, "--audio", "poem.mp3"], "speech.unknown_format"),
        ([SAMPLE, "--audio", "no-such-folder/poem.wav"], "app.cannot_write"),
        ([SAMPLE, "--voice", "nobody"], "speech.unknown_voice"),
        ([SAMPLE, "--model", "no-such-folder"], "model.missing"),
        ([SAMPLE, "--collection", str(Path(__file__).parent)], "collection.is_folder"),
        ([SAMPLE, "--collection", __file__], "collection.damaged"),
        ([SAMPLE, "--collection", "nobase://host/poems"], "collection.unknown_address"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_told_in_one_sentence(
    arguments: list[str], key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", *arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert plain_part(key) in printed.err.splitlines()[-1]


def plain_part(key: str) -> str:
    """The longest part of a sentence that no fact fills."""
    return max((text for text, *_ in string.Formatter().parse(catalogue()[key])), key=len)


def test_a_place_that_cannot_be_written_is_told_before_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", SAMPLE, "--audio", "no-such-folder/poem.wav"]) == 1
    assert say("companion.stage.take") not in capsys.readouterr().err


def test_standard_input_is_read_no_further_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = io.BytesIO(b"\xff\xd8" + bytes(2 * MAX_BYTES))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(endless))
    assert main(["read", "-"]) == 1
    assert endless.tell() <= MAX_BYTES + io.DEFAULT_BUFFER_SIZE + 1


def in_a_pipe(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ekphrasis", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | environment,
    )


def test_who_reads_only_the_first_line_is_not_shouted_at() -> None:
    with in_a_pipe("poems", "--json") as poems:
        assert poems.stdout is not None and poems.stderr is not None
        assert poems.stdout.readline() == b"[\n"
        poems.stdout.close()
        assert poems.stderr.read() == b""
    assert poems.returncode == 1


def test_a_poor_terminal_still_gets_its_poems() -> None:
    with in_a_pipe("poems", "--json", PYTHONIOENCODING="ascii") as poems:
        printed, told = poems.communicate(timeout=60)
    assert told == b""
    assert not printed.isascii() and len(json.loads(printed)) >= 240

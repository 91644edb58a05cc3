"""Options and environment become settings, or a sentence."""

from pathlib import Path

import pytest

from ekphrasis.refusal import Refusal
from ekphrasis.settings import Settings, from_environment, parse
from ekphrasis.words import say


def test_defaults_serve_this_machine_alone() -> None:
    assert parse([]).host == "127.0.0.1"


def test_an_option_stands_above_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKPHRASIS_PORT", "8001")
    assert from_environment({"EKPHRASIS_PORT": "8001"}).port == 8001
    assert parse(["--port", "8002"]).port == 8002


def test_kiosk_and_paths_are_read(tmp_path: Path) -> None:
    settings = parse(["--kiosk", "--model", str(tmp_path), "--collection", str(tmp_path / "poems.db")])
    assert settings.kiosk
    assert settings.model == tmp_path
    assert settings.collection_url.database == str(tmp_path / "poems.db")


def test_a_folder_may_have_any_name() -> None:
    assert Settings(collection="what? 100%/poems.db").collection_url.database == "what? 100%/poems.db"


def test_a_database_address_is_kept_as_it_is() -> None:
    assert str(Settings(collection="postgresql://museum/poems").collection_url) == "postgresql://museum/poems"


def test_a_variable_that_is_no_number_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        from_environment({"EKPHRASIS_PORT": "a door"})
    assert refusal.value.facts == {"name": "EKPHRASIS_PORT", "value": "a door"}


@pytest.mark.parametrize(("word", "kiosk"), [("yes", True), (" ON ", True), ("0", False), ("no", False), ("", False)])
def test_a_switch_is_read_as_people_write_it(word: str, kiosk: bool) -> None:
    assert from_environment({"EKPHRASIS_KIOSK": word}).kiosk is kiosk


def test_an_empty_variable_is_as_good_as_none() -> None:
    empty = from_environment({"EKPHRASIS_PORT": "", "EKPHRASIS_MODEL": "", "EKPHRASIS_VOICE": ""})
    assert empty == from_environment({})


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("PORT", "0", "app.bad_port"),
        ("PORT", "99999", "app.bad_port"),
        ("THREADS", "-3", "app.bad_threads"),
        ("KIOSK", "maybe", "app.bad_switch"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_a_sentence(
    name: str, value: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"EKPHRASIS_{name}", value)
    with pytest.raises(Refusal) as refusal:
        parse([])
    assert refusal.value.key == key
    assert value in say(refusal.value.key, **refusal.value.facts)


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(["--help"])
    assert end.value.code == 0
    printed = capsys.readouterr().out
    for option in ("--host", "--port", "--collection", "--model", "--voice", "--kiosk"):
        assert option in printed

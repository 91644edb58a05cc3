import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from counting import Encoder

from ekphrasis.collection import Collection
from ekphrasis.refusal import Refusal
from ekphrasis.words import say


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    """The key and the sentence with which `call` is refused."""
    with pytest.raises(Refusal) as told:
        call()
    return told.value.key, say(told.value.key, **told.value.facts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "collection.db"


@pytest.fixture
def filled(file: Path) -> Path:
    with closing(Collection.open(f"sqlite:///{file}")) as collection:
        collection.encodings("model", Encoder())
    return file


@pytest.mark.parametrize("content", [b"%PDF-1.7 not a database at all" * 99, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_file_that_is_no_database_is_left_alone(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    key, sentence = refusal(lambda: Collection.open(f"sqlite:///{file}"))
    assert key == "collection.damaged"
    assert str(file) in sentence and "Move that file" in sentence
    assert file.read_bytes() == content


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6])
def test_a_damaged_collection_is_told_wherever_it_is_met(filled: Path, part: float) -> None:
    content = bytearray(filled.read_bytes())
    start = max(100, int(len(content) * part)) if part else 4096
    content[start : start + len(content) // 3] = b"\xa5" * (len(content) // 3)
    filled.write_bytes(content)

    def use() -> None:
        with closing(Collection.open(f"sqlite:///{filled}")) as collection:
            collection.poems()
            collection.encodings("model", Encoder())
            collection.encodings("another", Encoder())

    key, sentence = refusal(use)
    assert key == "collection.damaged" and str(filled) in sentence
    assert filled.stat().st_size == len(content)


def test_moving_a_damaged_file_away_is_a_way_out(filled: Path) -> None:
    filled.write_bytes(b"broken" * 2000)
    assert refusal(lambda: Collection.open(f"sqlite:///{filled}"))[0] == "collection.damaged"
    filled.rename(filled.with_suffix(".old"))
    with closing(Collection.open(f"sqlite:///{filled}")) as collection:
        assert collection.poems()


def test_a_newer_versions_collection_is_left_alone(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    key, sentence = refusal(lambda: Collection.open(f"sqlite:///{filled}"))
    assert key == "collection.newer" and "newer version" in sentence
    with closing(sqlite3.connect(filled)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_strangers_database_is_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE recipes (soup TEXT)")
    key, _ = refusal(lambda: Collection.open(f"sqlite:///{file}"))
    assert key == "collection.stranger"
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refusal(lambda: Collection.open(f"sqlite:///{tmp_path}"))[0] == "collection.is_folder"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    key, sentence = refusal(lambda: Collection.open(f"sqlite:///{tmp_path}/file/collection.db"))
    assert key == "collection.cannot_write" and str(tmp_path) in sentence


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "nobase://host/poems", "http://example.org/poems"])
def test_an_address_that_means_nothing_is_told(url: str) -> None:
    assert refusal(lambda: Collection.open(url))[0] == "collection.unknown_address"


def test_a_password_is_never_told() -> None:
    _, sentence = refusal(lambda: Collection.open("nobase://docent:secret@host/poems"))
    assert "secret" not in sentence


OPEN = """
import sys
from ekphrasis.collection import Collection
from ekphrasis.refusal import Refusal
try:
    Collection.open(sys.argv[1])
except Refusal as refusal:
    print(refusal.key)
"""


def opened_apart(file: Path, **how: object) -> str:
    """What a process of its own says of opening `file`."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", OPEN, f"sqlite:///{file}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, **how)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    return str(done.stdout).strip()


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def open_as_somebody(url: str, told: Connection) -> None:
    if os.geteuid() == 0:  # to root no folder is closed
        os.setuid(65534)
    try:
        Collection.open(url, ())
    except Refusal as refusal:
        told.send(refusal.key)


def test_a_folder_that_may_not_be_written_is_told(locked_folder: Path) -> None:
    for file in (locked_folder / "collection.db", locked_folder / "new" / "collection.db"):
        told, telling = multiprocessing.Pipe(duplex=False)
        somebody = multiprocessing.get_context("fork").Process(
            target=open_as_somebody, args=(f"sqlite:///{file}", telling)
        )
        somebody.start()
        telling.close()
        assert told.recv() == "collection.cannot_write"
        somebody.join()


def test_a_disk_that_takes_no_more_is_told(file: Path) -> None:
    little = 64 * 1024
    full: dict[str, object] = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (little, little))}
    assert opened_apart(file, **full) == "collection.disk"
    assert opened_apart(file) == ""


def test_a_writer_that_never_ends_is_told(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ekphrasis.collection.database.PATIENCE", 0.2)
    with closing(Collection.open(f"sqlite:///{filled}")) as collection, closing(sqlite3.connect(filled)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert collection.poems()
        assert refusal(lambda: collection.encodings("another", Encoder()))[0] == "collection.busy"

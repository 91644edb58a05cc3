from pathlib import Path

import pytest
from check import findings

from ekphrasis.assets import ASSETS


@pytest.fixture(scope="module")
def known() -> frozenset[str]:
    return frozenset(findings())


def test_nothing_is_wrong_with_the_anthology(known: frozenset[str]) -> None:
    assert not known, "\n".join(["", *sorted(known)])


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for file in sorted((ASSETS / "anthology").glob("*.txt")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def test_a_poem_that_is_there_twice_is_found(copied: Path, known: frozenset[str]) -> None:
    first = min(copied.iterdir())
    (copied / "the-copy.txt").write_bytes(first.read_bytes().replace(b"title: ", b"title: Another "))
    new = set(findings(copied)) - known
    assert any(first.stem in found and "the-copy" in found and "nearly one poem" in found for found in new)


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("A tapestry of gulls", "autopilot 'tapestr"),
        ("The sun comes up * like this", "odd character '*'"),
        ("one two three four five six seven eight nine ten eleven one two three four five six", "one breath"),
        ("…", "a line without a word"),
    ],
)
def test_a_faulty_line_is_found(copied: Path, known: frozenset[str], line: str, finding: str) -> None:
    with min(copied.iterdir()).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    assert any(finding in found for found in set(findings(copied)) - known)


def test_an_opening_that_has_become_a_habit_is_found(copied: Path) -> None:
    for file in sorted(copied.iterdir())[:3]:
        header, _, poem = file.read_text(encoding="utf-8").partition("\n\n")
        file.write_text(f"{header}\n\nBehold the turnip\n{poem}", encoding="utf-8")
    assert any("opening 'behold the turnip'" in found for found in findings(copied))


def test_a_faulty_file_is_named_with_its_line(copied: Path) -> None:
    (copied / "crooked.txt").write_text("title: Crooked\nmood: wonky\n\nOne line\n", encoding="utf-8")
    assert any("crooked.txt" in found and "wonky" not in found and "subjects" in found for found in findings(copied))

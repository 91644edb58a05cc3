from pathlib import Path

import pytest

from ekphrasis.collection import poem_as_dict, read_anthology
from ekphrasis.refusal import Refusal
from ekphrasis.words import say

GOOD = """title: The Lighthouse
subjects: tower, sea, night
mood: solemn
palette: dark, cool
form: free verse

First line of the poem
second line

Next stanza
"""


def write(folder: Path, text: str, name: str = "the-lighthouse.txt") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_file_becomes_a_poem(tmp_path: Path) -> None:
    (poem,) = read_anthology(write(tmp_path, GOOD))
    assert poem.id == "the-lighthouse"
    assert poem.title == "The Lighthouse"
    assert poem.subjects == ("tower", "sea", "night")
    assert (poem.mood, poem.palette, poem.form) == ("solemn", ("dark", "cool"), "free verse")
    assert poem.stanzas == (("First line of the poem", "second line"), ("Next stanza",))
    assert (poem.poet, poem.lang, poem.rights) == ("", "en", "CC0-1.0")
    assert poem_as_dict(poem)["stanzas"] == [["First line of the poem", "second line"], ["Next stanza"]]


def test_what_is_optional_is_read_too(tmp_path: Path) -> None:
    (poem,) = read_anthology(write(tmp_path, "poet: A. Person\nlang: de\n" + GOOD))
    assert (poem.poet, poem.lang) == ("A. Person", "de")


def test_a_title_may_hold_a_colon(tmp_path: Path) -> None:
    (poem,) = read_anthology(write(tmp_path, GOOD.replace("The Lighthouse", "Noon: the Lighthouse")))
    assert poem.title == "Noon: the Lighthouse"


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("tower, sea", "tower, oceans", 2, '"oceans" is not in the list of subjects.'),
        ("solemn", "calm, solemn", 3, '"calm, solemn" is not in the list of moods.'),
        ("dark, cool", "dark, dark", 4, "a word is given twice."),
        ("form: free verse", "form:", 5, '"form" has no value.'),
        ("form: free verse\n", "", 4, '"form" is missing above the poem.'),
        ("mood: solemn", "mode: solemn", 3, 'I do not know "mode".'),
        ("mood: solemn", "title: Again", 3, '"title" is given twice.'),
        ("mood: solemn", "solemn", 3, "this should be a name, a colon and a value."),
        ("second line\n", "second line \n", 8, "there is a space at the end."),
        ("second line\n", "second line\n\n", 10, "there are two empty lines."),
        (GOOD.partition("\n\n")[2], "", 6, "there is no poem below the title."),
        (GOOD, "", 1, '"title" is missing above the poem.'),
    ],
)
def test_a_faulty_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, fault: str) -> None:
    with pytest.raises(Refusal) as told:
        read_anthology(write(tmp_path, GOOD.replace(old, new)))
    assert told.value.key == "collection.faulty_poem"
    assert (told.value.facts["file"], told.value.facts["line"]) == ("the-lighthouse.txt", line)
    assert fault in say(told.value.key, **told.value.facts)


def test_letters_that_are_not_utf8_are_told(tmp_path: Path) -> None:
    (tmp_path / "cafe.txt").write_bytes(GOOD.replace("second", "caf\xe9").encode("latin-1"))
    with pytest.raises(Refusal) as told:
        read_anthology(tmp_path)
    assert told.value.facts["line"] == 8
    assert "UTF-8" in say(told.value.key, **told.value.facts)


def test_a_name_that_is_no_id_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as told:
        read_anthology(write(tmp_path, GOOD, "The Lighthouse.txt"))
    assert "small letters" in say(told.value.key, **told.value.facts)


def test_the_order_is_that_of_the_ids(tmp_path: Path) -> None:
    for name in ("grace-notes.txt", "grace.txt"):
        write(tmp_path, GOOD, name)
    assert [poem.id for poem in read_anthology(tmp_path)] == ["grace", "grace-notes"]

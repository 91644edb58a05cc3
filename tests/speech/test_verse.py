"""What a voice is given to say, and the silence after it."""

import pytest

from ekphrasis.poem import Poem
from ekphrasis.speech import Utterance, utterances
from ekphrasis.speech.spelling import language_of, roman, spelled
from ekphrasis.speech.verse import BREATH

RUN_ON, COMMA, CLAUSE, SENTENCE = 0.2, 0.35, 0.45, 0.6

LINES = [
    # as printed, as said, silence after it
    ("The harbour keeps its lanterns low", "The harbour keeps its lanterns low", RUN_ON),
    ("and every boat comes home,", "and every boat comes home,", COMMA),
    ("The tide is out.", "The tide is out.", SENTENCE),
    ("Who left the door ajar?", "Who left the door ajar?", SENTENCE),
    ("Bring the lamp!", "Bring the lamp!", SENTENCE),
    ("He wanted one thing:", "He wanted one thing:", CLAUSE),
    ("the moon was up;", "the moon was up;", CLAUSE),
    ("and then —", "and then—", CLAUSE),
    ("and then—", "and then—", CLAUSE),
    ("and then --", "and then—", CLAUSE),
    ("She waited...", "She waited…", SENTENCE),
    ("She waited. . .", "She waited…", SENTENCE),
    ("She waited… then", "She waited… then", RUN_ON),
    ("“Come in,” she said", "“Come in,” she said", RUN_ON),
    ("“Come in.”", "“Come in.”", SENTENCE),
    ("(so they say.)", "(so they say.)", SENTENCE),
    ("the blue—no, the green—jug", "the blue—no, the green—jug", RUN_ON),
    ("the blue – no – jug", "the blue—no—jug", RUN_ON),
    ("— and yet", "and yet", RUN_ON),
    ("o'er the hill", "ore the hill", RUN_ON),
    ("O’er the hill", "Ore the hill", RUN_ON),
    ("e'en now the frost", "een now the frost", RUN_ON),
    ("'tis late, and ne'er so cold,", "tiz late, and nair so cold,", COMMA),
    ("’Tis late", "Tiz late", RUN_ON),
    ("'Twas snow", "Twuz snow", RUN_ON),
    ("where'er they go", "wherever they go", RUN_ON),
    ("i' th' old barn", "in the old barn", RUN_ON),
    ("thro' the rye", "through the rye", RUN_ON),
    ("the ship unmoor'd,", "the ship unmoored,", COMMA),
    ("they gaz'd at what he'd made", "they gazed at what he'd made", RUN_ON),
    ("the dog's bowl isn't full", "the dog's bowl isn't full", RUN_ON),
    ("salt & bread", "salt and bread", RUN_ON),
    ("salt&bread", "salt and bread", RUN_ON),
    ("and/or", "and or", RUN_ON),
    ("one line / another", "one line another", RUN_ON),
    ("1/2 a loaf", "1/2 a loaf", RUN_ON),
    ("WHO SAID THAT", "Who said that", RUN_ON),
    ("WHO AM I TO SAY.", "Who am I to say.", SENTENCE),
    ("the board says WHO SAID THAT, still", "the board says Who said that, still", RUN_ON),
    ("STOP, said the sign", "Stop, said the sign", RUN_ON),
    ("the BBC at nine", "the BBC at nine", RUN_ON),
    ("I, too, was there", "I, too, was there", RUN_ON),
    ("Sonnet XVIII", "Sonnet 18", RUN_ON),
    ("CANTO IV", "Canto 4", RUN_ON),
    ("Part I: The Road", "Part 1: The Road", RUN_ON),
    ("No. I like it thin", "No. I like it thin", RUN_ON),
    ("the song I knew, the part I play", "the song I knew, the part I play", RUN_ON),
    ("Section C, No. IX", "Section C, No. 9", RUN_ON),
    ("The 43 pulls up", "The 43 pulls up", RUN_ON),
    ("a *very* _small_ bird", "a very small bird", RUN_ON),
    ("a heart ❤️ and a boat ⛵", "a heart and a boat", RUN_ON),
    ("    an indented line", "an indented line", RUN_ON),
    ("two  spaces ,here", "two spaces,here", RUN_ON),
    ("—", "", CLAUSE),
    ("* * *", "", RUN_ON),
    ("…", "", SENTENCE),
    ("", "", RUN_ON),
    ("😀", "", RUN_ON),
    ("a\u200bb\u0007c \ud800", "a b c?", RUN_ON),
]


def poem(*stanzas: tuple[str, ...], title: str = "The Lighthouse", lang: str = "en") -> Poem:
    return Poem("the-lighthouse", title, stanzas, ("sea",), "calm", ("dark",), "free verse", lang=lang)


@pytest.mark.parametrize(("printed", "said", "pause"), LINES)
def test_a_line(printed: str, said: str, pause: float) -> None:
    *_, line, _ = utterances(poem((printed, "The end.")), "by a poet")
    assert (line.text, line.pause) == (said, pause)


def test_title_byline_and_lines_in_order() -> None:
    said = utterances(poem(("One", "two,"), ("three.",)), "by a poet")
    assert said == (
        Utterance("The Lighthouse.", "title", None, 0.9, "en"),
        Utterance("by a poet.", "byline", None, 1.1, "en"),
        Utterance("One", "line", 0, 0.2, "en"),
        Utterance("two,", "line", 1, 0.85, "en"),
        Utterance("three.", "line", 2, 1.1, "en"),
    )


def test_a_poem_with_no_byline_has_none() -> None:
    assert [u.kind for u in utterances(poem(("One",)), "")] == ["title", "line"]


def test_pauses_grow_with_the_break() -> None:
    lines = utterances(poem(("run on", "comma,", "clause;", "sentence."), ("run on", "end."), ("more",)), "")[1:]
    run_on, comma, clause, stanza, _, _, last = (line.pause for line in lines)
    assert run_on < comma < clause < SENTENCE < last < stanza


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("I", "A line.", "II", "Another."), ["1.", "A line.", "2.", "Another."]),
        (("i.", "A line.", "ii.", "Another."), ["1.", "A line.", "2.", "Another."]),
        (("1", "A line.", "2.", "Another."), ["1", "A line.", "2.", "Another."]),
        (("I", "am all there is."), ["I", "am all there is."]),
        (("IV",), ["4."]),
        (("mix", "did"), ["mix", "did"]),
    ],
)
def test_numerals_that_stand_alone_are_headings(lines: tuple[str, ...], said: list[str]) -> None:
    assert [u.text.removesuffix(".") for u in utterances(poem(lines), "")[1:]] == [s.removesuffix(".") for s in said]


@pytest.mark.parametrize(("numeral", "number"), [("IV", 4), ("xlix", 49), ("CCCXCIX", 399), ("IIII", None), ("", None)])
def test_roman_numerals(numeral: str, number: int | None) -> None:
    assert roman(numeral) == number


def test_a_prose_line_is_read_by_sentences_under_one_line_number() -> None:
    prose = "The room was cold. Nobody had lit the stove, and the window stood open. " * 4
    said = utterances(poem((prose.strip(), "Then she came in.")), "")[1:]
    assert [u.line for u in said] == [0] * 8 + [1]
    assert said[0].text == "The room was cold."
    assert said[0].pause < said[7].pause == SENTENCE


@pytest.mark.parametrize("text", ["word " * 2_000, "x" * 10_000, "a clause of some length, " * 400])
def test_no_breath_is_too_long_and_none_of_it_is_lost(text: str) -> None:
    said = utterances(poem((text,)), "")[1:]
    assert max(len(u.text) for u in said) <= BREATH
    assert "".join(u.text for u in said).replace(" ", "") == text.replace(" ", "")


def test_every_line_is_there_even_one_with_nothing_to_say() -> None:
    assert [u.line for u in utterances(poem(("One,", "—"), ("* * *",), ("two.",)), "")[1:]] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "lang", "language"),
    [
        ("The sea", "en", "en"),
        ("Łódź, café", "en", "en"),
        ("Привет, мир", "en", "ru"),
        ("Привіт, світе", "uk", "uk"),
        ("안녕 하세요", "en", "ko"),
        ("古池や蛙", "en", "ja"),
        ("床前明月光", "en", "zh"),
        ("θάλασσα", "en-GB", "el"),
        ("the word море in a line", "en", "en"),
        ("42", "fr", "fr"),
        ("", "en", "en"),
    ],
)
def test_letters_tell_the_language_where_the_tag_cannot_be_right(text: str, lang: str, language: str) -> None:
    assert language_of(text, lang) == language


def test_english_spelling_is_left_out_of_other_languages() -> None:
    assert spelled("L'aube & TOUT LE MONDE", "fr") == "L'aube & TOUT LE MONDE"

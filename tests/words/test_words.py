"""Every sentence a person hears is plain, and every place that asks for one finds it."""

import ast
import re
from pathlib import Path

import pytest

import ekphrasis
from ekphrasis.words import catalogue, say

PACKAGE = Path(ekphrasis.__file__).parent
SENTENCES = sorted(catalogue().items())


def grade(text: str) -> float:
    """Flesch-Kincaid grade level, syllables counted as groups of vowels."""
    sentences = max(1, len(re.findall(r"[.!?](?:\s|$)", text)))
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


# The table `app` speaks of options and files to a person at a terminal; all else is heard by a visitor.
VISITORS = [(k, s) for k, s in SENTENCES if not k.startswith("app.") and len(s.split()) >= 5]


@pytest.mark.parametrize(("key", "sentence"), VISITORS)
def test_a_sentence_reads_at_grade_eight_or_below(key: str, sentence: str) -> None:
    assert grade(re.sub(r"\{[^}]*\}|Ekphrasis", "it", sentence)) <= 8


@pytest.mark.parametrize(("key", "sentence"), SENTENCES)
def test_a_sentence_can_be_heard(key: str, sentence: str) -> None:
    assert sentence == sentence.strip()
    assert not re.search(r"\b(click|see below|see above|invalid|error|exception|null|failed)\b", sentence, re.I)
    assert sentence.isprintable()
    assert not re.search("[\U0001f000-\U0001ffff✓✗→⚠]", sentence)


def test_say_fills_places_and_refuses_unknown_keys() -> None:
    assert say("page.title.ready", title="Wax").startswith("Poem ready: Wax")
    with pytest.raises(KeyError):
        say("page.title.no_such_title")
    with pytest.raises(KeyError):
        say("page.title.ready")


def literal_keys() -> list[str]:
    """Keys that the package names in full, in `say(...)`, `Refusal(...)` or a page file."""
    keys: list[str] = []
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in {"say", "Refusal"} and isinstance(node.args[0].value, str):
                    keys.append(node.args[0].value)
    static = PACKAGE / "page" / "static"
    keys += re.findall(r"say\([\"']([\w.]+)[\"']\)", (static / "index.html").read_text(encoding="utf-8"))
    for file in static.glob("*.js"):
        keys += [f"page.{key}" for key in re.findall(r"word\(\"([\w.]+)\"", file.read_text(encoding="utf-8"))]
    return keys


def test_every_key_that_is_asked_for_is_in_the_catalogue() -> None:
    keys = literal_keys()
    assert len(keys) > 60
    assert [key for key in keys if key not in catalogue()] == []

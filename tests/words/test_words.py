"""Every sentence a person hears is plain, and every place that asks for one finds it."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

import ekphrasis
from ekphrasis.assets import vocabulary
from ekphrasis.settings import Settings
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


def asked_in_python() -> tuple[set[str], list[re.Pattern[str]], set[str]]:
    """Keys that the package names in full, families that it names by f-strings, and every text that could be a part."""
    keys: set[str] = set()
    families: list[re.Pattern[str]] = []
    texts: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if not (isinstance(node, ast.Call) and node.args):
                continue
            if getattr(node.func, "id", getattr(node.func, "attr", "")) not in {"say", "Refusal"}:
                continue
            asked = node.args[0]
            if isinstance(asked, ast.JoinedStr):
                parts = (re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in asked.values)
                families.append(re.compile("".join(parts)))
                continue
            for part in ast.walk(asked):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value:
                    keys.add(part.value)
    return keys, families, texts


def asked_in_the_page() -> tuple[set[str], list[re.Pattern[str]]]:
    """The same for the document, which joins a family's name to its member, and for the scripts, which do not."""
    static = PACKAGE / "page" / "static"
    keys: set[str] = set()
    for file in static.glob("*.js"):
        for call in re.findall(r"\bword\(([^;]*)\)", file.read_text(encoding="utf-8")):
            keys |= {f"page.{key}" for key in re.findall(r'"(\w+\.\w+)"', call)}
    named = set(re.findall(r"[\"'](page\.[\w.%]+)[\"']", (static / "index.html").read_text(encoding="utf-8")))
    families = {key for key in named if key.endswith("_") or "%d" in key}
    patterns = [
        re.compile(re.escape(key).replace("%d", r"\d") + (r"\w+" if key.endswith("_") else "")) for key in families
    ]
    return keys | (named - families), patterns


def test_every_key_that_is_asked_for_is_in_the_catalogue() -> None:
    keys = asked_in_python()[0] | asked_in_the_page()[0]
    assert len(keys) > 100
    assert keys - set(catalogue()) == set()


def test_every_sentence_of_the_catalogue_is_asked_for_somewhere() -> None:
    keys, families, texts = asked_in_python()
    page_keys, page_families = asked_in_the_page()
    # A member of a family must be a text of the package's own: a state, a fault, a name in a list.
    members = texts | set(vocabulary("subjects")) | {each.name for each in fields(Settings)}

    def is_asked_for(key: str) -> bool:
        return (
            key in keys | page_keys | texts
            or any((found := each.fullmatch(key)) and set(found.groups()) <= members for each in families)
            or any(each.fullmatch(key) for each in page_families)
        )

    assert [key for key in catalogue() if not is_asked_for(key)] == []

"""How a line is spelled for a voice: what the eye skips is taken away, what the ear needs is written out."""

import re
import unicodedata

_ELISIONS = {
    "o'er": "ore",
    "e'er": "air",
    "e'en": "een",
    "ne'er": "nair",
    "whate'er": "whatever",
    "where'er": "wherever",
    "howe'er": "however",
    "'tis": "tiz",
    "'twas": "twuz",
    "'twere": "twur",
    "'twill": "twill",
    "'twould": "twould",
    "'twixt": "twixt",
    "'gainst": "gainst",
    "'neath": "neath",
    "'mid": "mid",
    "'midst": "midst",
    "'mongst": "mongst",
    "'em": "em",
    "'til": "till",
    "'till": "till",
    "'cause": "cause",
    "'round": "round",
    "ta'en": "tain",
    "th'": "the",
    "i' th'": "in the",
    "i' the": "in the",
    "tho'": "though",
    "altho'": "although",
    "thro'": "through",
}
_ELISION = re.compile(
    r"(?<![\w'])(" + "|".join(re.escape(e) for e in sorted(_ELISIONS, key=len, reverse=True)) + r")(?![\w'])", re.I
)
_CLIPPED_ED = re.compile(r"\b(?!(?:i|you|he|she|it|we|they|who|that|there|what|how|where|why)')(\w{2,}[a-z])'d\b", re.I)
# A lone "I" is the pronoun ("the song I knew", "No. I won't") unless the name ends with it; "Section C" has a letter.
_NUMBERED = re.compile(
    r"\b((?i:act|book|canto|chapter|elegy|fragment|hymn|no\.|number|ode|part|psalm|scene|section|song|sonnet|verse))"
    r"\s+([IVXLC]{2,}|[VX]|(?<!\.\s)I(?=\.?$|[:,]))(?!\w|')",
)
_ROMAN = re.compile(r"(?=[IVXLC])(?:C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_CAPITALS_RUN = re.compile(r"\b[^\W\d_a-z]{2,}(?:'[^\W\d_a-z]+)?(?:\s+(?:I|A|O|[^\W\d_a-z]{2,}(?:'[^\W\d_a-z]+)?))+\b")
_LONE_CAPITALS = re.compile(r"\b[A-Z]{4,}\b")
_SCRIPTS = {
    "CYRILLIC": "ru",
    "GREEK": "el",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "THAI": "th",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
}
_SHARED_SCRIPTS = {
    "CYRILLIC": {"ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tt", "ba", "cv"},
    "CJK": {"zh", "cmn", "yue", "ja", "ko"},
    "ARABIC": {"ar", "fa", "ur", "ug", "sd"},
    "DEVANAGARI": {"hi", "mr", "ne", "kok"},
}


def spelled(text: str, lang: str) -> str:
    """`text` as a voice for `lang` should be given it; empty where there is nothing to say."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    text = "".join(" " if _unsayable(letter) else letter for letter in text)
    text = text.replace("’", "'").replace("‘", "'").replace("ʼ", "'")
    text = re.sub(r"\.\s?\.\s?\.+|…", "…", text)
    text = re.sub(r"\s*(?:—|―|--+|\s[–-]\s|–(?=\s|$))\s*", "—", text)
    text = re.sub(r"(?<!\d)/|/(?!\d)", " ", text)
    if lang.partition("-")[0] == "en":
        text = _english(text)
    text = re.sub(r"\s+", " ", text).strip().removeprefix("—").strip()
    text = re.sub(r"\s+([,.;:!?…])", r"\1", text)
    return text if any(letter.isalnum() for letter in text) else ""


def _unsayable(letter: str) -> bool:
    """Whether the voice would stumble over a sign that the eye passes by: emoji, ornaments, mark-up."""
    return letter in "*_|~^<>\\`#[]{}\ufe0e\ufe0f" or unicodedata.category(letter) in {
        "So",
        "Sk",
        "Cc",
        "Cf",
        "Co",
        "Cn",
        "Cs",
    }


def _english(text: str) -> str:
    text = re.sub(r"\s*&\s*", " and ", text)
    text = _NUMBERED.sub(lambda m: f"{m[1]} {roman(m[2]) or m[2]}", text)
    text = _ELISION.sub(lambda m: _cased(m[1], _ELISIONS[m[1].lower()]), text)
    text = _CLIPPED_ED.sub(lambda m: m[1] + ("d" if m[1][-1].lower() == "e" else "ed"), text)
    text = _CAPITALS_RUN.sub(lambda m: _lowered(m[0]), text)
    return _LONE_CAPITALS.sub(lambda m: _lowered(m[0]) if re.search("[AEIOUY]", m[0]) else m[0], text)


def _cased(written: str, said: str) -> str:
    return said.capitalize() if written.lstrip("'")[:1].isupper() else said


def _lowered(capitals: str) -> str:
    # "I" stays the pronoun; a capital at the front lets the voice know a sentence's beginning.
    words = [word if word == "I" or word.startswith("I'") else word.lower() for word in capitals.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def roman(numeral: str) -> int | None:
    """The number that a Roman numeral up to CCCXCIX stands for, None for any other text."""
    capitals = numeral.upper()
    if not capitals or not _ROMAN.fullmatch(capitals):
        return None
    values = [_VALUES[letter] for letter in capitals]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def language_of(text: str, lang: str) -> str:
    """`lang`, or the language that most likely goes with the letters where they are not those of `lang`."""
    scripts = [unicodedata.name(letter, "LATIN").partition(" ")[0] for letter in text if letter.isalpha()]
    foreign = [script for script in scripts if script in _SCRIPTS]
    if len(foreign) * 2 <= len(scripts):
        return lang
    if "HIRAGANA" in foreign or "KATAKANA" in foreign:
        return "ja"
    script = max(set(foreign), key=foreign.count)
    users = {_SCRIPTS[script]} | _SHARED_SCRIPTS.get(script, set())
    return lang if lang.partition("-")[0] in users else _SCRIPTS[script]

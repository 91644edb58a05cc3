"""A poem, as every room passes it on."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Poem:
    """One poem with the facts that are true of it.

    `subjects`, `mood` and `palette` are words of the closed lists in `assets/vocabulary/`; `lang` is a BCP 47 tag.
    `poet` is empty where the poem was written for this project: `origin` then says so.
    """

    id: str
    title: str
    stanzas: tuple[tuple[str, ...], ...]
    subjects: tuple[str, ...]
    mood: str
    palette: tuple[str, ...]
    form: str
    poet: str = ""
    lang: str = "en"
    origin: str = "written for this project"
    rights: str = "CC0-1.0"

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for stanza in self.stanzas for line in stanza)

    @property
    def text(self) -> str:
        """Title and lines as the text tower reads them: stanzas apart by an empty line."""
        return "\n\n".join([self.title, *("\n".join(stanza) for stanza in self.stanzas)])

    @property
    def content_hash(self) -> str:
        """SHA-256 of `text`: with the model's id it names the poem's encoding."""
        return hashlib.sha256(self.text.encode()).hexdigest()

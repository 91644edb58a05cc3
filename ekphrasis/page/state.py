"""The page's state: one value, made here, that the browser draws whole.

Every value sent has the same shape, never a delta, so a page that missed one is put right by the next:

    stage    "working", "ready" or "refused"
    title    the document's title
    status   a sentence for the polite region, or ""
    alert    a sentence for the assertive region, or ""
    still    what to say if nothing new comes for a while, or ""
    reading  None while there is none, else what is drawn below the controls
"""

from collections.abc import Sequence
from typing import Any

from ..companion import Choice, Companion, Reading, Stage, byline
from ..poem import Poem
from ..refusal import Refusal
from ..sight import phrase
from ..words import say

State = dict[str, Any]


def working(stage: Stage) -> State:
    """A stage that has just begun."""
    sentence = say(f"companion.stage.{stage}")
    return _state(
        "working",
        say("page.title.working"),
        status=sentence,
        still=say("page.announce.still", stage=sentence),
    )


def waking(done: int, total: int) -> State:
    """A first start goes on: the poems are being encoded."""
    sentence = say("companion.encoded", done=done, total=total)
    return _state("working", say("page.title.working"), status=sentence, still=sentence)


def refused(refusal: Refusal) -> State:
    """The work ended with a sentence; the page keeps the reading that it has."""
    return _state("refused", say("page.title.refused"), alert=say(refusal.key, **refusal.facts))


def ready(companion: Companion, reading: Reading) -> State:
    """The poems for a photo, the first one open."""
    return opened(companion, reading.seen, reading.choices, 0)


def opened(companion: Companion, seen: str, choices: Sequence[Choice], current: int) -> State:
    """The poem number `current` of `choices`; `seen` is what the companion said of the photo."""
    choice = choices[current]
    return _state(
        "ready",
        say("page.title.ready", title=choice.poem.title),
        status=say("page.announce.ready", title=choice.poem.title),
        reading={
            "seen": seen,
            "current": current,
            "choices": [
                {"poem": each.poem.id, "certainty": each.certainty, "shared": list(each.shared)} for each in choices
            ],
            "poem": _poem(companion, choice.poem),
            "why": _why(choice),
        },
    )


def _state(
    stage: str,
    title: str,
    *,
    status: str = "",
    alert: str = "",
    still: str = "",
    reading: State | None = None,
) -> State:
    return {
        "stage": stage,
        "title": title,
        "status": status,
        "alert": alert,
        "still": still,
        "reading": reading,
    }


def _poem(companion: Companion, poem: Poem) -> State:
    return {
        "id": poem.id,
        "title": poem.title,
        "byline": byline(poem),
        "lang": poem.lang,
        "stanzas": [list(stanza) for stanza in poem.stanzas],
        "utterances": [utterance.line for utterance in companion.utterances(poem)],
    }


def _why(choice: Choice) -> str:
    sentences = [say(f"page.why.{choice.certainty}")]
    if choice.shared:
        sentences.append(say("page.why.shared", subjects=", ".join(phrase(word) for word in choice.shared)))
    return " ".join(sentences)

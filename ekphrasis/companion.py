"""The corridor through the rooms: a photo goes in, a reading comes out, with no page needed.

from ekphrasis import Companion

with Companion() as companion:
    reading = companion.read(Path("photo.jpg").read_bytes())
    print(reading.poem.title)
    for spoken in companion.speak(reading.poem):
        play(spoken.samples)
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING

from . import photo as _photo
from .poem import Poem
from .refusal import Refusal
from .settings import Settings
from .words import say

if TYPE_CHECKING:
    from .collection import Collection
    from .model import Encoded, Matcher
    from .recognition import Work
    from .sight import Likely, Sight
    from .speech import Speaker, Spoken, Utterance

CHOICES = 5
_TICK = 0.05  # seconds


class Stage(StrEnum):
    """A step of the journey; `words.say(f"companion.stage.{stage}")` is what a person hears as it begins."""

    WAKE = "wake"
    TAKE = "take"
    FRAME = "frame"
    LOOK = "look"
    KNOW = "know"
    MATCH = "match"


class Cancelled(Exception):
    """The person asked to stop: nothing was made, nothing is kept."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A poem that fits: how sure the model is, and the subjects that poem and picture share."""

    poem: Poem
    certainty: str
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a photo was answered with. It holds nothing of the photo itself.

    `choices` are poems, the best first; `judgements` name what was wrong with the photo (`words` keys
    `photo.judged.<name>`); `work` is the museum's own work where it is certain, else None.
    """

    choices: tuple[Choice, ...]
    sight: "Sight"
    judgements: tuple[str, ...]
    work: "Work | None"

    @property
    def poem(self) -> Poem:
        return self.choices[0].poem

    @property
    def seen(self) -> str:
        """What a person is told of the photo: the work if it is known, what it shows, what a better one would be."""
        work = [self.work.sentence] if self.work else []
        notes = [say(f"photo.judged.{name}") for name in self.judgements]
        return " ".join([*work, self.sight.sentence, *notes])


def byline(poem: Poem) -> str:
    """Who made the poem, as it is said and shown: the poet, or where the poem comes from."""
    if poem.poet:
        return say("companion.byline.poet", poet=poem.poet)
    return say("companion.byline.origin")


class Companion:
    """Runs the journey's steps. Safe to use from many threads; close it to end the voice's process.

    Nothing heavy is loaded until `prepare`, which `read` and `speak` call themselves.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._preparing = threading.Lock()
        self._speaking = threading.Lock()
        self._matcher: Matcher | None = None
        self._poems: tuple[Poem, ...] = ()
        self._encodings: Sequence[Encoded] = ()
        self._works: tuple[Work, ...] = ()
        self._collection: Collection | None = None
        self._speaker: Speaker | None = None
        self.on_trouble: Callable[[str], None] = lambda key: None
        self.encoded = (0, 0)
        """Poems encoded so far and in all, while the companion wakes up for the first time."""

    def __enter__(self) -> "Companion":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def awake(self) -> bool:
        """Whether model and collection are ready, so that `read` will not have to wait for them."""
        return self._matcher is not None

    @property
    def collection(self) -> "Collection":
        """The store of poems, opened (made and filled the first time) when first asked for.

        Raises Refusal where it cannot be opened.
        """
        with self._preparing:
            return self._open_collection()

    def prepare(
        self,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
        cancelled: threading.Event | None = None,
    ) -> None:
        """Load the model, open the collection and encode the poems that this model has not met.

        `on_progress` is told how many poems are encoded, out of how many; who waits for another's `prepare` finds
        the same in `encoded`. Raises Refusal where a model or a collection cannot be opened, Cancelled where
        `cancelled` is set meanwhile.
        """
        from .model import Matcher, Shelf

        def count(done: int, total: int) -> None:
            self.encoded = (done, total)
            on_progress(done, total)

        # Another thread may be at it for many seconds: who stops waiting must not have to wait for that.
        while not self._preparing.acquire(timeout=_TICK):
            _heed(cancelled)
        try:
            if self._matcher is not None:
                return
            collection = self._open_collection()
            matcher = Matcher.load(self.settings.model, threads=self.settings.threads)
            self._poems = collection.poems()
            encodings = collection.encodings(
                matcher.model_id,
                matcher.encode,
                on_progress=count,
                cancelled=cancelled,
                poems=self._poems,
            )
            self._encodings = Shelf(encodings)
            self._works = _known_works()
            _heed(cancelled)
            self._matcher = matcher
        finally:
            self._preparing.release()

    def read(
        self,
        photo: bytes,
        *,
        on_stage: Callable[[Stage], None] = lambda stage: None,
        cancelled: threading.Event | None = None,
    ) -> Reading:
        """Answer a photo (the bytes of a picture file) with the poems that fit it, the best first.

        `on_stage` is told each stage as it begins. Raises Refusal where the photo, the model or the
        collection cannot be used, Cancelled where `cancelled` is set or the companion closed meanwhile.
        """
        from . import framing, recognition, sight

        def begin(stage: Stage) -> None:
            _heed(cancelled)
            on_stage(stage)

        begin(Stage.TAKE)
        taken = _photo.take(photo)
        begin(Stage.FRAME)
        artwork = framing.frame(taken)
        matcher = self._matcher
        if matcher is None:
            begin(Stage.WAKE)
            self.prepare(cancelled=cancelled)
            matcher = self._matcher
        if matcher is None:  # closed meanwhile
            raise Cancelled
        begin(Stage.LOOK)
        seen = matcher.see(artwork.image)
        likely = tuple(sight.Likely(word, certainty) for word, certainty in seen.subjects)
        looked = sight.look(artwork.image, likely)
        begin(Stage.KNOW)
        work = recognition.recognise(artwork.image, self._works)
        begin(Stage.MATCH)
        if not self._poems:
            raise Refusal("companion.no_poems")
        matches = matcher.match(seen, self._encodings, top=CHOICES)
        _heed(cancelled)
        choices = tuple(_choice(self._poems[match.index], match.certainty, looked.subjects) for match in matches)
        return Reading(choices, looked, taken.judgements, work)

    def utterances(self, poem: Poem) -> "tuple[Utterance, ...]":
        """What the voice will say for `poem`: title, byline, then line by line."""
        from .speech import utterances

        return utterances(poem, byline(poem))

    def speak(self, poem: Poem, *, cancelled: threading.Event | None = None) -> "Iterator[Spoken]":
        """Read `poem` aloud, a line ahead of the ear."""
        return self.speaker.speak(self.utterances(poem), cancelled)

    def line(self, poem: Poem, number: int) -> "Spoken":
        """Utterance `number` of `poem`, spoken by itself: its times count from its own start.

        Raises IndexError where the poem has no such utterance, Cancelled where the companion is closed meanwhile.
        """
        for spoken in self.speaker.speak([self.utterances(poem)[number]]):
            return spoken
        raise Cancelled

    @property
    def speaker(self) -> "Speaker":
        """The voice, its process started when first asked for."""
        from .speech import Speaker

        with self._speaking:
            if self._speaker is None:
                self._speaker = Speaker(self.settings.voice, on_trouble=lambda key: self.on_trouble(key))
            return self._speaker

    def close(self) -> None:
        """End the voice's process and let the collection go."""
        with self._speaking:
            if self._speaker is not None:
                self._speaker.close()
                self._speaker = None
        with self._preparing:
            if self._collection is not None:
                self._collection.close()
                self._collection = self._matcher = None

    def _open_collection(self) -> "Collection":
        from .collection import Collection

        if self._collection is None:
            self._collection = Collection.open(self.settings.collection_url)
        return self._collection


def _heed(cancelled: threading.Event | None) -> None:
    if cancelled is not None and cancelled.is_set():
        raise Cancelled


def _known_works() -> "tuple[Work, ...]":
    """The works that the companion knows: until a museum can register its own, the artworks that ship with it."""
    from PIL import Image

    from .recognition import Work
    from .samples import samples

    works = tuple(
        Work(sample.id, sample.title, "", sample.description, Image.open(sample.path).convert("RGB"))
        for sample in samples()
    )
    for work in works:
        work.marks  # noqa: B018  # found now, so that the first photo need not wait for them
    return works


def _choice(poem: Poem, certainty: str, likely: "tuple[Likely, ...]") -> Choice:
    """The poem as it is offered: the model's word for how sure it is, no more than what was seen bears out.

    Where poem and picture share nothing that was seen, no poem is called more than the nearest one; "sure" is
    kept for a shared subject that is itself seen for sure.
    """
    from .sight import SURE

    shared = tuple(guess for guess in likely if guess.word in poem.subjects)
    if not shared:
        certainty = "unsure"
    elif certainty == "sure" and shared[0].certainty < SURE:
        certainty = "likely"
    return Choice(poem, certainty, tuple(guess.word for guess in shared))

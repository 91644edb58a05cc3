"""How sure the companion says it is of a poem: no surer than what it saw."""

import pytest

from ekphrasis import Poem
from ekphrasis.companion import _choice
from ekphrasis.sight import Likely

POEM = Poem("a", "A", (("A line",),), ("sea", "boat"), "calm", ("cool",), "free verse")


@pytest.mark.parametrize(
    ("model", "seen", "said", "shared"),
    [
        ("sure", [Likely("sea", 0.8), Likely("boat", 0.4)], "sure", ("sea", "boat")),
        ("sure", [Likely("boat", 0.4)], "likely", ("boat",)),
        ("sure", [Likely("dog", 0.9), Likely("boat", 0.4)], "likely", ("boat",)),
        ("sure", [Likely("dog", 0.9)], "unsure", ()),
        ("sure", [], "unsure", ()),
        ("likely", [Likely("sea", 0.8)], "likely", ("sea",)),
        ("unsure", [Likely("sea", 0.8)], "unsure", ("sea",)),
    ],
)
def test_no_surer_than_what_was_seen(model: str, seen: list[Likely], said: str, shared: tuple[str, ...]) -> None:
    choice = _choice(POEM, model, tuple(seen))
    assert (choice.certainty, choice.shared) == (said, shared)

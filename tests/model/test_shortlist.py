"""The shortlist, by brute force and by the index: the same answer, whatever the collection is."""

import sys
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ekphrasis.model import Encoded, Encoding, Shelf
from ekphrasis.model.shortlist import shortlist

Shelved = Callable[[Sequence[Encoded]], Sequence[Encoded]]
RIGHT: NDArray[np.float32] = np.array([1, 0], dtype=np.float32)
NO_TOKENS = np.zeros((1, 2), dtype=np.float16)


def poem(*vector: float) -> Encoding:
    return Encoding(np.array(vector, dtype=np.float32), NO_TOKENS)


def many(count: int, seed: int = 0) -> list[Encoding]:
    vectors = np.random.default_rng(seed).standard_normal((count, 24), dtype=np.float32)
    return [poem(*vector / np.linalg.norm(vector)) for vector in vectors]


def indexed(poems: Sequence[Encoded]) -> Shelf:
    pytest.importorskip("faiss", reason="the extra `index` is not installed")
    return Shelf(poems, index_from=0)


@pytest.fixture(params=[list, Shelf, indexed], ids=["a list", "a shelf", "an index"])
def shelved(request: pytest.FixtureRequest) -> Shelved:
    """Each way to hand poems to a search."""
    way: Shelved = request.param
    return way


def test_no_poems_no_shortlist(shelved: Shelved) -> None:
    order, likeness = shortlist(RIGHT, shelved([]), 3)
    assert (order.tolist(), likeness.tolist()) == ([], [])


def test_fewer_poems_than_asked_for_are_all_there(shelved: Shelved) -> None:
    order, likeness = shortlist(RIGHT, shelved([poem(0, 1), poem(1, 0), poem(0.6, 0.8)]), 50)
    assert order.tolist() == [1, 2, 0]
    assert likeness.tolist() == pytest.approx([1, 0.6, 0])


def test_none_asked_for_none_given(shelved: Shelved) -> None:
    order, likeness = shortlist(RIGHT, shelved([poem(0, 1), poem(1, 0)]), 0)
    assert (len(order), len(likeness)) == (0, 0)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_of_equals_the_earlier_comes_first_and_stays(shelved: Shelved, depth: int) -> None:
    poems = [poem(0, 1), poem(1, 0), poem(1, 0), poem(1, 0)]
    assert shortlist(RIGHT, shelved(poems), depth)[0].tolist() == [1, 2, 3, 0][:depth]


def test_the_shortlist_is_what_sorting_all_cosines_gives() -> None:
    poems, query = many(700), many(1, seed=1)[0].vector
    cosines = np.array([poem.vector @ query for poem in poems])
    expected = np.argsort(-cosines, kind="stable")[:50]
    order, likeness = shortlist(query, Shelf(poems), 50)
    assert order.tolist() == expected.tolist()
    assert likeness == pytest.approx(cosines[expected], abs=1e-6)


def test_the_index_finds_most_of_it_and_says_its_cosines() -> None:
    poems, queries = many(4000), [each.vector for each in many(20, seed=1)]
    shelf = indexed(poems)
    found = 0
    for query in queries:
        order, likeness = shortlist(query, shelf, 50)
        assert likeness == pytest.approx([poems[at].vector @ query for at in order], abs=1e-6)
        assert np.all(np.diff(likeness) <= 0)
        found += len(set(order.tolist()) & set(shortlist(query, poems, 50)[0].tolist()))
    # Of noise, in which nothing is near to anything, a quarter of the lists holds over half of what is sought.
    assert 0.5 < found / (20 * 50) < 1


def test_the_index_gives_as_many_as_are_asked_for_though_its_lists_are_uneven() -> None:
    crowd = [poem(*(0.99, 0.1, 0.01 * at)) for at in range(30)]
    loners = [poem(-1, 0, 0), poem(0, -1, 0), poem(0, 0, -1)]
    shelf = indexed([*crowd, *loners])
    order, _ = shortlist(np.array([-1, 0, 0], dtype=np.float32), shelf, 20)
    assert order[0] == 30
    assert len(set(order.tolist())) == 20


def test_a_shelf_reads_as_the_poems_in_their_order() -> None:
    poems = many(5)
    shelf = Shelf(poems)
    assert len(shelf) == 5
    assert shelf[3] is poems[3]
    assert list(shelf) == poems
    assert list(shelf[1:3]) == poems[1:3]


def test_a_collection_that_changes_is_searched_anew_and_a_shelf_of_it_is_not_disturbed() -> None:
    poems = [poem(0, 1), poem(0.6, 0.8)]
    shelf = Shelf(poems)
    poems.insert(0, poem(1, 0))
    assert shortlist(RIGHT, poems, 1)[0].tolist() == [0]
    assert shortlist(RIGHT, Shelf(poems), 1)[0].tolist() == [0]
    before = shortlist(RIGHT, shelf, 1)
    assert before[0].tolist() == [1]
    assert shelf[1] is poems[2]


def test_without_the_library_a_large_shelf_is_searched_by_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    poems, query = many(300), many(1, seed=1)[0].vector
    order, _ = shortlist(query, Shelf(poems, index_from=100), 50)
    assert order.tolist() == shortlist(query, poems, 50)[0].tolist()


def test_a_small_shelf_does_not_load_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "faiss", raising=False)
    Shelf(many(300))
    assert "faiss" not in sys.modules

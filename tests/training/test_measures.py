"""The measures on tables small enough to be worked by hand."""

from dataclasses import dataclass
from math import log, log2

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the training extra")

from training import measures
from training.fusion import threshold


@dataclass(frozen=True)
class Facts:
    subjects: tuple[str, ...]
    mood: str = "calm"


ARTWORKS = (Facts(("sea", "boat")), Facts(("dog",), "playful"), Facts(("owl", "sea"), "solemn"))
POEMS = (Facts(("sea",)), Facts(("sea", "dog"), "playful"), Facts(("boat",), "solemn"))


def test_a_rarer_subject_weighs_more() -> None:
    weights = measures.rarities(POEMS)
    assert weights["sea"] == pytest.approx(log(4 / 3))
    assert weights["dog"] == weights["boat"] == pytest.approx(log(4 / 2))


def test_overlap_is_the_weighted_share_of_the_artworks_subjects() -> None:
    sea, boat, owl = log(4 / 3), log(2), log(4)
    table = measures.overlaps(ARTWORKS, POEMS)
    assert table[0] == pytest.approx([sea / (sea + boat), sea / (sea + boat), boat / (sea + boat)])
    assert table[1] == pytest.approx([0, 1, 0])
    assert table[2] == pytest.approx([sea / (sea + owl), sea / (sea + owl), 0])


def test_hits_moods_and_the_best_constant() -> None:
    hits = measures.hits(ARTWORKS, POEMS)
    assert hits.tolist() == [[1, 1, 1], [0, 1, 0], [1, 1, 0]]
    assert measures.moods(ARTWORKS, POEMS).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert measures.best_constant(hits) == 1.0
    assert measures.best_constant(measures.moods(ARTWORKS, POEMS)) == pytest.approx(1 / 3)


def test_among_equals_the_own_text_comes_last() -> None:
    scores = np.array([[0.9, 0.5, 0.1], [0.4, 0.4, 0.4], [0.1, 0.2, 0.3]])
    found = measures.ranks(scores, np.array([0, 1, 0]))
    assert found.tolist() == [1, 3, 3]
    assert measures.within(found, 1).tolist() == [1, 0, 0]


def test_out_of_as_many_as_there_are_is_the_full_rank() -> None:
    scores = np.random.default_rng(0).normal(size=(6, 9))
    own = np.arange(6)
    drawn = measures.out_of(scores, own, size=9, draws=3, seed=1)
    assert (drawn == measures.ranks(scores, own)).all()


def test_out_of_fewer_ranks_no_lower() -> None:
    scores = np.random.default_rng(0).normal(size=(6, 50))
    own = np.arange(6)
    drawn = measures.out_of(scores, own, size=10, draws=20, seed=1)
    assert drawn.shape == (20, 6)
    assert (drawn <= measures.ranks(scores, own)).all()
    assert drawn.max() <= 10


def test_ndcg_by_hand() -> None:
    ideal = 7 + 3 / log2(3) + 1 / 2
    assert measures.ndcg([3, 2, 1, 0]) == pytest.approx(1)
    assert measures.ndcg([0, 3, 2, 1]) == pytest.approx((7 / log2(3) + 3 / 2) / ideal)
    assert measures.ndcg([0, 0, 0, 3]) == 0
    assert measures.ndcg([0, 0, 0]) == 0


def test_the_expected_ndcg_is_the_mean_over_all_orders() -> None:
    from itertools import permutations

    grades = (3, 1, 0, 0, 2)
    mean = np.mean([measures.ndcg(order) for order in permutations(grades)])
    assert measures.expected_ndcg(grades) == pytest.approx(mean)


def test_the_interval_holds_the_mean_and_narrows_with_more_artworks() -> None:
    rng = np.random.default_rng(0)
    few, many = (measures.bootstrap(rng.random(count)) for count in (20, 2000))
    for found in (few, many):
        assert found.low < found.value < found.high
    assert many.high - many.low < few.high - few.low
    assert measures.bootstrap(np.ones(5)) == measures.Interval(1, 1, 1)


def test_variety_counts_the_different_and_the_commonest() -> None:
    assert measures.variety([4, 4, 7, 4]) == (2, 0.75)


def test_the_threshold_is_the_lowest_with_enough_that_is_right_above_it() -> None:
    scores = np.arange(20, 0, -1).astype(float)
    right = np.array([1.0] * 12 + [0.0] * 8)
    assert threshold(scores, right, 1.0) == 9.0
    assert threshold(scores, right, 0.6) == 1.0
    assert threshold(scores, 1 - right, 0.9) > scores.max()

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ekphrasis.model import Certainty, Encoding, Folder, Matcher, ScoreWeights, Shelf, open_folder
from ekphrasis.model.match import certainty, fuse

POEMS = (
    "The Lighthouse\n\nA tower by the sea at night\nkeeps one warm lamp alight.",
    "Orchard\n\nApples, a ladder, the long grass.",
    "Rain\n\nThe rain counts every tile.\n\nThen it loses count.",
    "Letter\n\nYou wrote. I read it by the window.",
    "Horse\n\nHe stood in the field as if the field were his.",
    "Snow\n\nNo road, no fence, no sound.",
    "Mirror\n\nShe looked. It looked.",
)


@pytest.fixture(scope="module")
def matcher(tiny_model: Path) -> Matcher:
    return Matcher.load(tiny_model, threads=1)


@pytest.fixture(scope="module")
def poems(matcher: Matcher) -> list[Encoding]:
    return [matcher.encode(text) for text in POEMS]


def picture(seed: int, size: tuple[int, int] = (80, 60)) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(noise)


def test_what_is_seen_has_the_promised_shapes(matcher: Matcher, poems: list[Encoding]) -> None:
    seen = matcher.see(picture(0))
    assert seen.vector.dtype == np.float32
    assert np.linalg.norm(seen.vector) == pytest.approx(1, abs=1e-5)
    assert seen.vector.shape == poems[0].vector.shape
    assert seen.tokens.shape[1] == poems[0].tokens.shape[1]


def test_subjects_and_moods_are_all_there_the_most_certain_first(matcher: Matcher) -> None:
    seen = matcher.see(picture(1))
    for found, words in ((seen.subjects, matcher.config.subjects), (seen.mood, matcher.config.moods)):
        assert sorted(word for word, _ in found) == sorted(words)
        certainties = [certain for _, certain in found]
        assert certainties == sorted(certainties, reverse=True)
        assert 0 <= certainties[-1] <= certainties[0] <= 1


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK", "1", "I;16", "F", "YCbCr"])
def test_a_picture_of_any_mode_is_seen(matcher: Matcher, mode: str) -> None:
    seen = matcher.see(Image.new(mode, (33, 57)))
    assert np.isfinite(seen.vector).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1)])
def test_a_picture_of_any_size_is_seen(matcher: Matcher, size: tuple[int, int]) -> None:
    assert np.isfinite(matcher.see(Image.new("RGB", size, "red")).vector).all()


def test_a_text_has_as_many_tokens_as_word_pieces_up_to_the_limit(matcher: Matcher) -> None:
    assert len(matcher.encode("").tokens) == 2
    assert len(matcher.encode("sea").tokens) == 3
    assert len(matcher.encode("sea " * 900).tokens) == matcher.config.text_tokens


def test_encodings_are_the_same_twice_and_differ_between_texts(matcher: Matcher, poems: list[Encoding]) -> None:
    again = matcher.encode(POEMS[0])
    assert (again.vector == poems[0].vector).all()
    assert (again.tokens == poems[0].tokens).all()
    assert again.tokens.dtype == np.float16
    assert np.linalg.norm(again.vector) == pytest.approx(1, abs=1e-4)
    assert not np.allclose(poems[0].vector, poems[1].vector)


def test_no_poems_no_match(matcher: Matcher) -> None:
    assert matcher.match(matcher.see(picture(2)), []) == ()


def test_fewer_poems_than_asked_for_are_all_given(matcher: Matcher, poems: list[Encoding]) -> None:
    matches = matcher.match(matcher.see(picture(3)), poems[:2], top=5)
    assert sorted(match.index for match in matches) == [0, 1]


def test_matches_come_best_first_and_say_where_they_stood(matcher: Matcher, poems: list[Encoding]) -> None:
    seen = matcher.see(picture(4))
    matches = matcher.match(seen, poems, depth=len(poems), top=len(poems))
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    by_likeness = sorted(matches, key=lambda match: match.shortlist_rank)
    assert [match.shortlist_rank for match in by_likeness] == list(range(len(poems)))
    for match in matches:
        assert match.likeness == pytest.approx(float(poems[match.index].vector @ seen.vector), abs=1e-5)
        assert match.certainty in ("sure", "likely", "unsure")


def test_the_score_is_the_fused_one(matcher: Matcher, poems: list[Encoding]) -> None:
    seen = matcher.see(picture(5))
    logits = matcher.rerank(seen, poems)
    weights = matcher.config.score
    for match in matcher.match(seen, poems, depth=len(poems), top=len(poems)):
        expected = weights.logit * logits[match.index] + weights.likeness * match.likeness
        assert match.score == pytest.approx(expected, abs=1e-4)


def test_a_shelf_is_matched_as_the_list_of_its_poems_is(matcher: Matcher, poems: list[Encoding]) -> None:
    seen = matcher.see(picture(10))
    assert matcher.match(seen, Shelf(poems), depth=4) == matcher.match(seen, poems, depth=4)


def test_without_re_ranking_the_towers_order_stands(matcher: Matcher, poems: list[Encoding]) -> None:
    matches = matcher.match(matcher.see(picture(6)), poems, depth=0, top=3)
    assert [match.shortlist_rank for match in matches] == [0, 1, 2]


def test_a_cross_encoder_without_weight_leaves_the_towers_order(tiny_model: Path, poems: list[Encoding]) -> None:
    folder = open_folder(tiny_model)
    unheard = Matcher(Folder(folder.path, replace(folder.config, score=ScoreWeights(0.0, 1.0))), threads=1)
    matches = unheard.match(unheard.see(picture(9)), poems, top=3)
    assert [match.shortlist_rank for match in matches] == [0, 1, 2]
    assert [match.score for match in matches] == pytest.approx([match.likeness for match in matches])


def test_a_poem_that_was_not_re_ranked_stays_behind_those_that_were(matcher: Matcher, poems: list[Encoding]) -> None:
    matches = matcher.match(matcher.see(picture(7)), poems, depth=2, top=4)
    assert sorted(match.shortlist_rank for match in matches[:2]) == [0, 1]
    assert [match.shortlist_rank for match in matches[2:]] == [2, 3]


def test_a_logit_does_not_depend_on_what_it_was_batched_with(matcher: Matcher, poems: list[Encoding]) -> None:
    seen = matcher.see(picture(8))
    together = matcher.rerank(seen, poems)
    alone = np.concatenate([matcher.rerank(seen, [poem]) for poem in poems])
    assert together == pytest.approx(alone, abs=0.05)


def test_fusion_and_certainty_by_hand() -> None:
    scores = fuse(np.float32([2, -1]), np.float32([0.5, 0.8]), ScoreWeights(0.1, 1.0))
    assert scores == pytest.approx([0.7, 0.7])
    thresholds = Certainty(sure=0.6, likely=0.4)
    assert [certainty(score, thresholds) for score in (0.6, 0.59, 0.4, 0.39)] == [
        "sure",
        "likely",
        "likely",
        "unsure",
    ]

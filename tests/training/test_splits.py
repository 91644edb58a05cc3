import pytest

from training.splits import Leakage, grouped_split, leakage, near_poems, random_split, same_poems

TREES = "Tongues in trees, books in the running brooks,\nsermons in stones, and good in everything"


def test_case_spaces_and_punctuation_do_not_part_a_poem() -> None:
    poems = ["The Sea!\nthe sea", "the moon", "the sea,  the sea", "THE SEA THE-SEA", "the sea the seal"]
    assert same_poems(poems) == (0, 1, 0, 0, 2)


def test_one_letter_written_in_two_ways_is_one_letter() -> None:
    assert same_poems(["caf\u00e9", "cafe\u0301", "cafe"]) == (0, 0, 1)


def test_excerpts_of_one_poem_are_near_and_not_the_same() -> None:
    poems = [
        f"And this our life finds\n{TREES}",
        "Sermons in stones and good in everything, always",
        TREES,
        "The moon has a face like the clock in the hall",
    ]
    assert same_poems(poems) == (0, 1, 2, 3)
    assert near_poems(poems) == (0, 0, 0, 1)


def test_a_few_words_in_common_make_no_group() -> None:
    poems = [
        "at the end of the day I go down to the sea again",
        "it was only the end of the day and nothing more was said",
    ]
    assert near_poems(poems) == (0, 1)


def test_likeness_passes_on() -> None:
    words = [f"word{at}" for at in range(24)]
    first, middle, last = (" ".join(words[start : start + 12]) for start in (0, 4, 8))
    assert near_poems([first, last]) == (0, 1)
    assert near_poems([first, last, middle]) == (0, 0, 0)


def test_poems_too_short_for_a_run_are_near_only_when_the_same() -> None:
    assert near_poems(["o moon", "O, moon!", "o sun", "???"]) == (0, 0, 1, 2)


def test_the_random_split_holds_out_a_fifth_and_is_the_same_for_a_seed() -> None:
    sides = random_split(103, seed=5)
    assert sides.count("test") == 21
    assert sides == random_split(103, seed=5) != random_split(103, seed=6)


@pytest.mark.parametrize("seed", range(5))
def test_no_group_is_on_both_sides_of_the_grouped_split(seed: int) -> None:
    groups = [at % 7 for at in range(40)] + list(range(100, 160))
    sides = grouped_split(groups, seed)
    assert sides.count("test") == 20
    trained = {group for group, side in zip(groups, sides, strict=True) if side == "train"}
    tested = {group for group, side in zip(groups, sides, strict=True) if side == "test"}
    assert not trained & tested
    assert sides == grouped_split(groups, seed)


def test_a_group_too_large_for_the_held_out_part_is_trained_on() -> None:
    assert grouped_split([0] * 9 + [1], seed=0) == ("train",) * 9 + ("test",)


def test_leakage_counts_held_out_pairs_whose_poem_is_trained_on() -> None:
    groups = [0, 0, 1, 1, 2, 3]
    assert leakage(groups, ("train", "test", "test", "test", "train", "test")) == Leakage(2, 4, 1)
    assert leakage(groups, ("train", "train", "test", "test", "train", "test")) == Leakage(3, 3, 0)
    assert leakage([], ()) == Leakage(0, 0, 0)


def test_a_random_split_of_repeated_poems_leaks_and_a_grouped_one_does_not() -> None:
    groups = [at // 4 for at in range(200)]
    assert leakage(groups, random_split(200, seed=0)).leaked > 30
    assert leakage(groups, grouped_split(groups, seed=0)) == Leakage(160, 40, 0)

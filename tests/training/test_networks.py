import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the training extra")

from pathlib import Path  # noqa: E402

from PIL import Image  # noqa: E402

from ekphrasis.model import Matcher  # noqa: E402
from training.data import Texts, spoken_subjects  # noqa: E402
from training.features import pixels, view  # noqa: E402
from training.network.encoder import absent_padding  # noqa: E402
from training.recipes import SMOKE  # noqa: E402
from training.tiny import TinyTrunk, tiny_model, tiny_tokenizer, write_tiny  # noqa: E402
from training.visitor_photos import perspective, visitor_photo  # noqa: E402


@pytest.fixture(scope="module")
def model():
    return tiny_model().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def fresh_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny(folder)
    return folder


def tokens(rows: int, places: int):
    return torch.randn(rows, places, SMOKE.size.cross.width, generator=torch.Generator().manual_seed(rows))


def states_of(model, ids, mask):
    return model.text.late(model.text.early(ids, mask), mask)


def test_padding_changes_no_logit(model) -> None:
    picture, poem = tokens(2, SMOKE.size.picture), tokens(2, 9)
    there = torch.ones(picture.shape[:2])
    short = model.cross(picture, there, poem[:, :6], torch.ones(2, 6))
    mask = absent_padding(torch.tensor([6, 6]), 9)
    long = model.cross(picture, there, poem, mask)
    assert torch.allclose(short, long, atol=1e-5)


def test_more_tokens_than_places_are_refused(model) -> None:
    picture, poem = tokens(1, SMOKE.size.picture), tokens(1, 4)
    there, ones = torch.ones(picture.shape[:2]), torch.ones(1, 4)
    with pytest.raises(AssertionError, match="poem"):
        long = tokens(1, SMOKE.size.poem + 1)
        model.cross(picture, there, long, torch.ones(long.shape[:2]))
    with pytest.raises(AssertionError, match="picture"):
        wide = tokens(1, SMOKE.size.picture + 1)
        model.cross(wide, torch.ones(wide.shape[:2]), poem, ones)


def test_a_text_reads_the_same_in_any_company(model) -> None:
    ids = torch.tensor([[2, 70, 80, 3], [2, 90, 3, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    both = model.read(states_of(model, ids, mask), mask)
    alone = model.read(states_of(model, ids[1:, :3], mask[1:, :3]), mask[1:, :3])
    assert torch.allclose(both.vector[1], alone.vector[0], atol=1e-5)
    assert torch.allclose(both.subjects[1], alone.subjects[0], atol=1e-4)


def test_joint_vectors_are_of_unit_length_and_popular_texts_are_marked_down(model) -> None:
    seen = model.see(TinyTrunk()(torch.rand(5, 3, 224, 224)))
    ids = torch.tensor([[2, 70, 80, 3], [2, 90, 95, 3]])
    mask = torch.ones_like(ids)
    text = model.read(states_of(model, ids, mask), mask)
    model.bank.zero_()
    before = model.image_joint(seen) @ model.text_joint(text).T
    model.bank.copy_(model.image_parts(seen)[:1].expand_as(model.bank))
    texts = model.text_joint(text)
    after = model.image_joint(seen) @ texts.T
    assert torch.allclose(texts.norm(dim=-1), torch.ones(2), atol=1e-5)
    assert torch.allclose(model.image_joint(seen).norm(dim=-1), torch.ones(5), atol=1e-5)
    # Half of each text's likeness to the bank's one picture is taken off its likeness to every picture.
    assert torch.allclose(before - after, (0.5 * before[:1]).expand_as(before), atol=1e-4)
    model.bank.zero_()


@torch.no_grad()
def test_the_exported_folder_says_what_torch_says(fresh_folder: Path, model) -> None:
    matcher = Matcher.load(fresh_folder, threads=1)
    text = "a boat on the sea at night"
    ids = torch.tensor([tiny_tokenizer().encode(text).ids])
    mask = torch.ones_like(ids)
    states = states_of(model, ids, mask)
    encoding = matcher.encode(text)
    assert float(torch.from_numpy(encoding.vector) @ model.text_joint(model.read(states, mask))[0]) > 0.99
    picture = Image.effect_mandelbrot((90, 70), (-2, -1.5, 1, 1.5), 60).convert("RGB")
    seen = matcher.see(picture)
    torch_seen = model.look(TinyTrunk().requires_grad_(False)(torch.from_numpy(pixels(picture))[None]))
    assert float(torch.from_numpy(seen.vector) @ model.image_joint(torch_seen)[0]) > 0.999
    expected = model.picture_tokens(torch_seen)[0].numpy()
    assert np.abs(seen.tokens - expected).max() < 0.01
    poem = model.text_tokens(ids, states)[:, : SMOKE.poem_tokens]
    logit = model.cross(
        torch.from_numpy(expected)[None], torch.ones(1, len(expected)), poem, torch.ones(poem.shape[:2])
    )
    assert matcher.rerank(seen, [encoding])[0] == pytest.approx(float(logit), abs=0.05)


def test_the_small_model_in_the_tests_has_todays_format(fresh_folder: Path, tiny_model: Path) -> None:
    fresh, kept = Matcher.load(fresh_folder), Matcher.load(tiny_model)
    for name in ("image_size", "text_tokens", "poem_tokens", "subjects", "moods", "palette"):
        assert getattr(fresh.config, name) == getattr(kept.config, name)
    assert fresh.encode("sea").vector.shape == kept.encode("sea").vector.shape


def test_texts_are_cut_and_padded_as_asked() -> None:
    ids = torch.tensor([2, 5, 3, 2, 6, 7, 8, 3])
    states = torch.arange(16).reshape(8, 2).half()
    texts = Texts(("a", "b"), ids, torch.tensor([0, 3, 8]), states)
    got, mask, rows = texts.batch(torch.tensor([1, 0]), longest=4)
    assert got.tolist() == [[2, 6, 7, 8], [2, 5, 3, 0]]
    assert mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert rows[1, 3].tolist() == [0, 0]


def test_what_a_poem_says_of_its_subjects() -> None:
    words = ("sea", "boat", "old age", "woman", "rose")
    poem = "The Boats\n\nThe sea and the sea again.\nTwo women, one rose.\nOld age, and old age, and tea."
    truth, known = spoken_subjects(poem, words)
    assert dict(zip(words, truth.tolist(), strict=True)) == {
        "sea": 1, "boat": 1, "old age": 1, "woman": 0, "rose": 0,
    }  # fmt: skip
    assert dict(zip(words, known.tolist(), strict=True)) == {
        "sea": 1, "boat": 1, "old age": 1, "woman": 0, "rose": 0,
    }  # fmt: skip


def test_views_and_visitors_photos_are_the_same_for_the_same_seed() -> None:
    artwork = Image.effect_mandelbrot((120, 90), (-2, -1.5, 1, 1.5), 60).convert("RGB")
    for number in (0, 1, 2):
        first, again = view(artwork, "key", number), view(artwork, "key", number)
        assert first.tobytes() == again.tobytes()
    assert visitor_photo(artwork, 1).tobytes() != visitor_photo(artwork, 2).tobytes()
    assert max(visitor_photo(artwork, 3).size) == 384


def test_perspective_moves_the_corners_where_they_should_be() -> None:
    source = np.array([(0, 0), (0, 10), (10, 10), (10, 0)], dtype=float)
    target = np.array([(1, 1), (0, 9), (10, 10), (9, 0)], dtype=float)
    a, b, c, d, e, f, g, h = perspective(source, target)
    for (u, v), (x, y) in zip(source, target, strict=True):
        below = g * x + h * y + 1
        assert ((a * x + b * y + c) / below, (d * x + e * y + f) / below) == pytest.approx((u, v), abs=1e-9)

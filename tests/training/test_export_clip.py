"""CLIP as a folder that the companion runs: small and of random weights, the runtime against torch."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="needs the training extra")

from paper_data import some_pairs, write_pairs  # noqa: E402

from ekphrasis.__main__ import main as ekphrasis  # noqa: E402
from ekphrasis.assets import ASSETS, vocabulary  # noqa: E402
from ekphrasis.collection.anthology import read_anthology  # noqa: E402
from ekphrasis.model import Encoding, Matcher, Seen, open_folder  # noqa: E402
from ekphrasis.model.folder import CROSS_ENCODER, IMAGE_TOWER, TEXT_TOWER  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.clip_tokenizer import clip_tokenizer  # noqa: E402
from training.export_clip import Network, export_clip, load_network  # noqa: E402
from training.image_poems import tokens  # noqa: E402
from training.network.clip_towers import present  # noqa: E402
from training.paper_run import new_network  # noqa: E402
from training.recipes_paper import OURS, PAPER_SMOKE  # noqa: E402
from training.zero_shot import ZeroShot  # noqa: E402

CLIP = PAPER_SMOKE.size.clip
SAMPLE = ASSETS / "samples" / "harbour-at-dusk.webp"
POEMS = (
    "",
    "a boat",
    "O night!",
    "the rose by the river, and a child who sings of the wind " * 3,
    "moon",
    "sea and stone",
)
ODD = (
    "", "  \t\n ", "A", "I'LL don't we've 'tis", "“quoted” ‘single’ it’s", "naïve café e\u0301clair", "日本語の詩",
    "1234 5.6 ½", "hello🌊world 👩‍🎨", "—dash – …", "ﬁne oﬃce ﬂow", "(a)[b]{c}<d>", "Привет, мир!",
    "a\u00a0b\u2003c", "\x07bell", "word " * 99,
)  # fmt: skip
SMALL = ["--recipe", "paper-smoke", "--threads", "1"]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Path:
    """CLIP with no cross-encoder, by the command."""
    folder = tmp_path_factory.mktemp("alone") / "model"
    assert main(["export", "clip", *SMALL, "--model", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Network:
    """CLIP beside a network that has other towers than it, and weights large enough to tell poems apart."""
    trained = new_network(PAPER_SMOKE, None)
    for weight in trained.parameters():
        if weight.dim() > 1:
            weight.data.normal_(std=0.2, generator=torch.Generator().manual_seed(weight.numel()))
    checkpoint = tmp_path_factory.mktemp("checkpoint") / "large.pt"
    torch.save({"model": trained.state_dict()}, checkpoint)
    return load_network(PAPER_SMOKE, None, checkpoint)


@pytest.fixture(scope="module")
def both(network: Network, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("both")
    export_clip(network, folder, threads=1)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """Both stages' checkpoints, by the commands."""
    out = tmp_path_factory.mktemp("trained")
    data = write_pairs(out, some_pairs(80))
    for stage in ("warmup", "finetune"):
        assert main([stage, *SMALL, "--data", str(data), "--out", str(out)]) == 0
    return out


def sample() -> Image.Image:
    with Image.open(SAMPLE) as opened:
        return opened.convert("RGB")


def pixels(image: Image.Image):
    """The whole picture squeezed to CLIP's square, from 0 to 1."""
    square = image.resize((CLIP.image_size, CLIP.image_size), Image.Resampling.BICUBIC)
    return torch.tensor(np.asarray(square), dtype=torch.float32).permute(2, 0, 1)[None] / 255


def test_the_tokenizer_gives_open_clips_own_ids() -> None:
    poems = [poem.text for poem in read_anthology(ASSETS / "anthology")]
    texts = [*ODD, *poems, *vocabulary("subjects"), *(text.upper() for text in poems[:20])]
    context = 512
    expected = tokens(texts, context)
    tokenizer = clip_tokenizer()
    tokenizer.enable_truncation(context)
    longest = 0
    for text, ids, there in zip(texts, expected, present(expected), strict=True):
        found = tokenizer.encode(text).ids
        assert found == ids[there].tolist(), text
        longest = max(longest, len(found))
    assert longest > 77


def test_a_long_text_is_cut_where_open_clip_cuts_it() -> None:
    tokenizer = clip_tokenizer()
    tokenizer.enable_truncation(77)
    assert tokenizer.encode(POEMS[3] * 5).ids == tokens([POEMS[3] * 5], 77)[0].tolist()


def test_letters_that_look_like_clips_marks_do_not_end_a_text() -> None:
    found = clip_tokenizer().encode("a<end_of_text>b").ids
    assert found.count(found[-1]) == 1


def test_the_towers_alone_are_clip_as_torch_computes_it(alone: Path) -> None:
    clip = load_network(PAPER_SMOKE, None, None).clip
    matcher = Matcher.load(alone, threads=1)
    expected = clip.see(pixels(sample()))[1][0].numpy()
    assert np.abs(matcher.see(sample()).vector - expected).max() < 2e-3
    texts = clip.read(tokens(POEMS, CLIP.context))[1].numpy()
    found = np.stack([matcher.encode(poem).vector for poem in POEMS])
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    assert (found * texts).sum(axis=1).min() > 0.98


def test_the_towers_alone_decide(alone: Path) -> None:
    matcher = Matcher.load(alone, threads=1)
    assert matcher.config.score.logit == 0
    seen = matcher.see(sample())
    poems = [matcher.encode(poem) for poem in POEMS]
    assert matcher.rerank(seen, poems).tolist() == [0.0] * len(poems)
    order = np.argsort([-float(poem.vector @ seen.vector) for poem in poems], kind="stable")
    for depth in (None, 4):
        assert [match.index for match in matcher.match(seen, poems, depth=depth)] == order[:5].tolist()
    assert (alone / CROSS_ENCODER).stat().st_size < 1000


def test_the_page_has_words_for_what_clip_sees(alone: Path) -> None:
    seen = Matcher.load(alone, threads=1).see(sample())
    for name, found in (("subjects", seen.subjects), ("moods", seen.moods), ("palette", seen.palette)):
        assert sorted(word for word, _ in found) == sorted(vocabulary(name))
        certainties = [certainty for _, certainty in found]
        assert certainties == sorted(certainties, reverse=True)
        assert 0 <= certainties[-1] <= certainties[0] <= 1
    assert sum(certainty for _, certainty in seen.moods) == pytest.approx(1, abs=1e-4)


def test_a_word_is_seen_for_sure_where_it_stands_out() -> None:
    words = ZeroShot(load_network(PAPER_SMOKE, None, None).clip, CLIP.context)
    found = words(words.subjects)[0]
    assert found.argmax(dim=1).tolist() == list(range(len(vocabulary("subjects"))))
    assert words(words.moods)[1].argmax(dim=1).tolist() == list(range(len(vocabulary("moods"))))
    nothing = words(words.plain)
    assert nothing[0].max() < 0.5
    assert nothing[2].max() < 0.5


def test_certainty_grows_by_clips_own_scale() -> None:
    words = ZeroShot(load_network(PAPER_SMOKE, None, None).clip, CLIP.context)
    first, plain = words.subjects[0], words.plain[0]
    picture = torch.nn.functional.normalize(first + 0.2 * plain, dim=0)
    likeness = sorted((words.subjects @ picture).tolist(), reverse=True)
    bar = max(sum(likeness[:8]) / 8, float(plain @ picture))
    expected = 1 / (1 + np.exp(-(float(first @ picture) - bar) / 0.07))
    assert float(words(picture[None])[0][0, 0]) == pytest.approx(expected, abs=1e-4)


def test_the_cross_encoder_reads_the_trained_towers_and_the_shortlist_the_published(
    both: Path, network: Network
) -> None:
    assert network.paper is not None
    assert network.paper.towers is not network.clip
    matcher = Matcher.load(both, threads=1)
    seen = matcher.see(sample())
    given, ids = pixels(sample()), tokens(POEMS, CLIP.context)
    assert np.abs(seen.vector - network.clip.see(given)[1][0].numpy()).max() < 2e-3
    expected = network.paper.picture_tokens(given)
    assert np.abs(seen.tokens - expected[0].numpy()).max() < 0.01 * float(expected.abs().max())
    read = network.paper.poem_tokens(ids)
    for poem, tokens_of_it, there in zip(POEMS, read.numpy(), present(ids), strict=True):
        found = matcher.encode(poem)
        assert found.tokens.shape == (int(there.sum()), tokens_of_it.shape[1])
        # int8 may change a token a little: of what poems differ in, most must be left.
        assert np.corrcoef(found.tokens.ravel(), tokens_of_it[there].ravel())[0, 1] > 0.98


def test_poems_of_all_lengths_are_scored_as_the_paper_places_them(both: Path, network: Network) -> None:
    """Tokens that differ more than those of random towers, so that int8 does not hide what is compared."""
    assert network.paper is not None
    matcher = Matcher.load(both, threads=1)
    seeded = np.random.default_rng(1)
    width, lengths = PAPER_SMOKE.size.mpnet.width, (2, 16, 7, 11, 3, 16, 5, 9, 13, 4, 12, 6)
    picture = seeded.normal(size=(CLIP.image_tokens, width)).astype(np.float32)
    poems = [
        Encoding(np.ones(1, dtype=np.float32), seeded.normal(size=(length, width)).astype(np.float16))
        for length in lengths
    ]
    filled = torch.zeros(len(poems), CLIP.context, width)
    there = torch.zeros(len(poems), CLIP.context, dtype=torch.bool)
    for row, poem in enumerate(poems):
        filled[row, : len(poem.tokens)] = torch.tensor(poem.tokens.astype(np.float32))
        there[row, : len(poem.tokens)] = True
    pictures = torch.tensor(picture).expand(len(poems), -1, -1)
    expected = network.paper.score(pictures, filled, there).numpy()
    found = matcher.rerank(Seen(np.ones(1, dtype=np.float32), picture, (), (), ()), poems)
    assert np.corrcoef(found, expected)[0, 1] > 0.95
    assert np.abs(found - expected).max() < expected.std()
    wrong = network.paper.score(pictures, filled, torch.ones_like(there)).numpy()
    assert np.abs(found - wrong).mean() > 2 * np.abs(found - expected).mean()


def test_the_cross_encoders_logit_decides(both: Path) -> None:
    matcher = Matcher.load(both, threads=1)
    seen = matcher.see(sample())
    poems = [matcher.encode(poem) for poem in POEMS]
    matches = matcher.match(seen, poems, top=len(poems))
    near = sorted(range(len(poems)), key=lambda at: -float(poems[at].vector @ seen.vector))
    assert [match.shortlist_rank for match in matches] != sorted(match.shortlist_rank for match in matches)
    logits = matcher.rerank(seen, [poems[at] for at in near])
    assert [match.index for match in matches] == [near[rank] for rank in np.argsort(-logits, kind="stable")]


def test_a_checkpoint_of_fine_tuning_is_found_and_decides(trained: Path, tmp_path: Path, capsys) -> None:
    folder = tmp_path / "model"
    assert main(["export", "clip", *SMALL, "--out", str(trained), "--model", str(folder)]) == 0
    assert "paper-smoke-finetune-best.pt" in capsys.readouterr().out
    config = open_folder(folder).config
    assert config.name == "paper-smoke"
    assert (config.score.logit, config.score.likeness) == (1.0, 0.0)


def test_towers_that_have_learned_nothing_are_kept_once(trained: Path, both: Path, tmp_path: Path) -> None:
    checkpoint = trained / "paper-smoke-warmup-best.pt"
    network = load_network(PAPER_SMOKE, None, checkpoint)
    assert network.paper is not None
    assert network.paper.towers is network.clip
    export_clip(network, tmp_path, threads=1)
    for part in (IMAGE_TOWER, TEXT_TOWER):
        assert (tmp_path / part).stat().st_size < 0.7 * (both / part).stat().st_size
    seen = Matcher.load(tmp_path, threads=1).see(sample())
    expected = network.paper.picture_tokens(pixels(sample()))[0].numpy()
    assert np.abs(seen.tokens - expected).max() < 0.01 * np.abs(expected).max()


def test_a_text_tower_that_int8_would_spoil_is_kept_in_float(network: Network, both: Path, tmp_path: Path) -> None:
    written = export_clip(Network(network.clip, None, PAPER_SMOKE), tmp_path, threads=1, least_agreement=0.9999)
    assert not written.int8
    assert written.agreement > 0.9999
    assert open_folder(tmp_path).config == written.config


def test_the_companion_reads_a_photo_by_it(alone: Path, both: Path, tmp_path: Path, capsys) -> None:
    for folder in (alone, both):
        collection = f"sqlite:///{tmp_path / folder.name}.db"
        given = ["read", str(SAMPLE), "--json", "--model", str(folder), "--collection", collection]
        assert ekphrasis(given) == 0
        told = json.loads(capsys.readouterr().out)
        assert "I see" in told["seen"]
        assert len({choice["poem"]["title"] for choice in told["choices"]}) == 5


def test_the_folder_is_measured_and_the_card_says_so(both: Path, tmp_path: Path, capsys) -> None:
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.png")
    shown = {"id": "a", "file": "a.png", "description": "A boat.", "subjects": ["boat"], "mood": "calm", "palette": []}
    (tmp_path / "artworks.jsonl").write_text(json.dumps(shown) + "\n")
    poems = [
        {"id": n, "title": w, "lines": [w], "subjects": [w], "mood": "calm"} for n, w in enumerate(("boat", "sea"))
    ]
    (tmp_path / "poems.jsonl").write_text("".join(json.dumps(poem) + "\n" for poem in poems))
    given = ["evaluate", "--model", str(both), "--artworks", str(tmp_path), "--poems", str(tmp_path / "poems.jsonl")]
    assert main([*given, "--threads", "1", "--no-visitors"]) == 0
    (tmp_path / "report.txt").write_text(capsys.readouterr().out)
    assert main(["card", "--model", str(both), "--report", str(tmp_path / "report.txt")]) == 0
    card = (both / "CARD.md").read_text(encoding="utf-8")
    assert "overlap@1" in card
    assert open_folder(both).config.model_id in card


def test_where_only_order_was_learned_no_poem_is_called_sure(network: Network, tmp_path: Path) -> None:
    recipe = replace(PAPER_SMOKE, losses=OURS.losses)
    export_clip(Network(network.clip, network.paper, recipe), tmp_path, threads=1)
    matcher = Matcher.load(tmp_path, threads=1)
    matches = matcher.match(matcher.see(sample()), [matcher.encode(poem) for poem in POEMS])
    assert {match.certainty for match in matches} == {"unsure"}


def test_what_a_person_can_cause_is_told_in_a_sentence(trained: Path, tmp_path: Path, capsys) -> None:
    model = str(tmp_path / "model")

    def told(*arguments: str) -> str:
        assert main([*arguments]) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        return said

    said = told("export", "clip", "--weights", str(tmp_path), "--model", model)
    assert "fetch clip --out" in said
    assert "--weights" in said
    assert "finetune" in told("export", "clip", *SMALL, "--paper", str(tmp_path / "none.pt"), "--model", model)
    torn = tmp_path / "torn.pt"
    torn.write_bytes((trained / "paper-smoke-finetune-best.pt").read_bytes()[:5000])
    assert "damaged" in told("export", "clip", *SMALL, "--paper", str(torn), "--model", model)
    torch.save({"model": {}}, torn)
    assert "no checkpoint" in told("export", "clip", *SMALL, "--paper", str(torn), "--model", model)
    torch.save([1], torn)
    assert "no checkpoint" in told("export", "clip", *SMALL, "--paper", str(torn), "--model", model)
    assert "cannot be written" in told("export", "clip", *SMALL, "--model", str(torn))
    assert "no-model" in told("card", "--model", str(tmp_path / "no-model"), "--report", str(torn))
    assert not Path(model).exists()

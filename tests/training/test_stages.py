"""A model made end to end from made-up data, by the commands that make the real one."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the training extra")

from PIL import Image  # noqa: E402

from ekphrasis.assets import vocabulary  # noqa: E402
from ekphrasis.model import Matcher  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.corpus import load_corpus  # noqa: E402
from training.cross_stage import Cross  # noqa: E402
from training.network.ce_clip import CEClip  # noqa: E402
from training.network.image_tower import LateTrunk  # noqa: E402
from training.recipes import SMOKE  # noqa: E402
from training.run import new_model  # noqa: E402
from training.shards import validates  # noqa: E402
from training.stages import run  # noqa: E402
from training.towers_stage import Towers  # noqa: E402

SUBJECTS, MOODS, PALETTE = (vocabulary(name) for name in ("subjects", "moods", "palette"))
COLOURS = ("red", "navy", "gold", "gray", "green", "white")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Made-up data in the shape of the real one: 40 described artworks, 20 photos, 30 poems, 20 captions."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("train", "poems", "fit", "artworks"):
        (folder / name).mkdir()
    described = [(f"k{at:03d}", artwork(at)) for at in range(30)]
    labelled = [(f"p{at:03d}", artwork(at)) for at in range(10)]
    write_shard(folder / "train" / "described-000.tar", described)
    write_shard(folder / "train" / "paintings-000.tar", [(key, {"title": "x"}) for key, _ in labelled])
    write_lines(folder / "train" / "descriptions.jsonl", [{"key": key, **facts} for key, facts in labelled])
    photos = [
        (f"f{at:03d}", {"captions": [f"{COLOURS[at % 6]} thing {extra}" for extra in range(5)]}) for at in range(20)
    ]
    write_shard(folder / "train" / "photos-000.tar", photos)
    poems = [
        {"id": at, "title": SUBJECTS[at], "lines": [f"the {SUBJECTS[at]} and the {SUBJECTS[at]}", "", "", "again"]}
        for at in range(30)
    ]
    write_lines(folder / "poems" / "public-domain.jsonl.gz", poems)
    judged = [
        {"artwork": key, "ratings": {str((at + step) % 20): step % 4 for step in range(7 + at % 2)}, "why": ""}
        for at, (key, _) in enumerate([*described, *labelled])
    ]
    write_lines(folder / "fit" / "train.jsonl", judged)
    matched = [
        {"id": at, "caption": f"a {COLOURS[at % 6]} {SUBJECTS[at]}", "poem": f"o {SUBJECTS[at]}\nof mine",
         "group": at, "split": "held-out" if at > 15 else "train"}
        for at in range(20)
    ]  # fmt: skip
    write_lines(folder / "poems" / "multim-captions.jsonl.gz", matched)
    shown = [{"id": f"a{at}", "file": f"a{at}.jpg", **artwork(at)} for at in range(6)]
    write_lines(folder / "artworks" / "artworks.jsonl", shown)
    for at in range(6):
        Image.new("RGB", (60, 40), COLOURS[at]).save(folder / "artworks" / f"a{at}.jpg")
    dev = [{"artwork": f"a{at}", "ratings": {str(poem): poem % 4 for poem in range(8)}} for at in range(4)]
    write_lines(folder / "fit" / "dev.jsonl", dev)
    return folder


def artwork(at: int) -> dict[str, object]:
    return {
        "description": f"A {COLOURS[at % 6]} {SUBJECTS[at]} beside a {SUBJECTS[at + 1]}.",
        "subjects": [SUBJECTS[at], SUBJECTS[at + 1]],
        "mood": MOODS[at % len(MOODS)],
        "palette": [PALETTE[at % len(PALETTE)]],
    }


def write_shard(file: Path, rows: list[tuple[str, dict[str, object]]]) -> None:
    with tarfile.open(file, "w") as shard:
        for at, (key, facts) in enumerate(rows):
            picture = io.BytesIO()
            Image.new("RGB", (32, 24), COLOURS[at % 6]).save(picture, "WEBP")
            for suffix, content in (("webp", picture.getvalue()), ("json", json.dumps(facts).encode())):
                entry = tarfile.TarInfo(f"{key}.{suffix}")
                entry.size = len(content)
                shard.addfile(entry, io.BytesIO(content))


def write_lines(file: Path, rows: list[dict[str, object]]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory) -> Path:
    """The caches, both stages' checkpoints and the exported folder."""
    out = tmp_path_factory.mktemp("out")
    common = ["--data", str(data), "--out", str(out), "--recipe", "smoke", "--threads", "1"]
    for command in ("features", "warmup", "finetune"):
        assert main([command, *common]) == 0
    assert main(["export", *common, "--model", str(out / "model")]) == 0
    return out


def test_the_made_model_runs(made: Path) -> None:
    matcher = Matcher.load(made / "model", threads=1)
    seen = matcher.see(Image.new("RGB", (50, 50), "red"))
    poems = [matcher.encode(f"a {word}") for word in SUBJECTS[:8]]
    assert len(matcher.match(seen, poems)) == 5
    assert matcher.config.certainty.likely <= matcher.config.certainty.sure


def test_the_made_model_is_measured(made: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "poems.jsonl").write_text(
        "".join(
            json.dumps({"id": at, "title": word, "lines": [word], "subjects": [word], "mood": MOODS[at]}) + "\n"
            for at, word in enumerate(SUBJECTS[:9])
        ),
        encoding="utf-8",
    )
    given = [
        "evaluate", "--model", str(made / "model"), "--artworks", str(data / "artworks"),
        "--poems", str(made / "poems.jsonl"), "--fit", str(data / "fit" / "dev.jsonl"),
        "--fit-poems", str(data / "poems" / "public-domain.jsonl.gz"),
        "--multim", str(data / "poems" / "multim-captions.jsonl.gz"), "--threads", "1", "--json",
    ]  # fmt: skip
    assert main(given) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"straight", "visitors' photos", "captions"}
    named = {row["measure"]: row for row in report["straight"]}
    assert named["own description R@20, re-ranked"]["value"] == 1
    overlap = named["overlap@1"]
    assert overlap["low"] <= overlap["value"] <= overlap["high"]
    assert 0 < overlap["random"] < overlap["constant"]
    assert 0 < named["fit nDCG@3, human description"]["random"] < 1


def test_a_model_that_is_not_there_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_who_is_held_out_is_never_drawn(made: Path, data: Path) -> None:
    corpus = corpus_of(made, data)
    pictures = corpus.described
    held = {key for key in pictures.keys if validates(key)}
    assert held
    drawn = {pictures.keys[at] for seed in range(20) for at in pictures.draw(9, torch.Generator().manual_seed(seed))}
    assert not drawn & held
    assert not {pictures.keys[corpus.judged_pictures[at]] for at in corpus.judged_train} & held


@pytest.mark.parametrize("stage", [Towers, Cross])
def test_a_stopped_run_goes_on_as_if_it_had_not_been(
    stage: type, made: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.stages.CHECKPOINT_EVERY", 2)
    corpus = corpus_of(made, data)
    recipe = SMOKE.towers if stage is Towers else SMOKE.cross

    def begin():
        model = new_model(SMOKE)
        return stage(model, corpus, recipe), model

    whole = run(*begin(), tmp_path / "whole", seed=5)

    halted, model = begin()
    taken = 0
    original = halted.losses

    def losses(draw: torch.Generator):
        nonlocal taken
        taken += 1
        if taken == 4:
            raise KeyboardInterrupt
        return original(draw)

    halted.losses = losses
    with pytest.raises(KeyboardInterrupt):
        run(halted, model, tmp_path / "halted", seed=5)
    assert run(*begin(), tmp_path / "halted", seed=5) == whole


def test_the_weights_of_a_resumed_run_stand_in_the_same_order(made: Path, data: Path) -> None:
    corpus = corpus_of(made, data)

    def shapes() -> list[tuple[int, ...]]:
        words = new_model(SMOKE).vocabulary
        stage = Towers(CEClip(SMOKE.size, words, LateTrunk(pretrained=False), pretrained=False), corpus, SMOKE.towers)
        return [tuple(weight.shape) for weights, _ in stage.learning() for weight in weights]

    assert shapes() == shapes()


def test_training_lowers_the_loss_it_is_asked_to(made: Path, data: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    corpus = corpus_of(made, data)
    model = new_model(SMOKE)
    stage = Towers(model, corpus, replace(SMOKE.towers, steps=60, rate=5e-3, described=16))
    told = [sum(losses.values()) for losses in run(stage, model, tmp_path, seed=1)]
    assert sum(told[-10:]) < 0.8 * sum(told[:10])


def corpus_of(made: Path, data: Path):
    return load_corpus(data, made, SMOKE, new_model(SMOKE).vocabulary)

"""The paper's two stages on made-up pairs: what learns, from what, and that a run goes on as if it had not stopped."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the training extra")

from paper_data import jpeg, some_pairs, write_pairs  # noqa: E402
from PIL import Image  # noqa: E402
from share_a_step import step  # noqa: E402

from training import stages  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.fetch.trouble import Trouble  # noqa: E402
from training.image_poems import FalsePoems, ImagePoems, load_image_poems, tokens  # noqa: E402
from training.network.libraries import open_clip  # noqa: E402
from training.network.paper import PaperNetwork  # noqa: E402
from training.paper_stage import Paper  # noqa: E402
from training.recipes_paper import OURS, PAPER, PAPER_SMOKE  # noqa: E402

ROOT = Path(__file__).parents[2]
BESIDE = {"towers.clip.visual.proj", "towers.clip.text_projection", "towers.clip.logit_scale"}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Eighty pairs; pairs 1 and 2 have one picture, pairs 3 and 4 one poem; the last eight are held out."""
    rows = some_pairs(80)
    rows[2] = (rows[1][0], *rows[2][1:])
    rows[4] = (rows[4][0], *rows[3][1:])
    return write_pairs(tmp_path_factory.mktemp("pairs"), rows, set(range(72, 80)))


@pytest.fixture(scope="module")
def pairs(data: Path) -> ImagePoems:
    return load_image_poems(data, "paper", 64, 16)


def stage_of(pairs: ImagePoems, *, towers_learn: bool, **changed) -> Paper:
    torch.manual_seed(1)
    recipe = replace(PAPER_SMOKE, **changed)
    return Paper(PaperNetwork(recipe.size, None, pooled=recipe.pooled), pairs, recipe, towers_learn)


def learned_from(stage: Paper) -> set[str]:
    """The names of the weights that a step's gradients move."""
    losses = stage.losses(torch.Generator().manual_seed(0))
    torch.stack(list(losses.values())).sum().backward()
    return {name for name, each in stage.network.named_parameters() if each.grad is not None and (each.grad != 0).any()}


def test_in_warm_up_the_towers_are_frozen(pairs: ImagePoems) -> None:
    stage = stage_of(pairs, towers_learn=False)
    named = dict(stage.network.named_parameters())
    moved = learned_from(stage)
    assert not any(name.startswith("towers.") for name in moved)
    assert moved == {name for name in named if not name.startswith("towers.")}
    learning = {id(each) for weights, _ in stage.learning() for each in weights}
    assert learning == {id(named[name]) for name in moved}


def test_in_fine_tuning_everything_learns_that_the_score_is_made_of(pairs: ImagePoems) -> None:
    stage = stage_of(pairs, towers_learn=True)
    named = dict(stage.network.named_parameters())
    # A key's bias moves all of a query's scores alike, and so never moves their softmax.
    without = {name for name in named if name.endswith("attn.k.bias")}
    moved = learned_from(stage)
    assert moved | without == set(named) - BESIDE
    learning = {id(each) for weights, _ in stage.learning() for each in weights}
    assert learning == {id(named[name]) for name in set(named) - BESIDE}


def test_the_pooled_variant_learns_with_no_head(pairs: ImagePoems) -> None:
    stage = stage_of(pairs, towers_learn=False, pooled=True, losses=("listwise",))
    assert set(stage.losses(torch.Generator())) == {"listwise"}
    assert not any(name.startswith("head") for name in learned_from(stage))


def test_the_recipes_losses_are_the_papers_and_ours() -> None:
    assert (PAPER.losses, OURS.losses) == (("bce", "pooled"), ("listwise", "pooled"))
    assert replace(OURS, name=PAPER.name, losses=PAPER.losses) == PAPER
    assert (PAPER.batch, PAPER.lists, PAPER.negatives, PAPER.rate) == (64, 16, 3, 1e-6)
    assert (PAPER.warmup_epochs, PAPER.finetune_epochs) == (100, 200)


def test_losses_are_those_of_the_scores_in_this_order(pairs: ImagePoems) -> None:
    """Each loss again from the network's own scores, without the stage's."""
    recipe = replace(PAPER_SMOKE, losses=("bce", "listwise", "pooled"))
    stage = Paper(PaperNetwork(recipe.size, None).eval(), pairs, recipe, towers_learn=False)
    stage.begin(3)
    losses = stage.losses(torch.Generator().manual_seed(4))
    batch = stage._batch
    false = FalsePoems(pairs, pairs.train).draw(batch, 3, torch.Generator().manual_seed(4))
    pixels = pairs.pixels[pairs.pictures[batch]] / 255
    ids = pairs.ids[torch.cat([batch[:, None], false], dim=1)]
    with torch.no_grad():
        scored = stage.network(pixels, ids, apart=True)
    certain = scored.scores.sigmoid()
    bce = -(certain[:, :1].log().sum() + (1 - certain[:, 1:]).log().sum()) / certain.numel()
    assert losses["bce"].detach() == pytest.approx(float(bce), abs=1e-5)
    listwise = -scored.scores.log_softmax(dim=1)[:, 0].mean()
    assert losses["listwise"].detach() == pytest.approx(float(listwise), abs=1e-5)
    pictures, poems = (torch.nn.functional.normalize(each, dim=-1) for each in (scored.pictures, scored.poems))
    pooled = -(20 * pictures @ poems.T).log_softmax(dim=1).diagonal().mean()
    assert losses["pooled"].detach() == pytest.approx(float(pooled), abs=1e-4)


def test_every_pair_is_seen_once_an_epoch_in_an_order_of_its_own(pairs: ImagePoems) -> None:
    stage = stage_of(pairs, towers_learn=False)
    assert stage.steps == 2 * stage.epoch_steps
    epochs = []
    for epoch in range(2):
        seen = []
        for at in range(stage.epoch_steps):
            stage.begin(epoch * stage.epoch_steps + at)
            seen += stage._batch.tolist()
        assert len(set(seen)) == len(seen) == stage.epoch_steps * PAPER_SMOKE.lists
        assert set(seen) <= set(pairs.train.tolist())
        epochs.append(seen)
    assert epochs[0] != epochs[1]


def test_who_is_held_out_is_not_even_read_and_validation_shares_no_group(pairs: ImagePoems) -> None:
    assert len(pairs.groups) == 72
    assert pairs.groups.max() == 71
    trained, validated = (set(pairs.groups[at].tolist()) for at in (pairs.train, pairs.validation))
    assert not trained & validated
    assert len(pairs.train) + len(pairs.validation) == 72


def test_a_poem_that_stands_with_a_picture_is_never_false_for_it(pairs: ImagePoems) -> None:
    """Neither another pair's poem with the same picture, nor the same poem from another picture."""
    assert pairs.pictures[1] == pairs.pictures[2]
    assert pairs.groups[3] == pairs.groups[4]
    few = torch.tensor([1, 2, 3, 4, 5, 6, 7])
    false = FalsePoems(pairs, few)
    seeded = torch.Generator().manual_seed(0)
    drawn = [false.draw(few, 3, seeded) for _ in range(50)]
    never = {1: {1, 2}, 2: {1, 2}, 3: {3, 4}, 4: {3, 4}}
    for place, pair in enumerate(few.tolist()):
        rows = [each[place].tolist() for each in drawn]
        assert not never.get(pair, {pair}) & {at for row in rows for at in row}
        assert all(len(set(pairs.groups[row].tolist())) == 3 for row in rows)
    assert {at for each in drawn for at in each.flatten().tolist()} == set(few.tolist())
    assert pairs.true(torch.tensor([1, 3]), torch.tensor([1, 2, 3, 4])).tolist() == [
        [True, True, False, False],
        [False, False, True, True],
    ]
    with pytest.raises(Trouble, match="too few"):
        FalsePoems(pairs, few[:4]).draw(few, 3, seeded)


def test_pictures_are_seen_as_clip_sees_them(pairs: ImagePoems, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(jpeg(7))
    with Image.open(tmp_path / "one.jpg") as picture:
        expected = open_clip.image_transform(64, is_train=False, interpolation="bicubic")(picture)
    mean, deviation = (
        torch.tensor(each)[:, None, None] for each in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD)
    )
    assert torch.allclose((pairs.pixels[pairs.pictures[7]] / 255 - mean) / deviation, expected, atol=1e-6)


def test_poems_are_cut_and_filled_up_to_the_context() -> None:
    ids = tokens(["night", "o sea " * 100], 16)
    start, end = 49406, 49407
    assert ids[0, [0, 2]].tolist() == [start, end]
    assert ids[0, 3:].sum() == 0
    assert ids[1, [0, 15]].tolist() == [start, end]


class Walk:
    """A stage whose one weight goes up by one a step, and whose validation is told to it."""

    name, steps, weight_decay, epoch_steps, checkpoint_every = "walk", 8, 0.0, 2, 3

    def __init__(self, model, validated: list[float]) -> None:
        self.model, self.validated = model, iter(validated)
        self.begun: list[int] = []

    def learning(self):
        return [([self.model.weight], 0.0)]

    def begin(self, step: int) -> None:
        self.begun.append(step)

    def losses(self, draw):
        assert self.model.training
        self.model.weight.data += 1
        return {"loss": self.model.weight.sum()}

    def validate(self) -> float:
        self.model.eval()
        return next(self.validated)


def test_the_epoch_that_validates_best_is_kept(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    model.weight.data.zero_()
    stage = Walk(model, [0.1, 0.5, 0.5, 0.3])
    stages.run(stage, model, tmp_path, seed=1)
    best = torch.load(tmp_path / "walk-best.pt", weights_only=True)
    assert float(best["model"]["weight"]) == 4
    assert torch.load(tmp_path / "walk.pt", weights_only=True)["validated"] == [0.1, 0.5, 0.5, 0.3]
    assert stage.begun == list(range(8))


def test_a_stage_with_epochs_keeps_its_rate(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    model.weight.data.zero_()

    class Pulled(Walk):
        def learning(self):
            return [([self.model.weight], 1e-3)]

        def losses(self, draw):
            weights.append(float(self.model.weight.detach()))
            return {"loss": self.model.weight.sum()}

    weights: list[float] = []
    stages.run(Pulled(model, [0.0] * 4), model, tmp_path, seed=1)
    assert [after - before for before, after in pairwise(weights)] == pytest.approx([-1e-3] * 7, rel=1e-3)


def command(name: str, data: Path, out: Path, *more: str) -> list[str]:
    return [name, "--recipe", "paper-smoke", "--data", str(data), "--out", str(out), "--threads", "1", *more]


def losses_in(file: Path) -> list[dict[str, float]]:
    told: list[dict[str, float]] = torch.load(file, weights_only=True)["losses"]
    return told


def test_a_run_that_was_killed_goes_on_as_if_it_had_not_been(data: Path, tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    running = subprocess.Popen(
        [sys.executable, "-m", "training", *command("warmup", data, killed)],
        cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    for line in running.stderr:
        if "step 6 of" in line:
            break
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    checkpoint = killed / "paper-smoke-warmup.pt"
    before = losses_in(checkpoint)
    assert main(command("warmup", data, killed)) == 0
    assert main(command("warmup", data, whole)) == 0
    after = losses_in(checkpoint)
    assert after == losses_in(whole / checkpoint.name)
    assert before == after[: len(before)]
    assert len(before) < len(after)
    first, second = (torch.load(out / "paper-smoke-warmup-best.pt", weights_only=True) for out in (killed, whole))
    assert first["validated"] == second["validated"]
    assert all(torch.equal(each, second["model"][name]) for name, each in first["model"].items())


def test_both_stages_run_one_after_the_other_in_bfloat16(data: Path, tmp_path: Path) -> None:
    assert main(command("warmup", data, tmp_path)) == 0
    plain = losses_in(tmp_path / "paper-smoke-warmup.pt")
    assert main(command("warmup", data, tmp_path / "half", "--bf16")) == 0
    half = losses_in(tmp_path / "half" / "paper-smoke-warmup.pt")
    assert half[0] != plain[0]
    assert half[0] == pytest.approx(plain[0], rel=0.05)
    assert main(command("finetune", data, tmp_path, "--bf16")) == 0
    best, tuned = (
        torch.load(tmp_path / f"paper-smoke-{name}.pt", weights_only=True)["model"]
        for name in ("warmup-best", "finetune")
    )
    assert all(torch.equal(best[name], tuned[name]) for name in BESIDE)
    moved = "towers.clip.visual.conv1.weight"
    assert not torch.equal(best[moved], tuned[moved])


def test_two_processes_give_the_gradients_of_one(data: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.pt"
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         str(Path(__file__).with_name("share_a_step.py")), str(data), str(made)],
        cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}, check=True,
        capture_output=True,
    )  # fmt: skip
    two, one = torch.load(made, weights_only=True), step(data)
    assert two["processes"] == 2
    assert two["losses"] == pytest.approx(one["losses"], abs=1e-5)
    assert two["validated"] == pytest.approx(one["validated"])
    assert two["gradients"].keys() == one["gradients"].keys()
    for name, gradient in one["gradients"].items():
        assert torch.allclose(two["gradients"][name], gradient, rtol=1e-3, atol=1e-6), name


def test_what_a_person_can_cause_is_told_in_a_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str) -> str:
        assert main([*arguments]) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        return said

    assert "run `warmup`" in told(*command("finetune", data, tmp_path))
    assert "fetch multim" in told(*command("warmup", tmp_path, tmp_path))
    assert "too few" in told(*command("warmup", write_pairs(tmp_path / "few", some_pairs(6)), tmp_path))
    torn = write_pairs(tmp_path / "torn", some_pairs(40)) / "train" / "pairs-000.tar"
    torn.write_bytes(torn.read_bytes()[:30_000])
    assert "pairs-000.tar is damaged" in told(*command("warmup", tmp_path / "torn", tmp_path))
    spoilt = write_pairs(tmp_path / "spoilt", some_pairs(40)) / "train" / "pairs-000.tar"
    spoilt.write_bytes(spoilt.read_bytes().replace(b'"group"', b'"gruop"'))
    assert "pairs-000.tar is damaged" in told(*command("warmup", tmp_path / "spoilt", tmp_path))


def test_weights_that_are_missing_or_torn_get_a_sentence(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    given = ["--recipe", "paper", "--data", str(data), "--out", str(tmp_path / "out"), "--threads", "1"]

    def told() -> str:
        assert main(["warmup", *given]) == 1
        said = capsys.readouterr().err
        assert "fetch clip" in said
        assert "HF_HOME" in said
        return said

    missing = told()
    assert len(missing.splitlines()) == 1
    kept = tmp_path / "models--timm--vit_base_patch32_clip_224.openai"
    (kept / "snapshots" / "1").mkdir(parents=True)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("1")
    (kept / "snapshots" / "1" / "open_clip_model.safetensors").write_bytes(b"torn")
    assert told() == missing

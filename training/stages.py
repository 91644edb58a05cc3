"""Runs a stage of training: optimiser, schedule, checkpoints, progress."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from . import processes

WARM_UP = 0.05
CHECKPOINT_EVERY = 25
_APART = 7_919_000_017  # between the seeds of two processes: more than a run has steps


class Stage(Protocol):
    """One stage: the weights that learn in it, by rate, and the losses of one step, which depend on `draw` only."""

    name: str
    steps: int
    weight_decay: float

    def learning(self) -> list[tuple[Iterable[nn.Parameter], float]]: ...

    def losses(self, draw: torch.Generator) -> dict[str, Tensor]: ...


@runtime_checkable
class EpochStage(Stage, Protocol):
    """A stage that goes through its data again and again at one rate, and is validated after every `epoch_steps`.

    The epoch that validates best is kept. `begin` says which step is the next, as the batch depends on it.
    """

    epoch_steps: int
    checkpoint_every: int

    def begin(self, step: int) -> None: ...

    def validate(self) -> float: ...


def run(stage: Stage, model: nn.Module, out: Path, seed: int, *, bf16: bool = False) -> list[dict[str, float]]:
    """Train `stage` to its end, from its last checkpoint in `out` where there is one; every step's losses.

    A step draws its batch and its dropout from the seed and its number alone, so a run that was stopped and resumed is
    the run that was not. AdamW; the rate climbs over the first twentieth of the steps, then falls along a cosine. Of
    several processes each takes its share of a batch; the first writes.
    `bf16`: multiply matrices in bfloat16, which needs a processor that can.
    """
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / f"{stage.name}.pt"
    groups = [(list(weights), rate) for weights, rate in stage.learning()]
    optimiser = torch.optim.AdamW(
        [{"params": weights, "lr": rate} for weights, rate in groups], weight_decay=stage.weight_decay
    )
    epochs = stage if isinstance(stage, EpochStage) else None
    every = epochs.checkpoint_every if epochs else CHECKPOINT_EVERY
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1.0 if epochs else _rate(step, stage.steps))
    told: list[dict[str, float]] = []
    validated: list[float] = []
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        told = saved["losses"]
        validated = saved.get("validated", [])
    start = time.monotonic()
    first = len(told)
    speaks = processes.rank() == 0
    device = next(model.parameters()).device.type
    model.train()
    for step in range(first, stage.steps):
        # No two processes drop the same weights.
        torch.manual_seed(seed * 1_000_003 + step + processes.rank() * _APART)
        if epochs:
            epochs.begin(step)
        with torch.autocast(device, torch.bfloat16, enabled=bf16):
            losses = stage.losses(torch.Generator().manual_seed(seed * 1_000_003 + step))
        total = torch.stack([loss.float() for loss in losses.values()]).sum()
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([weight for weights, _ in groups for weight in weights], 1.0)
        optimiser.step()
        schedule.step()
        told.append({name: processes.mean(loss) for name, loss in losses.items()})
        if epochs and (step + 1) % epochs.epoch_steps == 0:
            validated.append(epochs.validate())
            model.train()
            if speaks and validated[-1] > max(validated[:-1], default=-1):
                _keep(out / f"{stage.name}-best.pt", {"model": model.state_dict(), "validated": validated})
        if speaks and ((step + 1) % every == 0 or step + 1 == stage.steps):
            state = {
                "model": model.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
                "losses": told,
                "validated": validated,
            }
            _keep(checkpoint, state)
            left = (time.monotonic() - start) / (step + 1 - first) * (stage.steps - step - 1)
            print(_progress(stage, step, told[-every:], validated, left), file=sys.stderr, flush=True)
    model.eval()
    return told


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(steps * WARM_UP))
    if step < warm:
        return (step + 1) / warm
    return float(0.5 * (1 + torch.cos(torch.tensor(torch.pi * (step - warm) / max(1, steps - warm)))))


def _keep(file: Path, state: dict[str, Any]) -> None:
    """Write `file` so that it is there whole or as it was before, whenever the run is stopped."""
    partial = file.with_suffix(".partial")
    torch.save(state, partial)
    partial.rename(file)


def _progress(stage: Stage, step: int, recent: list[dict[str, float]], validated: Sequence[float], left: float) -> str:
    mean = {name: round(sum(row[name] for row in recent) / len(recent), 4) for name in recent[-1]}
    best = f", {validated[-1]:.3f} validated ({max(validated):.3f} at best)" if validated else ""
    return f"{stage.name}: step {step + 1} of {stage.steps}, {left / 60:.1f} minutes to go, {json.dumps(mean)}{best}"

"""Runs a stage of training: optimiser, schedule, checkpoints, progress."""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

WARM_UP = 0.05
CHECKPOINT_EVERY = 25


class Stage(Protocol):
    """One stage: the weights that learn in it, by rate, and the losses of one step, which depend on `draw` only."""

    name: str
    steps: int
    weight_decay: float

    def learning(self) -> list[tuple[Iterable[nn.Parameter], float]]: ...

    def losses(self, draw: torch.Generator) -> dict[str, Tensor]: ...


def run(stage: Stage, model: nn.Module, out: Path, seed: int) -> list[dict[str, float]]:
    """Train `stage` to its end, from its last checkpoint in `out` where there is one; every step's losses.

    A step draws its batch and its dropout from the seed and its number alone, so a run that was stopped and resumed is
    the run that was not. AdamW; the rate climbs over the first twentieth of the steps, then falls along a cosine.
    """
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / f"{stage.name}.pt"
    groups = [(list(weights), rate) for weights, rate in stage.learning()]
    optimiser = torch.optim.AdamW(
        [{"params": weights, "lr": rate} for weights, rate in groups], weight_decay=stage.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, stage.steps))
    told: list[dict[str, float]] = []
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        told = saved["losses"]
    start = time.monotonic()
    first = len(told)
    model.train()
    for step in range(first, stage.steps):
        torch.manual_seed(seed * 1_000_003 + step)
        losses = stage.losses(torch.Generator().manual_seed(seed * 1_000_003 + step))
        total = torch.stack(list(losses.values())).sum()
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([weight for weights, _ in groups for weight in weights], 1.0)
        optimiser.step()
        schedule.step()
        told.append({name: float(loss.detach()) for name, loss in losses.items()})
        if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == stage.steps:
            _save(checkpoint, model, optimiser, schedule, told)
            left = (time.monotonic() - start) / (step + 1 - first) * (stage.steps - step - 1)
            print(_progress(stage, step, told, left), file=sys.stderr, flush=True)
    model.eval()
    return told


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(steps * WARM_UP))
    if step < warm:
        return (step + 1) / warm
    return float(0.5 * (1 + torch.cos(torch.tensor(torch.pi * (step - warm) / max(1, steps - warm)))))


def _save(
    checkpoint: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    told: list[dict[str, float]],
) -> None:
    partial = checkpoint.with_suffix(".partial")
    state = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "losses": told,
    }
    torch.save(state, partial)
    partial.rename(checkpoint)


def _progress(stage: Stage, step: int, told: list[dict[str, float]], left: float) -> str:
    recent = told[-CHECKPOINT_EVERY:]
    mean = {name: round(sum(row[name] for row in recent) / len(recent), 4) for name in recent[-1]}
    return f"{stage.name}: step {step + 1} of {stage.steps}, {left / 60:.1f} minutes to go, {json.dumps(mean)}"

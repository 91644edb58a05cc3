"""One step of fine-tuning, whose gradients are written to a file: run by torchrun, or imported."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from training import processes
from training.image_poems import load_image_poems
from training.network.paper import PaperNetwork
from training.paper_stage import Paper
from training.recipes_paper import PAPER_SMOKE

# Without dropout, as no two processes drop the same weights.
RECIPE = replace(
    PAPER_SMOKE,
    size=replace(PAPER_SMOKE.size, mpnet=replace(PAPER_SMOKE.size.mpnet, dropout=0.0)),
    losses=("bce", "listwise", "pooled"),
)


def step(data: Path) -> dict[str, Any]:
    torch.manual_seed(RECIPE.seed)
    network = PaperNetwork(RECIPE.size, None)
    stage = Paper(network, load_image_poems(data, RECIPE.split, 64, 16), RECIPE, towers_learn=True)
    stage.begin(1)
    losses = stage.losses(torch.Generator().manual_seed(7))
    torch.stack(list(losses.values())).sum().backward()
    return {
        "losses": {name: processes.mean(loss) for name, loss in losses.items()},
        "gradients": {name: each.grad for name, each in network.named_parameters() if each.grad is not None},
        "validated": stage.validate(),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    processes.join()
    made = step(Path(sys.argv[1]))
    if processes.rank() == 0:
        torch.save(made | {"processes": processes.count()}, sys.argv[2])
    processes.leave()

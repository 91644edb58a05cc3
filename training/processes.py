"""Several processes that train one network: torchrun starts them, each takes its share of every batch.

Without torchrun there is one process, and all of this does nothing.
"""

import os

import torch
from torch import Tensor, distributed, nn
from torch.distributed.nn.functional import all_gather
from torch.nn.parallel import DistributedDataParallel


def join() -> torch.device:
    """Meet the other processes, and say on what this one computes: its own CUDA device where there is one."""
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return device


def leave() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()


def count() -> int:
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Which of `count` processes this is; the first, 0, writes and speaks for all."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def share(rows: Tensor) -> Tensor:
    """This process's rows, of rows that all processes have."""
    return rows.tensor_split(count())[rank()]


def gathered(rows: Tensor) -> Tensor:
    """The rows of all processes in order, as many of each; gradients flow back to where they came from."""
    return rows if count() == 1 else torch.cat(all_gather(rows))  # type: ignore[no-untyped-call]


def mean(value: Tensor) -> float:
    """The mean of `value` over the processes."""
    total = value.detach().clone()
    if count() > 1:
        distributed.all_reduce(total)
    return float(total) / count()


def replicated(network: nn.Module) -> nn.Module:
    """`network`, whose gradients will be the mean of all processes'. Freeze what is to be frozen before."""
    return network if count() == 1 else DistributedDataParallel(network, broadcast_buffers=False)

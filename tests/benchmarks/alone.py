"""Runs each measurement in a process of its own, so that its peak of memory is its own."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


def alone(measure: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """What `measure` returns, of a process that does nothing else. Raises BrokenProcessPool where it was killed."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *given, **named).result()


def limit_threads(count: int) -> None:
    """Have every numerical library of the processes that `alone` starts use `count` threads."""
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[library] = str(count)


def peak_memory() -> float:
    """The most memory that this process has held so far, in MB. Linux only, as `held_memory` is."""
    # Not `resource.getrusage`: a child's counts its parent's memory from before it began.
    return _status("VmHWM")


def held_memory() -> float:
    """The memory that this process holds now, in MB."""
    return _status("VmRSS")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{name}:"))

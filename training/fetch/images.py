"""Fetches many addresses at once, politely to each host, again where that may help."""

import asyncio
import random
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from .download import Gone, Passing, ask, client
from .limits import Limits
from .manifest import Row
from .pictures import file_of, keep, row_of

# A picture unfolds to 330 MB at most while it is checked.
_CHECKS_AT_ONCE = 2


async def fetch_images(addresses: Iterable[str], folder: Path, limits: Limits, note: Callable[[Row], None]) -> None:
    """Ask each of `addresses`, keep its picture in `folder`, and `note` what came of it.

    Raises OSError where `folder` takes no file.
    """
    hosts: dict[str, deque[str]] = defaultdict(deque)
    for address in addresses:
        hosts[_host(address)].append(address)
    at_once = asyncio.Semaphore(limits.at_once)
    with ThreadPoolExecutor(_CHECKS_AT_ONCE) as checks:
        try:
            async with client(limits) as web, asyncio.TaskGroup() as group:
                for waiting in hosts.values():
                    host = _Host(web, limits, at_once, checks, folder)
                    for _ in range(min(limits.per_host, len(waiting))):
                        group.create_task(_work(host, waiting, note))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors


async def _work(host: "_Host", waiting: deque[str], note: Callable[[Row], None]) -> None:
    while waiting:
        note(await host.fetch(waiting.popleft()))


class _Host:
    """One host, as several workers share it: when it may be asked next, and whether it has been silent for long."""

    def __init__(
        self,
        web: httpx.AsyncClient,
        limits: Limits,
        at_once: asyncio.Semaphore,
        checks: ThreadPoolExecutor,
        folder: Path,
    ) -> None:
        self._web = web
        self._limits = limits
        self._at_once = at_once
        self._checks = checks
        self._folder = folder
        self._next = 0.0
        self._silent = 0

    async def fetch(self, address: str) -> Row:
        """What comes of `address`, asked up to `attempts` times."""
        for attempt in range(1, self._limits.attempts + 1):
            if self._silent >= self._limits.silent_after:
                break
            try:
                row = await self._once(address)
            except Gone as gone:
                row = Row(address, "gone", str(gone))
            except Passing as passing:
                if attempt < self._limits.attempts and passing.soon:
                    await self._back_off(attempt, passing)
                    continue
                self._silent = self._silent + 1 if passing.silent else 0
                return Row(address, "failed", str(passing))
            self._silent = 0
            return row
        return Row(address, "failed", "its host does not answer")

    async def _once(self, address: str) -> Row:
        await self._turn()
        async with self._at_once:
            data = await ask(self._web, address, self._limits)
        return await asyncio.get_running_loop().run_in_executor(self._checks, self._kept, address, data)

    async def _turn(self) -> None:
        while (left := self._next - time.monotonic()) > 0:
            await asyncio.sleep(left)
        self._next = time.monotonic() + self._limits.pause_s

    async def _back_off(self, attempt: int, passing: Passing) -> None:
        if passing.wait_s is not None:
            # It speaks for the host, not for this address alone.
            self._next = max(self._next, time.monotonic() + passing.wait_s)
            return
        # By lot, so that those who failed together do not come back together.
        backoff = self._limits.backoff_s * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)
        await asyncio.sleep(min(backoff, self._limits.longest_wait_s))

    def _kept(self, address: str, data: bytes) -> Row:
        row = row_of(address, data)
        keep(file_of(self._folder, address), data)
        return row


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""

"""A child process under measurement: its CPU seconds and its largest resident memory, its own children included."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Self, TypeVar

import psutil

from deploy.one_machine.embedded.child import Child, Command

_SAMPLE_SECONDS = 0.5
N = TypeVar("N", int, float)


class Ended(RuntimeError):
    """The process ended before its work was done; the message has its last words."""


class Measured:
    """CPU in seconds since the object was made, memory in bytes."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)
        self.peak_rss = 0
        self._cpu_before = self._cpu()

    @property
    def cpu(self) -> float:
        return self._cpu() - self._cpu_before

    @property
    def rss(self) -> int:
        return sum(self._each(lambda process: process.memory_info().rss))

    def sample(self) -> None:
        self.peak_rss = max(self.peak_rss, self.rss)

    def _cpu(self) -> float:
        return sum(self._each(lambda process: sum(process.cpu_times()[:2])))

    def _each(self, ask: Callable[[psutil.Process], N]) -> Iterator[N]:
        for process in (self.process, *self._children()):
            try:
                yield ask(process)
            except psutil.NoSuchProcess:
                continue

    def _children(self) -> list[psutil.Process]:
        try:
            children: list[psutil.Process] = self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return children


class Running(Measured):
    """A child that was started here."""

    def __init__(self, command: Command) -> None:
        self.child = Child(command)
        self.started = time.time()
        super().__init__(self.child.pid)
        self._cpu_before = 0.0

    def check(self) -> Self:
        """Raise Ended if it does not run any more."""
        if not self.child.alive:
            raise Ended(f"exit code {self.child.exit_code}: {self.child.last_words()}")
        return self


@asynccontextmanager
async def running(command: Command, limit: float = 10.0) -> AsyncIterator[Running]:
    """Run the command inside the block, then stop it; its memory is sampled meanwhile."""
    process = Running(command)
    sampler = asyncio.create_task(_sample(process))
    try:
        yield process
    finally:
        sampler.cancel()
        await asyncio.to_thread(process.child.stop, limit)


async def _sample(process: Running) -> None:
    while process.child.alive:
        process.sample()
        await asyncio.sleep(_SAMPLE_SECONDS)

"""What the handlers need, built once for a process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from consumers.live import LiveFeed
from consumers.queue_feed import QueueFeed
from consumers.reading import Reader
from consumers.settings import ViewSettings
from schemas.clock import Clock
from schemas.credentials import Credentials


class Waiters:
    """Counts requests that wait for an event to arrive, so that guessing codes cannot tie up the process."""

    def __init__(self, limit: int) -> None:
        self._limit, self._number = limit, 0

    @property
    def full(self) -> bool:
        return self._number >= self._limit

    @contextmanager
    def one(self) -> Iterator[None]:
        self._number += 1
        try:
            yield
        finally:
            self._number -= 1


@dataclass(frozen=True, slots=True)
class Views:
    """Shared by all handlers."""

    settings: ViewSettings
    secret: bytes
    clock: Clock
    credentials: Credentials
    reader: Reader
    live: LiveFeed
    queues: QueueFeed
    waiters: Waiters
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

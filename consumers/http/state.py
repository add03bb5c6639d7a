"""What the handlers need, built once for a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from consumers.dead_letters.watch import DeadLetterWatch
from consumers.live.feed import LiveFeed
from consumers.live.queues import QueueFeed
from consumers.read_model.reading import Reader
from consumers.settings import ViewSettings
from schemas.identity.callers import Callers


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
    callers: Callers
    reader: Reader
    live: LiveFeed
    queues: QueueFeed
    waiters: Waiters
    dead_letters: DeadLetterWatch

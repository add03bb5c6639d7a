"""What the handlers need, built once for a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from consumers.dead_letter_watch import DeadLetterWatch
from consumers.live import LiveFeed
from consumers.queue_feed import QueueFeed
from consumers.reading import Reader
from consumers.settings import ViewSettings
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
    credentials: Credentials
    reader: Reader
    live: LiveFeed
    queues: QueueFeed
    waiters: Waiters
    dead_letters: DeadLetterWatch

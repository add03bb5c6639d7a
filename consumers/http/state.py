"""What the handlers need, built once for a process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from consumers.dead_letters.watch import DeadLetterWatch
from consumers.live.feed import LiveFeed
from consumers.live.queues import QueueFeed
from consumers.read_model.reading import Reader
from consumers.settings import ViewSettings
from schemas.events.tracking import Keys
from schemas.identity.callers import Callers

_FIRST = 2


class Waiters:
    """Counts requests that wait for an event to arrive, so that guessing codes ties up neither the process nor anybody else's wait.

    One caller has a twentieth of the room at most, and none of its last quarter beyond his first two: that is for citizens who have
    just sent a petition.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: Counter[str] = Counter()

    def full(self, caller: str) -> bool:
        """Whether there is no room for this caller; `caller`: his address."""
        number, his = self._waiting.total(), self._waiting[caller]
        scarce = number >= self._limit * 3 // 4
        return number >= self._limit or his >= max(2, self._limit // 20) or (scarce and his >= _FIRST)

    @contextmanager
    def one(self, caller: str) -> Iterator[None]:
        self._waiting[caller] += 1
        try:
            yield
        finally:
            self._waiting[caller] -= 1
            self._waiting += Counter()


@dataclass(frozen=True, slots=True)
class Views:
    """Shared by all handlers."""

    settings: ViewSettings
    keys: Keys
    callers: Callers
    reader: Reader
    live: LiveFeed
    queues: QueueFeed
    waiters: Waiters
    dead_letters: DeadLetterWatch

"""Events that wait for Kafka's acknowledgement: how many, since when, and who must be told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

Done = Callable[[Exception | None], None]
Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Waiting:
    """`since`: monotonic seconds."""

    type: str
    done: Done
    since: float


class Pending:
    """Used from the callers' threads and from Kafka's sender thread. Each entry is given out once, to who settles it first."""

    def __init__(self, monotonic: Monotonic = time.monotonic) -> None:
        self._now = monotonic
        self._lock = threading.Lock()
        self._waiting: dict[int, Waiting] = {}  # in order of arrival
        self._next = 0
        self._progress = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, type_: str, done: Done) -> int:
        now = self._now()
        with self._lock:
            if not self._waiting:
                self._progress = now
            number = self._next = self._next + 1
            self._waiting[number] = Waiting(type_, done, now)
        return number

    def settle(self, number: int, *, acknowledged: bool) -> Waiting | None:
        """The entry, or None when somebody was quicker."""
        with self._lock:
            if acknowledged:
                self._progress = self._now()
            return self._waiting.pop(number, None)

    def take_all(self) -> list[Waiting]:
        with self._lock:
            found, self._waiting = list(self._waiting.values()), {}
        return found

    def oldest_age(self) -> float:
        """Seconds that the oldest entry has waited; 0 when none waits."""
        with self._lock:
            oldest = next(iter(self._waiting.values()), None)
        return 0.0 if oldest is None else self._now() - oldest.since

    def silence(self) -> float:
        """Seconds without an acknowledgement while something waits for one; 0 when nothing waits."""
        return self._now() - self._progress if self._waiting else 0.0

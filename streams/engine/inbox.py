"""Where a partition's records gather while its transaction is in flight."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from streams.engine.types import Record


@dataclass(frozen=True, slots=True)
class Fetched:
    """Records of one topic partition in order, fetched after the `epoch`-th seek of that partition."""

    topic: str
    partition: int
    epoch: int
    records: Sequence[Record]


class Inbox:
    """Records of one partition number over all of a stage's topics, each topic in order, none twice and none missing."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._positions: dict[str, int] = {}
        self._epochs: dict[str, int] = {}
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._records)

    @property
    def waiting_seconds(self) -> float:
        """Age of the oldest waiting record since it was written to its topic."""
        return max(0.0, time.time() - self._records[0].timestamp_ms / 1000) if self._records else 0.0

    @property
    def positions(self) -> dict[str, int]:
        """Next offset expected, by topic."""
        return dict(self._positions)

    def begin(self, positions: dict[str, int], epochs: dict[str, int]) -> None:
        """Take records from these offsets on, as fetched after these seeks. Until then nothing is taken."""
        self._positions, self._epochs = dict(positions), dict(epochs)

    def put(self, fetched: Fetched) -> None:
        """Add what is new. What was fetched before the seek is dropped: it may lie behind a gap, and comes again."""
        if fetched.epoch != self._epochs.get(fetched.topic):
            return
        position = self._positions[fetched.topic]
        fresh = [record for record in fetched.records if record.offset >= position]
        if not fresh:
            return
        self._records.extend(fresh)
        self._positions[fetched.topic] = fresh[-1].offset + 1
        self._arrived.set()

    def take(self, most: int) -> list[Record]:
        """Remove and return at most `most` records."""
        if len(self._records) <= most:
            taken = list(self._records)
            self._records.clear()
        else:
            taken = list(islice(self._records, most))
            for _ in range(most):
                self._records.popleft()
        return taken

    async def wait(self, timeout: float | None) -> None:  # noqa: ASYNC109 -- a pause, not a limit
        """Return when records are here, `wake` was called, or `timeout` seconds have passed."""
        if self._records:
            return
        self._arrived.clear()
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout)
        except TimeoutError:
            return

    def wake(self) -> None:
        self._arrived.set()

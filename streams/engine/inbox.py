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
    """Records of one topic partition in order, fetched after the `epoch`-th seek of that partition.

    They are all that there is from offset `start` up to `end`: what is missing in between was aborted or compacted.
    """

    topic: str
    partition: int
    epoch: int
    start: int
    end: int
    records: Sequence[Record]


class Inbox:
    """Records of one partition number over all of a stage's topics, each topic in order, none twice and none missing."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._positions: dict[str, int] = {}
        self._epochs: dict[str, int] = {}
        self._gaps: set[str] = set()
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
        """Add what is new. What was fetched before the seek is dropped: it comes again. So is what does not follow on what is
        here: Faust throws fetches away in the middle of a rebalance, and the lost ones have to be fetched again (see `gaps`)."""
        topic = fetched.topic
        if fetched.epoch != self._epochs.get(topic) or topic in self._gaps:
            return
        position = self._positions[topic]
        if fetched.start > position:
            self.note_gap(topic)
            return
        self._records.extend([record for record in fetched.records if record.offset >= position])
        self._positions[topic] = max(position, fetched.end)
        if self._records:
            self._arrived.set()

    def note_gap(self, topic: str) -> None:
        """What follows on the last record taken was fetched and lost. Nothing of the topic is taken until `resume`."""
        self._gaps.add(topic)
        self._arrived.set()

    @property
    def gaps(self) -> tuple[str, ...]:
        """Topics to be fetched again from their position."""
        return tuple(self._gaps)

    def resume(self, topic: str, epoch: int) -> None:
        """Take the topic's records in again, as fetched after this seek to its position."""
        self._epochs[topic] = epoch
        self._gaps.discard(topic)

    def has_missed(self, topic: str, epoch: int, delivered: int) -> bool:
        """Whether records before offset `delivered`, handed out since that seek, have not come here (yet)."""
        return epoch == self._epochs.get(topic) and topic not in self._gaps and delivered > self._positions[topic]

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
        if self._records or self._gaps:
            return
        self._arrived.clear()
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout)
        except TimeoutError:
            return

    def wake(self) -> None:
        self._arrived.set()

"""Where a partition's records gather while its transaction is in flight."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from streams.engine.types import Record


@dataclass(frozen=True, slots=True)
class Fetched:
    """Records of one topic partition in order, fetched after the `epoch`-th seek of that partition.

    They are all that there is from offset `start` up to `end`: what is missing in between was aborted or compacted. `appended_ms`: when
    a broker wrote the newest of them (ms, UTC), 0 where the topic keeps the producer's time.
    """

    topic: str
    partition: int
    epoch: int
    start: int
    end: int
    records: Sequence[Record]
    appended_ms: int = 0


class Inbox:
    """Records of one partition number over all of a stage's topics, each topic in order, none twice and none missing."""

    def __init__(self, news: Callable[[], None] = lambda: None, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`news` is called whenever there is something to do: records to take, or a gap to be fetched again."""
        self._monotonic = monotonic
        self._records: deque[Record] = deque()
        self._positions: dict[str, int] = {}
        self._epochs: dict[str, int] = {}
        self._gaps: set[str] = set()
        self._news = news
        self.newest: dict[str, int] = {}
        """Offset of the newest record taken in, by topic."""
        self.size = 0
        """Bytes of the waiting records' keys and values."""
        self.since: float | None = None
        """Since when the waiting records have not been taken from (monotonic seconds); None when none waits."""

    def __len__(self) -> int:
        return len(self._records)

    @property
    def waiting_seconds(self) -> float:
        """Age of the oldest waiting record since it was written to its topic."""
        return max(0.0, time.time() - self._records[0].timestamp_ms / 1000) if self._records else 0.0

    @property
    def waiting(self) -> Iterable[Record]:
        """The waiting records, in order."""
        return self._records

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
        fresh = [record for record in fetched.records if record.offset >= position]
        self._records.extend(fresh)
        self.size += sum(map(size_of, fresh))
        self._positions[topic] = max(position, fetched.end)
        if fresh:
            self.newest[topic] = fresh[-1].offset
            self.since = self.since or self._monotonic()
            self._news()

    def put_first(self, records: Sequence[Record]) -> None:
        """Before anything else: records of a topic that is not fetched from."""
        self._records.extendleft(reversed(records))
        self.size += sum(map(size_of, records))
        if records:
            self.since = self.since or self._monotonic()
            self._news()

    def note_gap(self, topic: str) -> None:
        """What follows on the last record taken was fetched and lost. Nothing of the topic is taken until `resume`."""
        self._gaps.add(topic)
        self._news()

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

    def has_all(self, topic: str, epoch: int, delivered: int) -> bool:
        """Whether everything before offset `delivered`, handed out since that seek, has come here."""
        return epoch == self._epochs.get(topic) and topic not in self._gaps and delivered <= self._positions[topic]

    def take(self, most: int, most_bytes: int) -> list[Record]:
        """Remove and return at most `most` records of at most `most_bytes` together; one record, however large, if there is one."""
        if len(self._records) <= most and self.size <= most_bytes:
            taken, self._records, self.size = list(self._records), deque(), 0
        else:
            taken = list(self._up_to(most, most_bytes))
        self.since = self._monotonic() if self._records else None
        return taken

    def _up_to(self, most: int, most_bytes: int) -> Iterator[Record]:
        left = most_bytes
        for number in range(most):
            if not self._records or (number and size_of(self._records[0]) > left):
                return
            record = self._records.popleft()
            self.size -= size_of(record)
            left -= size_of(record)
            yield record


def size_of(record: Record) -> int:
    """Bytes of key and value."""
    return len(record.key or b"") + len(record.value or b"")

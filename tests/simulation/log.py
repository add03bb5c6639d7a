"""A partition's log as Kafka keeps it: records and markers of transactions by offset, and which of them readers get to see."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.engine.types import Record


@dataclass(slots=True)
class Producer:
    """What a log remembers of a producer: its epoch, the number that its next record must have, its batches' offsets by number."""

    epoch: int
    following: int = 0
    bases: dict[int, int] = field(default_factory=dict)


class PartitionLog:
    """`slots` has a record, or None for a marker, at each offset from 0; those before `begin` are deleted."""

    def __init__(self, topic: str, number: int) -> None:
        self.topic, self.number = topic, number
        self.slots: list[Record | None] = []
        self.begin = 0
        self.producers: dict[int, Producer] = {}
        self._open: dict[int, list[int]] = {}
        self._aborted: set[int] = set()

    @property
    def end(self) -> int:
        return len(self.slots)

    @property
    def stable(self) -> int:
        """Up to where all transactions have ended."""
        return min(offsets[0] for offsets in self._open.values()) if self._open else len(self.slots)

    def append(self, records: list[tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]], now_ms: int, writer: int = -1) -> int:
        """Write key, value and headers; `writer`: the producer in whose transaction. The first one's offset."""
        first = self.end
        for key, value, headers in records:
            if writer >= 0:
                self._open.setdefault(writer, []).append(self.end)
            self.slots.append(Record(self.topic, self.number, self.end, now_ms, key, value, headers))
        return first

    def mark(self, writer: int, *, committed: bool) -> None:
        """The writer's transaction has ended."""
        offsets = self._open.pop(writer, [])
        if not committed:
            self._aborted.update(offsets)
        self.slots.append(None)

    def read(self, start: int, most: int) -> tuple[list[Record], int]:
        """At most so many committed records from `start` on, and the next offset to read."""
        found: list[Record] = []
        position = max(start, self.begin)
        stable = self.stable
        while position < stable and len(found) < most:
            slot = self.slots[position]
            if slot is not None and position not in self._aborted:
                found.append(slot)
            position += 1
        return found, position

    @property
    def committed(self) -> list[Record]:
        """All that a reader has got to see by now."""
        return self.read(0, self.end)[0]

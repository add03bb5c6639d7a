"""A consumer that stands still although there is work: noticed from outside of what it believes of itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

LIMIT_SECONDS = 45.0
LOOK_SECONDS = 10.0

Committed = Callable[[Iterable[TopicPartition]], dict[TopicPartition, int]]


class Stalled(RuntimeError):
    """The process is to end: a new one begins where the last effect was committed."""


class StallWatch:
    """Compares the record's end with what is committed, as it stands beside the effect, whoever wrote it, each partition for itself:
    one may stand still while the others go on. A client that has lost its coordinator, its partitions or its transaction for good
    says of itself that nothing is waiting.

    `limit`: how long nothing may be committed though events wait (s); `look`: how often to compare (s).
    """

    def __init__(
        self,
        consumer: KafkaConsumer,
        topics: Sequence[str],
        committed: Committed,
        *,
        limit: float = LIMIT_SECONDS,
        look: float = LOOK_SECONDS,
    ) -> None:
        self._consumer, self._topics, self._ask, self._limit, self._every = consumer, topics, committed, limit, look
        self._moved: dict[TopicPartition, tuple[int, float]] = {}
        """What was committed of a partition when it was last seen to move, or with nothing waiting; and when that was."""
        self._next = 0.0

    def check(self) -> None:
        """Called once a round; raises Stalled, and what `committed` raises but KafkaError."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._every
            self._look(now)

    def _look(self, now: float) -> None:
        mine = self._consumer.assignment()
        tps = list(mine) or self._all()
        try:
            ends = self._consumer.end_offsets(tps)
            committed = self._ask(tps)
            standing = {tp: offset for tp, offset in committed.items() if self._waits(tp, offset, ends[tp], mine=tp in mine)}
        except KafkaError:
            self._moved = {}  # the broker is away: then nothing moves anywhere
            return
        before = self._moved
        self._moved = {tp: before[tp] if tp in before and before[tp][0] == offset else (offset, now) for tp, offset in standing.items()}
        for tp, (offset, since) in self._moved.items():
            if now - since > self._limit:
                where = f"{tp.partition} at {offset} of {ends[tp]}"
                raise Stalled(f"{tp.topic}: nothing was committed for {self._limit:.0f} s, though events wait: {where}")

    def _all(self) -> list[TopicPartition]:
        return [TopicPartition(topic, number) for topic in self._topics for number in self._consumer.partitions_for_topic(topic) or ()]

    def _waits(self, tp: TopicPartition, committed: int, end: int, *, mine: bool) -> bool:
        """Behind the last event stands its transaction's marker, and perhaps an aborted transaction: both are only read past."""
        if end - committed <= 1:
            return False
        return not mine or int(self._consumer.position(tp, timeout_ms=1000) or 0) < end

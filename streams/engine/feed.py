"""The way of records from the group's consumer into the partitions' inboxes, and how far that has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from faust.types import TP

from streams.engine.clock_guard import ClockGuard
from streams.engine.inbox import Fetched, Inbox
from streams.engine.ports import Consumed
from streams.engine.transport import BatchConsumer
from streams.engine.types import Stage
from streams.engine.writer import Membership


class Receiver(Protocol):
    @property
    def inbox(self) -> Inbox: ...


class GroupFeed:
    """Implements `ports.Feed` on Faust's consumer; `consumer` gives it once the worker has begun.

    Fetching of a partition pauses when more than `most_records` wait in its inbox, or more than its share of `most_bytes`, and goes on
    when half of that is gone.
    """

    def __init__(self, stage: Stage, consumer: Callable[[], BatchConsumer], most_records: int, most_bytes: int, guard: ClockGuard) -> None:
        self._topics, self._consumer, self._guard = [topic.name for topic in stage.inputs], consumer, guard
        self._most_records, self._most_bytes = most_records, most_bytes
        self._paused: set[int] = set()
        self._sharing = 1

    def put(self, fetched: Fetched, receivers: Mapping[int, Receiver]) -> None:
        """Hand on what was fetched. What is of a partition that nobody receives any more, its next owner reads again."""
        self._guard.seen(fetched.appended_ms)
        receiver, self._sharing = receivers.get(fetched.partition), max(1, len(receivers))
        if receiver is None:
            return
        receiver.inbox.put(fetched)
        if self._is_full(receiver.inbox, 1.0):
            self._paused.add(fetched.partition)
            self._consumer().pause_partitions(self._tps(fetched.partition))

    def drained(self, partition: int, inbox: Inbox) -> None:
        if partition in self._paused and not self._is_full(inbox, 0.5):
            self._paused.discard(partition)
            self._consumer().resume_partitions(self._tps(partition))

    def _is_full(self, inbox: Inbox, share: float) -> bool:
        return len(inbox) > self._most_records * share or inbox.size > self._most_bytes / self._sharing * share

    def forget(self, partitions: set[int]) -> None:
        """They are another worker's now."""
        self._paused -= partitions

    def _tps(self, partition: int) -> set[TP]:
        return {TP(topic, partition) for topic in self._topics}

    async def seek(self, topic: str, partition: int, offset: int) -> int:
        return await self._consumer().seek_from(TP(topic, partition), offset)

    async def consumed(self, topic: str, partition: int) -> Consumed:
        return await self._consumer().consumed(TP(topic, partition))

    def membership(self) -> Membership:
        return self._consumer().membership()

"""Live events of offices' queues, from the topics `queue.<office>`: one ordered list each, its offsets the ids to resume from."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from consumers.kafka.records import Batches, Record, config, lean
from consumers.kafka.tail import Tail, at_end
from consumers.live.listening import Listener
from schemas.events.topics import queue_topic
from schemas.platform.settings import ProcessSettings

HISTORY_CHUNK = 500
PENDING_LIMIT = 5000
_WAIT_SECONDS = 5.0


class OfficeListener(Listener[Record | dict[str, Any]]):
    """`span`: the first offset that is there, and the one from which records come live; what lies between is history."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(PENDING_LIMIT)
        self.span: asyncio.Future[tuple[int, int]] = loop.create_future()

    def begin(self, first: int, live: int) -> None:
        if not self.span.done():
            self.span.set_result((first, live))


@dataclass(frozen=True, slots=True)
class _Join:
    topic: str
    listener: OfficeListener


class _QueueTail(Tail):
    """The tail of those queues that somebody listens to; changed between two polls."""

    def __init__(self, feed: QueueFeed, settings: ProcessSettings, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(settings, "queues", loop, feed.take, feed.close_all)
        self._feed = feed

    def _prepare(self, consumer: KafkaConsumer) -> None:
        wanted = {TopicPartition(topic, 0) for topic in self._feed.topics()}
        joins = self._feed.joins(wait=not wanted)
        wanted |= {TopicPartition(join.topic, 0) for join in joins}
        if not joins and wanted >= consumer.assignment():
            return
        positions = at_end(consumer, sorted(wanted))
        begins = consumer.beginning_offsets([TopicPartition(join.topic, 0) for join in joins], timeout_ms=5000) if joins else {}
        for join in joins:
            tp = TopicPartition(join.topic, 0)
            self._call(join.listener.begin, begins[tp], positions[tp])


class QueueFeed:
    """Listeners by office, on the event loop."""

    def __init__(self, settings: ProcessSettings, loop: asyncio.AbstractEventLoop) -> None:
        self._settings, self._loop = settings, loop
        self._listeners: dict[str, set[OfficeListener]] = {}
        self._joins: queue.SimpleQueue[_Join | None] = queue.SimpleQueue()
        self._closed = False
        self.tail = _QueueTail(self, settings, loop)

    def topics(self) -> list[str]:
        return list(self._listeners)

    def joins(self, *, wait: bool) -> list[_Join]:
        """Those who came since the last call; waits a while for one when there is nothing else to do."""
        found: list[_Join] = []
        try:
            while (join := self._joins.get(block=wait and not found, timeout=_WAIT_SECONDS)) is not None:
                found.append(join)
        except queue.Empty:
            pass
        return found

    def take(self, batches: Batches) -> None:
        for tp, records in batches.items():
            for listener in self._listeners.get(tp.topic, ()):
                listener.push(records)

    def tell(self, office: str, presence: dict[str, Any]) -> None:
        """Who has a case open, to those who listen in this process: nothing that a reader could resume from, and so no record."""
        for listener in self._listeners.get(queue_topic(office).name, ()):
            listener.push([presence])

    @contextmanager
    def listen(self, office: str) -> Iterator[OfficeListener]:
        topic, listener = queue_topic(office).name, OfficeListener(self._loop)
        if self._closed:
            listener.close()
        self._listeners.setdefault(topic, set()).add(listener)
        self._joins.put(_Join(topic, listener))
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def history(self, office: str, first: int, end: int) -> AsyncIterator[list[Record]]:
        """Committed records with first ≤ offset < end, in order, in chunks."""
        if first >= end:
            return
        consumer = await asyncio.to_thread(self._reader, queue_topic(office).name, first)
        try:
            while True:
                records, position = await asyncio.to_thread(_next_chunk, consumer)
                if chunk := [record for record in records if record.offset < end]:
                    yield chunk
                if position >= end:
                    return
        finally:
            await asyncio.to_thread(consumer.close, timeout_ms=1000)

    def _reader(self, topic: str, first: int) -> KafkaConsumer:
        consumer = lean(KafkaConsumer(**config(self._settings, "queue-history", bootstrap_timeout_ms=5000)))
        tp = TopicPartition(topic, 0)
        consumer.assign([tp])
        consumer.seek(tp, first)
        return consumer

    def close_all(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.close()

    def close(self) -> None:
        """End all listeners; new ones end at once."""
        self._closed = True
        self.tail.stop()
        self._joins.put(None)  # wakes the thread
        self.close_all()


def _next_chunk(consumer: KafkaConsumer) -> tuple[list[Record], int]:
    """What comes within a second, and the position after it."""
    batches: Batches = consumer.poll(timeout_ms=1000, max_records=HISTORY_CHUNK)
    (tp,) = consumer.assignment()
    return [record for records in batches.values() for record in records], int(consumer.position(tp, timeout_ms=5000) or 0)

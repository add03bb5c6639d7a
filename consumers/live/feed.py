"""The live feed: petitions.events as they come, for citizens' streams. Subscriptions are by petition.

With no subscriber an event costs two dictionary steps; its JSON is read only for a subscriber. A ring of recent events lets a
subscriber who comes just after his event, but before PostgreSQL has it, miss nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from consumers.kafka.entries import readable
from consumers.kafka.records import Batches, Record
from consumers.kafka.tail import TopicTail
from consumers.live.arrivals import Arrivals
from consumers.live.listening import Listener
from consumers.timeline import TimelineEntry
from schemas.events import wire
from schemas.events.sealing import OpenValue, as_it_is
from schemas.events.topics import EVENTS
from schemas.platform import metrics
from schemas.platform.settings import ProcessSettings

PENDING_LIMIT = 1000
Subscription = Listener[TimelineEntry]


class Ring:
    """The newest records, by petition. Bounded by their number."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._order: deque[bytes] = deque()
        self._records: dict[bytes, list[Record]] = {}

    def add(self, key: bytes, record: Record) -> None:
        self._order.append(key)
        self._records.setdefault(key, []).append(record)
        if len(self._order) > self._size:
            self._drop(self._order.popleft())

    def _drop(self, key: bytes) -> None:
        records = self._records[key]
        records.pop(0)
        if not records:
            del self._records[key]

    def of(self, key: bytes) -> list[Record]:
        return self._records.get(key, [])


class LiveFeed:
    """Subscriptions on the event loop, fed by a thread that reads the topic's end."""

    def __init__(
        self, settings: ProcessSettings, ring_size: int, loop: asyncio.AbstractEventLoop, open_value: OpenValue = as_it_is
    ) -> None:
        self._open_value = open_value
        self._ring = Ring(ring_size)
        self._subscriptions: dict[bytes, set[Subscription]] = {}
        self._closed = False
        self._clock = settings.clock()
        self.arrivals = Arrivals()
        self.tail = TopicTail(EVENTS.name, settings, loop, self.take, self._lost)

    @property
    def ready(self) -> bool:
        return self.tail.ready

    def take(self, batches: Batches) -> None:
        for tp, records in batches.items():
            self.arrivals.note(tp.partition, records[-1].offset)
            for record in records:
                key = record.key or b""
                self._ring.add(key, record)
                if key in self._subscriptions:
                    self._tell(key, record)
            self._measure(records[-1])

    def _measure(self, record: Record) -> None:
        """How long a citizen waits for the first word about his petition; one record of a batch is enough to know."""
        try:
            event = wire.event(record)
            received = wire.ms(wire.view(event.case).received_at)
        except ValueError:
            return
        if event.seq == 1:
            metrics.REPLY_SECONDS().labels(event.what).observe(max(0.0, (self._clock.now_ms() - received) / 1000))

    def _tell(self, key: bytes, record: Record) -> None:
        entry = self._entry(record)
        if entry is not None:
            for subscription in self._subscriptions[key]:
                subscription.push([entry])

    def _lost(self) -> None:
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.lose()

    def recent(self, petition_id: str) -> list[TimelineEntry]:
        """What the ring holds of a petition, in order."""
        return [entry for record in self._ring.of(petition_id.encode()) if (entry := self._entry(record))]

    @contextmanager
    def subscribe(self, *petition_ids: str) -> Iterator[Subscription]:
        """What happens to these petitions, while the context lasts."""
        keys, subscription = [petition_id.encode() for petition_id in petition_ids], Subscription(PENDING_LIMIT)
        if self._closed:
            subscription.close()
        for key in keys:
            self._subscriptions.setdefault(key, set()).add(subscription)
        try:
            yield subscription
        finally:
            for key in keys:
                self._subscriptions[key].discard(subscription)
                if not self._subscriptions[key]:
                    del self._subscriptions[key]

    def close(self) -> None:
        """End all subscriptions; new ones end at once."""
        self._closed = True
        self.tail.stop()
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.close()

    def _entry(self, record: Record) -> TimelineEntry | None:
        return readable(record, EVENTS.name, self._open_value)

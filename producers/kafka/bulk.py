"""Events by the thousand: laid out in batches here, where a client's own queue costs each event a future, a callback and a lock.

As with single events (`publisher`), what is acknowledged is in the log of all replicas, once; what is not may have arrived all the same,
and is the same event again when it is repeated under its key. Memory is bound by the parcels that the caller leaves under way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from producers.kafka.publisher import Outgoing, Unavailable
from schemas.events.topics import Topic
from schemas.platform.kafka import KafkaSettings

_BATCH_BYTES = 256 * 1024
_CONNECT_SECONDS, _ANSWER_SECONDS, _CLOSE_SECONDS = 5.0, 8.0, 3.0
_partition_of = DefaultPartitioner()
Parcel = Awaitable[Any]
"""Events that were handed over together."""
T = TypeVar("T")


class BulkPublisher:
    """Sends to one topic from one event loop; to be entered, which raises Unavailable where Kafka or the topic is not found in time."""

    def __init__(self, kafka: KafkaSettings, topic: Topic) -> None:
        self._kafka, self._topic = kafka, topic.name
        self._partitions: list[int] = []

    async def __aenter__(self) -> Self:
        self._producer = AIOKafkaProducer(
            **self._kafka.client(), acks="all", enable_idempotence=True, max_batch_size=_BATCH_BYTES, retry_backoff_ms=50
        )
        try:
            await _in_time(self._connected(), _CONNECT_SECONDS)
        except Unavailable:
            await self._closed()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._closed()

    async def send(self, events: Sequence[Outgoing]) -> Parcel:
        """Hand over a parcel; events of one key stay in order, also after those of the parcel before. Raises Unavailable where Kafka
        does not take it in time."""
        batches = self._batches(events)
        return asyncio.gather(
            *[await _in_time(self._producer.send_batch(batch, self._topic, partition=to), _ANSWER_SECONDS) for to, batch in batches]
        )

    async def wait(self, parcel: Parcel) -> None:
        """Until Kafka has the whole parcel. Raises Unavailable where that is not known in time, which runs while this is awaited."""
        await _in_time(parcel, _ANSWER_SECONDS)

    def _batches(self, events: Sequence[Outgoing]) -> Iterator[tuple[int, Any]]:
        """With their partitions, which are the ones that every other client chooses."""
        begun: dict[int, Any] = {}
        now_ms = time.time_ns() // 1_000_000
        for event in events:
            to = _partition_of(event.key, self._partitions, ())
            record = {"timestamp": now_ms, "key": event.key, "value": event.value, "headers": event.headers}
            if to not in begun:
                begun[to] = self._producer.create_batch()
            if begun[to].append(**record) is None:
                yield to, begun[to]
                begun[to] = self._producer.create_batch()
                begun[to].append(**record)
        yield from begun.items()

    async def _connected(self) -> None:
        await self._producer.start()
        self._partitions = sorted(await self._producer.partitions_for(self._topic))

    async def _closed(self) -> None:
        """What is under way has a moment to arrive."""
        with suppress(Unavailable):
            await _in_time(self._producer.stop(), _CLOSE_SECONDS)


async def _in_time(work: Awaitable[T], seconds: float) -> T:
    """Raises Unavailable. The client itself repeats what is numbered without end."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise Unavailable("Kafka has not answered in time") from None
    except KafkaError as error:
        raise Unavailable(f"Kafka does not take the events: {type(error).__name__}") from error

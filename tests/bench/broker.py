"""The benchmarks' Kafka client: topics, quick loading with ready-made batches, reading what is committed, groups' positions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupCoordinatorNotAvailableError, for_code

from streams.engine.batches import partition_of
from tests.broker import reach

APPEND_TIME = {"message.timestamp.type": "LogAppendTime"}
COMPACTED = {"cleanup.policy": "compact"}
Positions = Mapping[TopicPartition, int]
_IN_FLIGHT = 8


class Row(NamedTuple):
    """A record to be loaded."""

    key: bytes
    value: bytes
    headers: Iterable[tuple[str, bytes]] = ()


class Broker:
    """Made by `connected`."""

    def __init__(self, bootstrap: str, admin: AIOKafkaAdminClient) -> None:
        self.bootstrap, self._admin = bootstrap, admin

    async def create(self, topics: Mapping[str, Mapping[str, str]], partitions: int) -> None:
        """Create those topics (name → configuration) that do not exist; raise KafkaError if one cannot be made."""
        existing = set(await self._admin.list_topics())
        wanted = [NewTopic(name, partitions, 1, topic_configs=dict(config)) for name, config in topics.items() if name not in existing]
        if wanted:
            answer = await self._admin.create_topics(wanted)
            for _, code, *_ in answer.topic_errors:
                if code:
                    raise for_code(code)

    async def delete(self, names: Sequence[str]) -> None:
        if names:
            await self._admin.delete_topics(list(names))

    async def containing(self, text: str) -> list[str]:
        """Topics with the text in their names."""
        return [name for name in await self._admin.list_topics() if text in name]

    async def names(self, prefix: str) -> list[str]:
        return sorted(name for name in await self._admin.list_topics() if name.startswith(prefix))

    async def committed(self, group: str) -> dict[tuple[str, int], int]:
        """The group's next offsets, of committed transactions only."""
        try:
            found = await self._admin.list_consumer_group_offsets(group)
        except GroupCoordinatorNotAvailableError:
            return {}  # the first group of a broker's life: the topic of offsets is still being made
        return {(tp.topic, tp.partition): meta.offset for tp, meta in found.items() if meta.offset >= 0}

    async def load(self, topic: str, rows: Iterable[Row], partitions: int) -> int:
        """Write all rows to their key's partition; the number written."""
        async with AIOKafkaProducer(
            **reach(self.bootstrap),
            compression_type="lz4",
            max_batch_size=500_000,
            max_request_size=4_000_000,
            linger_ms=0,
        ) as producer:
            return await _Loader(producer, topic, partitions).load(rows)

    async def ends(self, topic: str) -> Positions:
        """Where the committed part of each partition ends."""
        async with self._reader([topic]) as (_, ends):
            return ends

    async def read(self, topics: Sequence[str], since: Positions | None = None) -> AsyncIterator[list[Any]]:
        """All committed records of the topics (or those `since`), as aiokafka's, in batches of one partition."""
        async with self._reader(topics) as (consumer, ends):
            starts = {tp: (since or {}).get(tp, 0) for tp, end in ends.items() if end > (since or {}).get(tp, 0)}
            consumer.assign(list(starts))
            for tp, start in starts.items():
                consumer.seek(tp, start)
            while any([await consumer.position(tp) < ends[tp] for tp in starts]):
                for records in (await consumer.getmany(timeout_ms=500, max_records=20_000)).values():
                    yield records

    @asynccontextmanager
    async def _reader(self, topics: Sequence[str]) -> AsyncIterator[tuple[AIOKafkaConsumer, Positions]]:
        consumer = AIOKafkaConsumer(
            **reach(self.bootstrap),
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_partition_fetch_bytes=4_000_000,
        )
        await consumer.start()
        try:
            await _know(consumer, topics)
            tps = [TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or ()]
            yield consumer, await consumer.end_offsets(tps)
        finally:
            await consumer.stop()


async def _know(consumer: AIOKafkaConsumer, topics: Iterable[str]) -> None:
    """Wait until the client knows the topics."""
    client = consumer._client
    client.set_topics(list(topics))
    while any(not consumer.partitions_for_topic(topic) for topic in topics):
        await client.force_metadata_update()
        await asyncio.sleep(0.05)


class _Loader:
    def __init__(self, producer: AIOKafkaProducer, topic: str, partitions: int) -> None:
        self._producer, self._topic, self._partitions = producer, topic, partitions
        self._batches = {number: producer.create_batch() for number in range(partitions)}
        self._waiting: list[asyncio.Future[Any]] = []

    async def load(self, rows: Iterable[Row]) -> int:
        count = 0
        for row in rows:
            number = partition_of(row.key, self._partitions)
            if self._append(number, row) is None:
                await self._send(number)
                self._append(number, row)
            count += 1
        for number in self._batches:
            await self._send(number)
        await asyncio.gather(*self._waiting)
        return count

    def _append(self, number: int, row: Row) -> object:
        return self._batches[number].append(key=row.key, value=row.value, timestamp=None, headers=list(row.headers))

    async def _send(self, number: int) -> None:
        batch, self._batches[number] = self._batches[number], self._producer.create_batch()
        if batch.record_count() == 0:
            return
        self._waiting.append(await self._producer.send_batch(batch, self._topic, partition=number))
        if len(self._waiting) >= _IN_FLIGHT:
            await asyncio.gather(*self._waiting)
            self._waiting.clear()


@asynccontextmanager
async def connected(bootstrap: str) -> AsyncIterator[Broker]:
    admin = AIOKafkaAdminClient(**reach(bootstrap))
    await admin.start()
    try:
        yield Broker(bootstrap, admin)
    finally:
        await admin.close()

"""Catching a store up from its changelog."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.platform.kafka import KafkaSettings
from streams.engine.batches import Destination
from streams.engine.ports import Read
from streams.engine.positions import Log
from streams.engine.store import Store
from streams.engine.types import Record


class StoreAhead(RuntimeError):
    """The local store knows more than the changelog: it belongs to another cluster's data and must not be used."""


def check_ahead(store: Store, log_: Log, what: str) -> None:
    """Raise StoreAhead when the store's position lies behind the log's end, open transactions included."""
    if store.position is not None and store.position > log_.end:
        raise StoreAhead(f"{what}: the store is at {store.position}, the changelog ends at {log_.end}")


async def catch_up(read: Read, store: Store, of: Destination, log_: Log) -> AsyncIterator[int]:
    """Apply the committed changelog from the store's position to `log_.end`, which must be stable; how many records each batch had.

    A store whose position lies before the changelog's start (compacted away below it) is still right: compaction keeps each key's newest.
    """
    start = max(store.position or 0, log_.begin)
    if start >= log_.end:
        return
    async for records in read(*of, start, log_.end):
        _apply(store, records)
        yield len(records)


def reader(kafka: KafkaSettings) -> Read:
    """Reads with a consumer of its own, which nobody else waits for."""

    async def read(topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        tp = TopicPartition(topic, partition)
        async with _consumer(kafka) as consumer:
            consumer.assign([tp])
            consumer.seek(tp, start)
            while await consumer.position(tp) < end:
                for records in (await consumer.getmany(timeout_ms=500, max_records=10_000)).values():
                    yield records

    return read


@asynccontextmanager
async def _consumer(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        **kafka.client(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=8 * 1024 * 1024,
        retry_backoff_ms=50,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


def _apply(store: Store, records: Sequence[Record]) -> None:
    puts = {record.key: record.value for record in records if record.key is not None}  # a compacted topic takes no record without a key
    store.apply(puts, store.read(puts.keys()), records[-1].offset + 1)

"""Catching a store up from its changelog."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.engine.positions import Log
from streams.engine.store import Store
from streams.engine.types import Record


class StoreAhead(RuntimeError):
    """The local store knows more than the changelog: it belongs to another cluster's data and must not be used."""


def check_ahead(store: Store, log_: Log, what: str) -> None:
    """Raise StoreAhead when the store's position lies behind the log's end, open transactions included."""
    if store.position is not None and store.position > log_.end:
        raise StoreAhead(f"{what}: the store is at {store.position}, the changelog ends at {log_.end}")


async def catch_up(bootstrap: str, store: Store, of: tuple[str, int], log_: Log) -> AsyncIterator[int]:
    """Apply the committed changelog (topic, partition) from the store's position to `log_.end`, which must be stable; how many
    records each batch had.

    A store whose position lies before the changelog's start (compacted away below it) is still right: compaction keeps each key's newest.
    """
    start = max(store.position or 0, log_.begin)
    if start >= log_.end:
        return
    tp = TopicPartition(*of)
    async with _reader(bootstrap) as consumer:
        consumer.assign([tp])
        consumer.seek(tp, start)
        while await consumer.position(tp) < log_.end:
            for records in (await consumer.getmany(timeout_ms=500, max_records=10_000)).values():
                _apply(store, records)
                yield len(records)


async def read_between(bootstrap: str, of: tuple[str, int], start: int, end: int) -> list[Record]:
    """The committed records of (topic, partition) from `start` up to `end`, which must be stable."""
    found: list[Record] = []
    if start >= end:
        return found
    tp = TopicPartition(*of)
    async with _reader(bootstrap) as consumer:
        consumer.assign([tp])
        consumer.seek(tp, start)
        while await consumer.position(tp) < end:
            for records in (await consumer.getmany(timeout_ms=500, max_records=10_000)).values():
                found += [record for record in records if record.offset < end]
    return found


@asynccontextmanager
async def _reader(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
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


def _apply(store: Store, records: Sequence[Any]) -> None:
    puts: dict[bytes, bytes] = {}
    gone: set[bytes] = set()
    for record in records:
        key, value = record.key, record.value
        if value is None:
            gone.add(key)
            puts.pop(key, None)
        else:
            puts[key] = value
            gone.discard(key)
    position = records[-1].offset + 1
    if gone:
        store.delete(gone, position)
    store.apply(puts, store.read(list(puts)), position)

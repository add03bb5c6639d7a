"""Where to begin: the group's committed offsets, and a store caught up from its changelog."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine.store import Store


@asynccontextmanager
async def _reader(bootstrap: str, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
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


async def committed_positions(bootstrap: str, group: str, topics: Sequence[str], partition: int) -> dict[str, int]:
    """The next offset to handle by topic: what the group committed, or the topic's beginning.

    Only to be asked after fencing; before it, the old owner could still move the offsets.
    """
    async with _reader(bootstrap, group) as consumer:
        tps = [TopicPartition(topic, partition) for topic in topics]
        consumer.assign(tps)
        begins = await consumer.beginning_offsets(tps)
        return {tp.topic: max(await consumer.committed(tp) or 0, begins[tp]) for tp in tps}


async def catch_up(bootstrap: str, store: Store, changelog: str, partition: int, stage: str) -> int:
    """Apply the changelog from the store's position to its end; return how many records that were.

    A store whose position lies behind the changelog's start (compacted away below it) is still right: compaction keeps each key's newest.
    """
    restored = 0
    async with _reader(bootstrap) as consumer:
        tp = TopicPartition(changelog, partition)
        consumer.assign([tp])
        end = (await consumer.end_offsets([tp]))[tp]
        begin = (await consumer.beginning_offsets([tp]))[tp]
        if store.position is not None and store.position > end:
            raise StoreAhead(f"{changelog}-{partition}: the store is at {store.position}, the changelog ends at {end}")
        consumer.seek(tp, max(store.position or 0, begin))
        while await consumer.position(tp) < end:
            for records in (await consumer.getmany(timeout_ms=500, max_records=10_000)).values():
                _apply(store, records)
                restored += len(records)
                metrics.RESTORED().labels(stage).inc(len(records))
                if restored % 200_000 < len(records):
                    log.warning("restoring", stage=stage, partition=partition, restored=restored, end=end)
    return restored


class StoreAhead(RuntimeError):
    """The local store knows more than the changelog: it belongs to another cluster's data and must not be used."""


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

"""A step's outputs as the record batches that Kafka takes, each marked as part of one producer's transaction."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka.partitioner import murmur2
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from streams.engine.types import Output, Reach

BATCH_BYTES = 1_000_000
_LARGE_BYTES = 50_000
_FORMAT, _ZSTD = 2, 4

Destination = tuple[str, int]
"""Topic and partition."""


class Batch(NamedTuple):
    """`data`: as it goes over the wire."""

    data: bytearray
    records: int


class Numbering:
    """Who writes, in which epoch, and the number of each destination's next record, by which Kafka knows a repeat."""

    def __init__(self, producer_id: int, epoch: int) -> None:
        self.producer_id, self.epoch = producer_id, epoch
        self._next: defaultdict[Destination, int] = defaultdict(int)

    def builder(self, to: Destination) -> Any:
        """An empty batch that goes on where the last one ended."""
        return DefaultRecordBatchBuilder(
            _FORMAT,
            _ZSTD,
            is_transactional=1,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            base_sequence=self._next[to],
            batch_size=BATCH_BYTES,
        )

    def count(self, to: Destination, records: int) -> None:
        self._next[to] += records


def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default partitioner: the same key goes where every other client puts it."""
    return (int(murmur2(key)) & 0x7FFFFFFF) % partitions


def by_destination(outputs: Iterable[Output], partition: int, partitions: int) -> dict[Destination, list[Output]]:
    """Where each output goes, by its reach, in their order; `partition` is the input's, `partitions` every topic's number of them."""
    grouped: defaultdict[Destination, list[Output]] = defaultdict(list)
    for output in outputs:
        if output.reach is Reach.HERE:
            grouped[output.topic, partition].append(output)
        elif output.reach is Reach.OWN_KEY:
            grouped[output.topic, partition_of(output.key or b"", partitions)].append(output)
        else:
            for each in range(partitions):
                grouped[output.topic, each].append(output)
    return grouped


async def batches_of(to: Destination, outputs: Sequence[Output], numbering: Numbering) -> list[Batch]:
    """The records of one destination in batches of at most BATCH_BYTES before compression (a larger record has one of its own)."""
    now_ms, found, first = int(time.time() * 1000), [], 0
    builder = numbering.builder(to)
    for number, output in enumerate(outputs):
        key, value, headers = output.key, output.value, list(output.headers)
        if builder.append(number - first, now_ms, key, value, headers) is None:
            found.append(await _closed(builder, to, number - first, numbering))
            builder, first = numbering.builder(to), number
            builder.append(0, now_ms, key, value, headers)
    return [*found, await _closed(builder, to, len(outputs) - first, numbering)]


async def _closed(builder: Any, to: Destination, records: int, numbering: Numbering) -> Batch:
    """Counted, compressed and with its head. Compressing lets go of the interpreter: meanwhile another partition goes on."""
    numbering.count(to, records)
    return Batch(builder.build() if builder.size() < _LARGE_BYTES else await asyncio.to_thread(builder.build), records)

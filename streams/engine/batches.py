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
_FORMAT, _PLAIN, _ZSTD = 2, 0, 4
_SMALL_BYTES = 2000
"""Less is not compressed: that would cost writer, broker and reader more than all else about the record."""

Destination = tuple[str, int]
"""Topic and partition."""


class Page(NamedTuple):
    """Records of one destination that fit into a batch. Neither compressed nor numbered yet: both wait for the transaction."""

    builder: Any
    records: int


Sheet = Sequence[Page]
"""All of a step's records for one destination, in order."""


class Numbering:
    """Who writes, in which epoch, and the number of each destination's next record, by which Kafka knows a repeat."""

    def __init__(self, producer_id: int, epoch: int) -> None:
        self.producer_id, self.epoch = producer_id, epoch
        self._next: defaultdict[Destination, int] = defaultdict(int)

    def take(self, to: Destination, records: int) -> int:
        """The number of the first of so many records."""
        first = self._next[to]
        self._next[to] += records
        return first


def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default partitioner: the same key goes where every other client puts it."""
    return (int(murmur2(key)) & 0x7FFFFFFF) % partitions


class Sheets:
    """Collects a step's outputs by destination; `partitions` is every topic's number of them."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._grouped: defaultdict[Destination, list[Output]] = defaultdict(list)

    def add(self, outputs: Iterable[Output], partition: int) -> None:
        """Each output goes by its reach, in their order; `partition` is the input's."""
        grouped = self._grouped
        for output in outputs:
            if output.reach is Reach.HERE:
                grouped[output.topic, partition].append(output)
            elif output.reach is Reach.OWN_KEY:
                grouped[output.topic, partition_of(output.key or b"", self._partitions)].append(output)
            else:
                for each in range(self._partitions):
                    grouped[output.topic, each].append(output)

    def laid_out(self, now_ms: int | None = None) -> dict[Destination, Sheet]:
        """What was added, in pages of at most BATCH_BYTES before compression (a larger record has one of its own).

        `now_ms`: the records' time (ms, UTC), this machine's unless given.
        """
        now_ms = int(time.time() * 1000) if now_ms is None else now_ms
        return {to: _pages(outputs, now_ms) for to, outputs in self._grouped.items()}


def _pages(outputs: Sequence[Output], now_ms: int) -> Sheet:
    compression = _ZSTD if sum(len(output.value or b"") for output in outputs) >= _SMALL_BYTES else _PLAIN
    found, first, builder = [], 0, _builder(compression)
    append = builder.append
    for number, output in enumerate(outputs):
        key, value, headers = output.key, output.value, list(output.headers)
        if append(number - first, now_ms, key, value, headers) is None:
            found.append(Page(builder, number - first))
            builder, first = _builder(compression), number
            append = builder.append
            append(0, now_ms, key, value, headers)
    return [*found, Page(builder, len(outputs) - first)]


def _builder(compression: int) -> Any:
    return DefaultRecordBatchBuilder(
        _FORMAT, compression, is_transactional=1, producer_id=-1, producer_epoch=-1, base_sequence=-1, batch_size=BATCH_BYTES
    )


async def closed(page: Page, to: Destination, numbering: Numbering) -> bytearray:
    """Numbered, compressed (unless small) and with its head, as it goes over the wire. Compressing much goes on beside the event loop."""
    builder = page.builder
    builder.set_producer_state(numbering.producer_id, numbering.epoch, numbering.take(to, page.records))
    data: bytearray = builder.build() if builder.size() < _LARGE_BYTES else await asyncio.to_thread(builder.build)
    return data

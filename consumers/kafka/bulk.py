"""Many records to one partition at once: packed here into a batch, and given to kafka-python's producer as one piece.

`KafkaProducer.send` checks, measures, locks and makes a future for each record, and encodes each header: that costs twenty times as much
as the work on the event. Here the headers go on as the bytes that came. What is done with the batch (transaction, sequence numbers,
acknowledgement, retries) is the producer's business as ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from kafka import KafkaProducer, TopicPartition
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.memory_records import MemoryRecordsBuilder

MAGIC = 2
# Far below any topic's limit, so that the broker never asks for a batch to be split.
MAX_BATCH_BYTES = 500_000


@lru_cache(maxsize=65_536)
def _varint(number: int) -> bytes:
    """A zigzag varint of a number ≥ 0, as lengths and counts are."""
    number <<= 1
    out = bytearray()
    while number > 0x7F:
        out.append(0x80 | (number & 0x7F))
        number >>= 7
    out.append(number)
    return bytes(out)


def encode_headers(headers: Iterable[tuple[str, bytes]]) -> bytes:
    """Headers as they stand in a record, their count first."""
    listed = [(name.encode(), value) for name, value in headers]
    parts = [_varint(len(listed))]
    for name, value in listed:
        parts += (_varint(len(name)), name, _varint(len(value)), value)
    return b"".join(parts)


def pack(key: bytes, value: bytes, headers: bytes) -> bytes:
    """A record's key, value and headers as they stand in a batch; `send` puts number and length before them."""
    return b"".join((_varint(len(key)), key, _varint(len(value)), value, headers))


class BulkProducer:
    """Sends packed records through a producer that is in a transaction and knows the topic."""

    def __init__(self, producer: KafkaProducer) -> None:
        self._producer = producer
        self._accumulator, self._transactions = producer._accumulator, producer._transaction_manager  # noqa: SLF001 — pinned; tests

    def send(self, topic: str, records: Sequence[bytes], partition: int = 0) -> list[Any]:
        """Queue the records in order; the futures of their batches. Call `flush` afterwards. Raises KafkaError as `send` does."""
        tp = TopicPartition(topic, partition)
        self._transactions.maybe_add_partition_to_transaction(tp)
        return [self._queue(tp, chunk) for chunk in _chunks(records)]

    def _queue(self, tp: TopicPartition, records: Sequence[bytes]) -> Any:
        batch = ProducerBatch(tp, _builder(records))
        accumulator = self._accumulator
        with accumulator._tp_lock(tp):  # noqa: SLF001
            accumulator._batches[tp].append(batch)  # noqa: SLF001
            accumulator._incomplete.add(batch)  # noqa: SLF001
        return batch.produce_future

    def flush(self, timeout: float) -> None:
        """Send all and wait for the answers; KafkaTimeoutError when they do not come in time (s)."""
        self._producer.flush(timeout=timeout)


def _chunks(records: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    start, size = 0, 0
    for index, record in enumerate(records):
        size += len(record)
        if size > MAX_BATCH_BYTES and index > start:
            yield records[start:index]
            start, size = index, len(record)
    if records:
        yield records[start:]


def _builder(records: Sequence[bytes]) -> MemoryRecordsBuilder:
    """A builder as if the records had been appended one after the other, all at this moment."""
    whole = MemoryRecordsBuilder(MAGIC, 0, 2 * MAX_BATCH_BYTES)
    inner = whole._builder  # noqa: SLF001
    inner._first_timestamp = inner._max_timestamp = int(time.time() * 1000)  # noqa: SLF001
    inner._num_records, inner._last_offset = len(records), len(records) - 1  # noqa: SLF001
    whole._next_offset = len(records)  # noqa: SLF001
    parts: list[bytes] = []
    for index, record in enumerate(records):
        # Attributes 0, no time after the batch's first, the number in the batch.
        number = _varint(index)
        parts += (_varint(2 + len(number) + len(record)), b"\x00\x00", number, record)
    inner._buffer += b"".join(parts)  # noqa: SLF001
    return whole

"""How the consumers read Kafka: one set of settings, and a lean reader of record batches.

kafka-python decodes every header of every record in pure Python, which costs more than all the work on the event.
The lean reader cuts a record into offset, key, value and the headers' bytes, and reads headers only when asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError

from schemas.events.sealing import OpenValue
from schemas.platform.kafka import KafkaSettings

Headers = list[tuple[str, bytes]]
Batches = dict[TopicPartition, list["Record"]]


class Record:
    """A record as it came: `timestamp` in ms since the epoch. Headers are decoded at the first look."""

    __slots__ = ("_headers", "key", "offset", "timestamp", "value")

    def __init__(self, offset: int, timestamp: int, key: bytes | None, value: bytes | None, headers: bytes | Headers) -> None:
        self.offset, self.timestamp, self.key, self.value, self._headers = offset, timestamp, key, value, headers

    @property
    def headers(self) -> Headers:
        if isinstance(self._headers, bytes):
            self._headers = _decode_headers(self._headers)
        return self._headers

    @property
    def raw_headers(self) -> bytes | None:
        """The headers as they stood in the batch, their count first; None when they have been decoded."""
        return self._headers if isinstance(self._headers, bytes) else None

    def header(self, name: str) -> bytes | None:
        """The first header of that name; without decoding the others."""
        if isinstance(self._headers, bytes):
            return _find_header(self._headers, name.encode())
        return next((value for key, value in self._headers if key == name), None)


def opened(record: Record, open_value: OpenValue) -> Record:
    """The record itself, or where its value was sealed one with the words in it."""
    value = open_value(record.value or b"")
    if value is record.value or not record.value:
        return record
    return Record(record.offset, record.timestamp, record.key, value, record.raw_headers or record.headers)


def _varint(data: bytes, pos: int) -> tuple[int, int]:
    """A zigzag varint at `pos`: its value and the position after it."""
    byte = data[pos]
    pos += 1
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), pos
    raw, shift = byte & 0x7F, 7
    while True:
        byte = data[pos]
        pos += 1
        raw |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (raw >> 1) ^ -(raw & 1), pos
        shift += 7


def _find_header(data: bytes, name: bytes) -> bytes | None:
    """Found by its name with the length before it, which is three times as fast as going from header to header."""
    at = data.find(bytes((len(name) << 1,)) + name)
    if at < 0:
        return None
    size, pos = _varint(data, at + 1 + len(name))
    return data[pos : pos + max(size, 0)]


def _decode_headers(data: bytes) -> Headers:
    count, pos = _varint(data, 0)
    found: Headers = []
    for _ in range(count):
        size, pos = _varint(data, pos)
        name = data[pos : pos + size].decode(errors="replace")
        size, pos = _varint(data, pos + size)
        end = pos + max(size, 0)
        found.append((name, data[pos:end]))
        pos = end
    return found


def records_of(batch: Any) -> Iterator[Record]:
    """Cut a batch of message format 2 into records."""
    batch._maybe_uncompress()  # noqa: SLF001 — kafka-python is pinned; a test compares with its own reader
    data, pos = bytes(batch._buffer), batch._pos  # noqa: SLF001
    base_offset, first_timestamp = batch.base_offset, batch.first_timestamp
    append_time = batch.max_timestamp if batch.timestamp_type else None
    for _ in range(batch.records_count):
        size, pos = _varint(data, pos)
        end = pos + size
        delta, pos = _varint(data, pos + 1)
        timestamp = first_timestamp + delta if append_time is None else append_time
        delta, pos = _varint(data, pos)
        size, pos = _varint(data, pos)
        key = None if size < 0 else data[pos : pos + size]
        size, pos = _varint(data, pos + max(size, 0))
        value = None if size < 0 else data[pos : pos + size]
        headers = data[pos + max(size, 0) : end]
        if end > len(data):
            raise CorruptRecordError(f"a record ends at {end}, its batch at {len(data)}")
        yield Record(base_offset + delta, timestamp, key, value, headers)
        pos = end


class _LeanRecords(Fetcher.PartitionRecords):  # type: ignore[misc]  # kafka-python has no types
    """Gives `Record`s. Aborted transactions and control batches are left out by the same rules as in the base class."""

    def _unpack_records(self, tp: TopicPartition, records: Any, *_: object) -> Iterator[Record]:
        while (batch := records.next_batch()) is not None:
            if self.check_crcs and not batch.validate_crc():
                raise CorruptRecordError(f"batch of {tp} at offset {batch.base_offset} has a wrong checksum")
            self.leader_epoch = batch.leader_epoch
            if not self._is_visible(batch):
                self.next_fetch_offset = batch.next_offset
                continue
            for record in records_of(batch):
                self.records_read += 1
                self.next_fetch_offset = record.offset + 1
                yield record
            self.bytes_read += batch.size_in_bytes
            # A compacted batch may have lost its last records: the next fetch starts behind the batch all the same.
            self.next_fetch_offset = batch.next_offset
        self.drain()

    def _is_visible(self, batch: Any) -> bool:
        if batch.has_producer_id():
            self._consume_aborted_transactions_up_to(batch.last_offset)
            if self._contains_abort_marker(batch):
                self.aborted_producer_ids.discard(batch.producer_id)
            elif self._is_batch_aborted(batch):
                return False
        return not batch.is_control_batch


def lean(consumer: KafkaConsumer) -> KafkaConsumer:
    """Make the consumer's `poll` give `Record`s."""
    consumer._fetcher.PartitionRecords = _LeanRecords  # noqa: SLF001 — see records_of
    return consumer


def config(settings: KafkaSettings, client_id: str, **more: Any) -> dict[str, Any]:
    """The common consumer settings: only committed records, no offsets moved behind our back, quick to come back."""
    return {
        **settings.client(),
        "client_id": client_id,
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "allow_auto_create_topics": False,
        "reconnect_backoff_max_ms": 1000,
        "retry_backoff_ms": 50,
        "metadata_max_age_ms": 60_000,
        "metrics_enabled": False,
        **more,
    }


def newest(batches: Batches) -> dict[int, int]:
    """By partition, the timestamp of its last record, ms since the epoch."""
    return {tp.partition: records[-1].timestamp for tp, records in batches.items()}

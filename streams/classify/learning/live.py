"""Petitions as the running classify stage has just classified them, off `petitions.classified`: read only, in no group, bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from schemas.events.catalogue import CLASSIFIED_TYPE
from schemas.events.topics import CLASSIFIED
from schemas.platform.kafka import KafkaSettings
from streams.classify.io.wire import Classified
from streams.classify.learning.record import assigned, onlooker

_POLL_MS = 500
_BATCH = 500
_decode = msgspec.json.Decoder(Classified).decode


def classified(
    kafka: KafkaSettings, seconds: float, count: int, *, beginning: bool, topic: str = CLASSIFIED.name
) -> Iterator[list[Classified]]:
    """Batches, at times empty ones, for so many seconds or until `count` petitions were read; from now on, or from the topic's beginning.

    Raises `RecordUnavailableError`, `kafka.errors.KafkaError`.
    """
    consumer = onlooker(kafka)
    try:
        partitions = assigned(consumer, topic)
        (consumer.seek_to_beginning if beginning else consumer.seek_to_end)(*partitions)
        until = time.monotonic() + seconds
        while count > 0 and time.monotonic() < until:
            polled = consumer.poll(timeout_ms=_POLL_MS, max_records=min(count, _BATCH))
            batch = [one for records in polled.values() for one in map(_read, records) if one]
            count -= len(batch)
            yield batch
    finally:
        consumer.close()


def _read(record: Any) -> Classified | None:
    """None for what is no classification, or one of a newer writer that this version cannot read."""
    if dict(record.headers).get("ce_type") != CLASSIFIED_TYPE.type.encode():
        return None
    try:
        return _decode(record.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None

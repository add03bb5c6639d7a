"""Where the record comes from: `petitions.events` (committed events only), or an export with one CloudEvent in JSON a line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec
import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from schemas.events import wire
from schemas.events.sealing import OpenValue, as_it_is
from schemas.events.topics import EVENTS
from schemas.events.wire import NotAnEvent, WholeEvent
from schemas.platform.kafka import KafkaSettings

_POLL_MS = 500
_SILENCE_S = 5.0
Take = Callable[[WholeEvent], None]
Progress = Callable[[int, int], None]


class NotReachable(RuntimeError):
    """Kafka does not answer, or has no record."""


@dataclass(frozen=True, slots=True)
class _Hand:
    """Hands records over; the arguments are those of `from_kafka`."""

    take: Take
    save: IO[bytes] | None
    open_value: OpenValue

    def over(self, records: list[Any]) -> int:
        """How many are no events."""
        bad = 0
        for record in records:
            headers = {name: value.decode(errors="replace") for name, value in record.headers if name.startswith("ce_")}
            try:
                event = wire.whole_of(headers.get("ce_type", ""), self.open_value(record.value or b""))
            except NotAnEvent:
                bad += 1
                continue
            if self.save is not None:
                self.save.write(_exported(headers, record.value))
            self.take(event)
        return bad


def from_file(path: Path) -> Iterator[WholeEvent]:
    """Raise OSError, or NotAnEvent with the line's number (from 1)."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if raw.strip():
                try:
                    yield structured(raw)
                except NotAnEvent as error:
                    raise NotAnEvent(f"line {number}: {error}") from None


def from_kafka(
    kafka: KafkaSettings, take: Take, *, save: IO[bytes] | None = None, progress: Progress | None = None, open_value: OpenValue = as_it_is
) -> int:
    """Hand over every event that the topic has now; the number of records that are no events. Raise NotReachable.

    `save`: also write them there as an export, sealed as they are; `progress` gets how far the reading is, and where the topic ended at the
    start; `open_value` puts in what people wrote: some rules go by it.
    """
    try:
        return asyncio.run(_read(kafka, _Hand(take, save, open_value), progress))
    except KafkaError as error:
        raise NotReachable(f"Kafka at {kafka.kafka_bootstrap_servers}: {type(error).__name__}") from error


async def _read(kafka: KafkaSettings, hand: _Hand, progress: Progress | None) -> int:
    consumer = AIOKafkaConsumer(
        EVENTS.name,
        **kafka.client(),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=8_000_000,
        request_timeout_ms=10_000,
    )
    try:
        await consumer.start()
        partitions = consumer.assignment()
        if not partitions:
            raise NotReachable(f"there is no topic {EVENTS.name} at {kafka.kafka_bootstrap_servers}")
        ends = await consumer.end_offsets(partitions)
        return await _until(consumer, ends, hand, progress)
    finally:
        await consumer.stop()


async def _until(consumer: Any, ends: dict[Any, int], hand: _Hand, progress: Progress | None) -> int:
    """A transaction that is open keeps the last records back: after a while of silence the end is where they begin."""
    bad, silent = 0, 0.0
    while silent < _SILENCE_S:
        at = sum([min(await consumer.position(tp), end) for tp, end in ends.items()])
        if progress:
            progress(at, sum(ends.values()))
        if at >= sum(ends.values()):
            break
        found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=5000)
        silent = 0.0 if found else silent + _POLL_MS / 1000
        for records in found.values():
            bad += hand.over(records)
    return bad


class _Structured(msgspec.Struct, gc=False):
    """A CloudEvent in JSON, as an export has one on each line."""

    type: str
    data: msgspec.Raw


_STRUCTURED = msgspec.json.Decoder(_Structured)


def structured(raw: bytes) -> WholeEvent:
    """From a line of an export; raise NotAnEvent."""
    try:
        found = _STRUCTURED.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotAnEvent(f"not a CloudEvent: {error}") from None
    return wire.whole_of(found.type, found.data)


def _exported(headers: dict[str, str], value: bytes) -> bytes:
    attributes = {name.removeprefix("ce_"): text for name, text in headers.items()}
    whole = {**attributes, "datacontenttype": "application/json", "data": orjson.Fragment(value)}
    return orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)

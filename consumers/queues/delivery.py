"""From records to deliveries: what is sent to which office. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from consumers.kafka.records import Record, opened
from consumers.queues.routing import offices_of
from schemas.events import wire
from schemas.events.sealing import OpenValue, as_it_is
from schemas.events.wire import NotAnEvent
from schemas.events.words import for_office


class Delivery(NamedTuple):
    """One event for one office."""

    office: str
    partition: int
    record: Record
    value: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """All deliveries of a batch in order, and the records that are no events."""

    deliveries: list[Delivery]
    rejected: list[tuple[int, Record, NotAnEvent]]


class Undeliverable(ValueError):
    """An event cannot be given to an office; the message names it."""


def plan(records: Iterable[tuple[int, Record]], open_value: OpenValue = as_it_is) -> Plan:
    """Plan for (partition, record) pairs; offices get the words that stand sealed on the record."""
    made = Plan([], [])
    # All are opened at one go: what that needs in the processor's caches, reading and rewriting JSON would drive out each time.
    for partition, record, shown in [(partition, record, opened(record, open_value)) for partition, record in records]:
        try:
            made.deliveries.extend(_deliveries(partition, record, shown))
        except NotAnEvent as error:
            made.rejected.append((partition, record, error))
    return made


def _deliveries(partition: int, record: Record, shown: Record) -> list[Delivery]:
    event = wire.event(shown)
    case = wire.view(event.case)
    return [
        Delivery(office, partition, record, for_office(office, shown.value or b"", event, case.office))
        for office in offices_of(event, case)
    ]

"""From records to deliveries: what is sent to which office. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from consumers.kafka.records import Record
from consumers.queues.routing import offices_of
from schemas.events import wire as slices
from schemas.events.wire import Event, NotAnEvent

PERSONAL = frozenset({"contact_sealed", "external_id"})
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


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


def plan(records: Iterable[tuple[int, Record]]) -> Plan:
    """Plan for (partition, record) pairs."""
    made = Plan([], [])
    for partition, record in records:
        try:
            made.deliveries.extend(_deliveries(partition, record))
        except NotAnEvent as error:
            made.rejected.append((partition, record, error))
    return made


def _deliveries(partition: int, record: Record) -> list[Delivery]:
    slices.head(record)
    event = slices.event(record)
    value = without_personal_data(record.value or b"", event)
    return [Delivery(office, partition, record, value) for office in offices_of(event, slices.case(event.case))]


def without_personal_data(value: bytes, event: Event) -> bytes:
    """The event's JSON; the petition in a first event loses its sealed contact and its id in the channel."""
    whole = slices.given(event.petition)
    if not whole:
        return value
    try:
        petition = _OBJECT.decode(whole)
    except msgspec.DecodeError:
        raise NotAnEvent("petition: not a JSON object") from None
    if not petition.keys() & PERSONAL:
        return value
    kept = msgspec.json.encode({name: raw for name, raw in petition.items() if name not in PERSONAL})
    return slices.cut(value, b"petition", whole, kept)

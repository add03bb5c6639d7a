"""Reads the case stage's input records into commands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from schemas.actions import Action, Answer
from schemas.catalogue import ACTION_REQUESTED, CLASSIFIED_TYPE
from schemas.clock import to_ms
from schemas.envelope import BadEvent, read
from schemas.intake import PetitionClassified
from streams.case.acts.registration import Register
from streams.case.acts.substance import mark_of
from streams.case.machine import Asked
from streams.engine.types import Record

_EXPECTED = (CLASSIFIED_TYPE, ACTION_REQUESTED)


class WrongKey(BadEvent):
    """The record's key is missing or is not its petition's id: it would stand in a foreign partition."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A command for the case under `key`; `cause` is the id of the event that carries it."""

    key: bytes
    cause: str
    command: Register | Asked


def command_of(record: Record) -> Incoming:
    """Raise BadEvent (WrongKey) for a record that is no event of these topics."""
    event = read(record.value, record.headers, _EXPECTED)
    data = event.data
    classified = isinstance(data, PetitionClassified)
    petition_id = data.petition.petition_id if classified else data.petition_id
    if record.key is None or record.key != petition_id.encode():
        raise WrongKey("key: missing, or not the petition's id")
    command = _registration(data) if classified else _asked(data)
    return Incoming(record.key, event.envelope.id, command)


def _asked(action: Action) -> Asked:
    mark = mark_of(action.text) if isinstance(action, Answer) else 0
    return Asked(action, to_ms(action.requested_at), mark)


def _registration(data: PetitionClassified) -> Register:
    petition, classification = data.petition, data.classification
    return Register(
        petition_id=petition.petition_id,
        submitted=to_ms(petition.submitted_at),
        text_mark=int.from_bytes(hashlib.blake2b(petition.text.encode(), digest_size=8).digest()),
        kind=classification.kind,
        category=classification.category,
        level=classification.level,
        office=classification.office,
        co_offices=classification.co_offices,
        ward=classification.place.ward_code or (petition.location.ward_code if petition.location else None),
        triage=classification.triage,
        petition=msgspec.Raw(petition.model_dump_json().encode()),
        classification=msgspec.Raw(classification.model_dump_json().encode()),
    )

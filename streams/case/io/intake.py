"""Reads the case stage's input records into commands."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import msgspec

from schemas.events.actions import Action, AddInformation, Answer, SplitOff, TextUsed
from schemas.events.base import Model, Role
from schemas.events.catalogue import ACTION_REQUESTED, CLASSIFIED_TYPE, SPLIT_OFF, TEXT_USED
from schemas.events.envelope import BadEvent, read
from schemas.events.intake import (
    SANDBOX,
    SPLIT_CHANNEL,
    Classification,
    PetitionClassified,
    PetitionKind,
    PetitionSubmitted,
    Place,
)
from schemas.platform.instants import to_ms
from schemas.platform.marks import mark64
from schemas.reference import TRIAGE_OFFICE
from streams.case.decide.handlers.registration import Register
from streams.case.decide.handlers.substance import mark_of
from streams.case.decide.machine import Command
from streams.case.decide.turn import UsedText, Who
from streams.case.decide.used_texts import texts_key
from streams.case.io.quick import Quick, parts, quick
from streams.engine.types import Record

_EXPECTED = (CLASSIFIED_TYPE, ACTION_REQUESTED, TEXT_USED, SPLIT_OFF)


class WrongKey(BadEvent):
    """The record's key is missing or is not that of its petition or office: it would stand in a foreign partition."""


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """A command for the case under `key`, or an answer for an office's memory; `cause` is the id of the event that carries it."""

    key: bytes
    cause: str
    command: Register | Command | UsedText


def command_of(record: Record, appended: int, alarming: Callable[[str], bool]) -> Incoming:
    """`appended`: when the broker took the record in (ms UTC); no time that its writer gives counts beyond that. `alarming`: whether
    words tell of danger.

    Raise BadEvent (WrongKey) for a record that is no event of these topics.
    """
    found = quick(record)
    if found is not None:
        return Incoming(_key(record, found.petition.petition_id.encode()), found.cause, _registration(found, appended))
    event = read(record.value, record.headers, _EXPECTED)
    data, cause = event.data, event.envelope.id
    if isinstance(data, PetitionClassified):
        registration = _registration(parts(cause, _json(data.petition), _json(data.classification)), appended)
        return Incoming(_key(record, data.petition.petition_id.encode()), cause, registration)
    if isinstance(data, TextUsed):
        copy = UsedText(data.office, int(data.fingerprint, 16), data.petition_id, to_ms(data.counts_until))
        return Incoming(_key(record, texts_key(data.office)), cause, copy)
    if isinstance(data, SplitOff):
        return Incoming(_key(record, data.petition_id.encode()), cause, _part(data))
    return Incoming(_key(record, data.petition_id.encode()), cause, _asked(data, appended, alarming))


def _key(record: Record, expected: bytes) -> bytes:
    if record.key is None or record.key != expected:
        raise WrongKey("key: missing, or not the petition's id (an office's texts: not the office's key)")
    return record.key


def _asked(action: Action, appended: int, alarming: Callable[[str], bool]) -> Command:
    mark = mark_of(action.text) if isinstance(action, Answer) else 0
    return Command(action, appended, mark, urgent=_is_urgent(action, alarming))


def _is_urgent(action: Action, alarming: Callable[[str], bool]) -> bool:
    """Whether a citizen adds something that tells of danger. Rather a false alarm than a danger that nobody sees."""
    if not isinstance(action, AddInformation) or action.actor.role is not Role.CITIZEN:
        return False
    return bool(action.urgent) or alarming(action.text)


def _json(model: Model) -> msgspec.Raw:
    return msgspec.Raw(model.model_dump_json().encode())


def _registration(found: Quick, appended: int) -> Register:
    petition, classification = found.petition, found.classification
    return Register(
        petition_id=petition.petition_id,
        submitted=min(to_ms(petition.submitted_at), appended),
        text_mark=_text_mark(petition.text),
        content=int(petition.content_digest[:16], 16) if petition.content_digest else 0,
        kind=classification.kind,
        category=classification.category,
        level=classification.level,
        office=classification.office,
        co_offices=classification.co_offices,
        ward=classification.place.ward_code or (petition.location.ward_code if petition.location else None),
        triage=classification.triage,
        language=classification.language,
        owner_rule=classification.owner_rule,
        petition=found.petition_json,
        classification=found.classification_json,
        sandbox=petition.channel == SANDBOX,
    )


def _part(split: SplitOff) -> Register:
    """A petition that was split from another: in its own words, at its place, by a person's judgement. Its time begins with the split."""
    petition = PetitionSubmitted(
        petition_id=split.petition_id, channel=SPLIT_CHANNEL, text=split.text, location=split.location, submitted_at=split.split_at
    )
    return Register(
        petition_id=split.petition_id,
        submitted=to_ms(split.split_at),
        text_mark=_text_mark(split.text),
        kind=PetitionKind.PETITION,
        category=split.category,
        level=split.level,
        office=split.to_office or TRIAGE_OFFICE,
        co_offices=(),
        ward=split.ward_code,
        triage=split.to_office is None,
        petition=_json(petition),
        classification=_json(_by_a_person(split)),
        language=split.language,
        origin=split.origin,
        who=Who.of(split.actor),
    )


def _by_a_person(split: SplitOff) -> Classification:
    return Classification(
        category=split.category,
        confidence=1.0,
        level=split.level,
        place=Place(ward_code=split.ward_code, method="given" if split.ward_code else None, confidence=1.0 if split.ward_code else 0.0),
        office=split.to_office or TRIAGE_OFFICE,
        triage=split.to_office is None,
        reasons=(split.reason,),
        language=split.language,
        model_version=SPLIT_CHANNEL,
    )


def _text_mark(text: str) -> int:
    """The same letters are the same text, however Unicode composes them."""
    return mark64(unicodedata.normalize("NFC", text.strip()))

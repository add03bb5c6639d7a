"""Reads a classified petition at stream speed: only what the case stage uses is looked at, the rest goes on as it came.

The classify stage has checked the whole petition before it wrote it. What does not fit here is read again in full (`intake`), which
accepts it after all or says what is wrong.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.events.base import Level
from schemas.events.catalogue import CLASSIFIED_TYPE
from schemas.events.envelope import MAX_VALUE_BYTES
from schemas.events.intake import PetitionKind
from schemas.reference import categories, offices, wards
from streams.engine.types import Record


class _Where(msgspec.Struct, gc=False):
    ward_code: str | None = None


class QuickPetition(msgspec.Struct, gc=False):
    petition_id: Annotated[str, Meta(pattern="^[0-9a-f]{26}$")]
    text: Annotated[str, Meta(max_length=20_000)]
    submitted_at: Annotated[datetime, Meta(tz=True)]
    location: _Where | None = None
    content_digest: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None
    channel: str = ""


class QuickClassification(msgspec.Struct, gc=False):
    category: str
    level: Level
    office: str
    triage: bool
    kind: PetitionKind = PetitionKind.PETITION
    co_offices: tuple[str, ...] = ()
    place: _Where = msgspec.field(default_factory=_Where)
    language: str = "vi"
    owner_rule: msgspec.Raw = msgspec.Raw(b"null")


class _Whole(msgspec.Struct, gc=False):
    petition: msgspec.Raw
    classification: msgspec.Raw


class Quick(msgspec.Struct, gc=False):
    """What the stage uses, and the JSON of both parts as it came; `cause` is the event's id."""

    cause: str
    petition: QuickPetition
    classification: QuickClassification
    petition_json: msgspec.Raw
    classification_json: msgspec.Raw


_TYPE = CLASSIFIED_TYPE.type.encode()
_whole = msgspec.json.Decoder(_Whole).decode
_petition = msgspec.json.Decoder(QuickPetition).decode
_classification = msgspec.json.Decoder(QuickClassification).decode


def quick(record: Record) -> Quick | None:
    """The record if it is a classified petition in binary mode and fits; None: read it in full."""
    cause = _cause(record)
    if cause is None or record.value is None or len(record.value) > MAX_VALUE_BYTES:
        return None
    try:
        whole = _whole(record.value)
        found = parts(cause, whole.petition, whole.classification)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if _known(found.petition, found.classification) else None


def parts(cause: str, petition: msgspec.Raw, classification: msgspec.Raw) -> Quick:
    """Raise msgspec.DecodeError if a part does not fit."""
    return Quick(cause, _petition(petition), _classification(classification), petition, classification)


def _cause(record: Record) -> str | None:
    found = dict(record.headers)
    if found.get("ce_type") != _TYPE or found.get("ce_specversion") != b"1.0" or not found.get("ce_source"):
        return None
    id_ = found.get("ce_id") or b""  # a header of Kafka may be null
    return id_.decode("ascii") if 0 < len(id_) <= 200 and id_.isascii() else None


def _known(petition: QuickPetition, classification: QuickClassification) -> bool:
    """Every code is one of the reference data, and the text is neither blank nor unwritable."""
    codes = (classification.place.ward_code, petition.location.ward_code if petition.location else None)
    return (
        classification.category in categories()
        and all(office in offices() for office in (classification.office, *classification.co_offices))
        and all(code is None or code in wards() for code in codes)
        and not petition.text.isspace()
        and "\0" not in petition.text
    )

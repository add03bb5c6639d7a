"""Petitions in and classifications out as bytes, at stream speed.

`quick` reads what nearly every petition is: an event in binary mode whose JSON needs no correction. What does not fit is read in full by
`whole`, which accepts it after all or says what is wrong. Both give the same petition (a test holds them to it).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.events import catalogue, envelope
from schemas.events.envelope import MAX_VALUE_BYTES, BadEvent
from schemas.events.files import AT_ONCE
from schemas.events.intake import LAT_MAX, LAT_MIN, LONG_MAX, LONG_MIN
from schemas.reference import categories, wards
from streams.classify.found import Classification
from streams.engine.types import Record

_PLAIN_URL = r"^https?://[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$"
"""An address that reading in full would leave as it is, and about which there is nothing to look at (`%FF`, `user@`)."""


class Location(msgspec.Struct, gc=False, omit_defaults=True):
    lat: Annotated[float, Meta(ge=LAT_MIN, le=LAT_MAX)] | None = None
    long: Annotated[float, Meta(ge=LONG_MIN, le=LONG_MAX)] | None = None
    address: Annotated[str, Meta(max_length=500)] | None = None
    ward_code: str | None = None


class File(msgspec.Struct, gc=False):
    """As `schemas.events.files.FileRef`."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    kind: Literal["image", "video", "document"]
    size: Annotated[int, Meta(ge=1)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Petition(msgspec.Struct, gc=False, omit_defaults=True):
    """As `schemas.events.intake.PetitionSubmitted`."""

    petition_id: Annotated[str, Meta(pattern="^[0-9a-f]{26}$")]
    channel: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,31}$")]
    text: Annotated[str, Meta(max_length=20_000)]
    submitted_at: Annotated[datetime, Meta(tz=True)]
    external_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    location: Location | None = None
    contact_sealed: str | None = None
    media_urls: Annotated[tuple[Annotated[str, Meta(pattern=_PLAIN_URL)], ...], Meta(max_length=20)] = ()
    files: Annotated[tuple[File, ...], Meta(max_length=AT_ONCE)] = ()
    category: str | None = None
    urgent: bool | None = None
    content_digest: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None
    taken_by: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class Classified(msgspec.Struct, gc=False):
    """As `schemas.events.intake.PetitionClassified`."""

    petition: Petition
    classification: Classification


class Submitted(msgspec.Struct, gc=False):
    """A petition and the id of the event that brought it."""

    cause: str
    petition: Petition


_TYPE = catalogue.SUBMITTED.type.encode()
_decode = msgspec.json.Decoder(Petition).decode


class _FromModel(Petition, gc=False):
    """As the models wrote it, addresses included."""

    media_urls: tuple[str, ...] = ()


_from_model = msgspec.json.Decoder(_FromModel).decode
encode = msgspec.json.Encoder().encode


def read(record: Record) -> Submitted:
    """The petition in a record. Raises `BadEvent`, which names the field and the rule."""
    found = quick(record) or whole(record)
    if record.key != found.petition.petition_id.encode():
        raise BadEvent("key: must be the petition id")
    return found


def quick(record: Record) -> Submitted | None:
    """The petition if nothing about it needs a closer look; None: read it in full."""
    head = dict(record.headers)
    cause, value = head.get("ce_id", b""), record.value
    if head.get("ce_type") != _TYPE or head.get("ce_specversion") != b"1.0" or not head.get("ce_source") or not head.get("ce_time"):
        return None
    if not 0 < len(cause) <= 200 or not cause.isascii() or value is None or len(value) > MAX_VALUE_BYTES:
        return None
    if b"\\u0000" in value:
        return None
    try:
        petition = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Submitted(cause.decode(), petition) if _as_it_should_be(petition) else None


def _as_it_should_be(petition: Petition) -> bool:
    """Every code is one of the reference data; there is a text, and none has blanks around it."""
    text, where = petition.text, petition.location
    if not text or text[0] <= " " or text[-1] <= " " or text != text.strip() or (petition.category or "other") not in categories():
        return False
    return where is None or (
        (where.ward_code is None or where.ward_code in wards()) and (not where.address or where.address == where.address.strip())
    )


def whole(record: Record) -> Submitted:
    """The same by the models. Raises `BadEvent`."""
    event = envelope.read(record.value, record.headers, (catalogue.SUBMITTED,))
    return Submitted(event.envelope.id, _from_model(event.data.model_dump_json(exclude_none=True)))

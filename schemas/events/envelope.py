"""CloudEvents 1.0 over Kafka: binary mode is written, binary and structured mode are read.

Headers: `ce_specversion`, `ce_id`, `ce_source`, `ce_type`, `ce_subject` (the petition id), `ce_time`, `content-type`; the value is
the JSON of the data. Read is whatever the standard allows: `subject`, `time` and content type may be missing, media types and names of
headers are of any case and may have parameters, structured data may be in base64; attributes that we do not know are passed over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
from pydantic import ValidationError

from schemas.events.catalogue import EVENT_TYPES, EventType

Headers = Sequence[tuple[str, bytes]]
T = TypeVar("T")
_JSON = b"application/json"
_STRUCTURED, _STRUCTURED_JSON = "application/cloudevents", "application/cloudevents+json"
_ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time")
MAX_VALUE_BYTES = 1_000_000


class BadEvent(ValueError):
    """The record is not an event of the catalogue; the message names the field and the rule, never the field's content."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """`time`: when its writer says that it happened. It is not asked of anybody, and nothing is decided by it: what counts is when
    the broker took the record in."""

    id: str
    source: str
    type: str
    subject: str = ""
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event(Generic[T]):
    """An envelope with its checked data (a model of the catalogue)."""

    envelope: Envelope
    data: T


def derived_id(cause: str, kind: str) -> str:
    """The id of an event that follows from another: the same cause and kind give the same id, so a reader knows a repeat."""
    return hashlib.blake2b(f"{cause}\0{kind}".encode(), digest_size=16).hexdigest()


def headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The record's headers, in binary mode; what is empty is left out."""
    subject = [("ce_subject", envelope.subject.encode())] if envelope.subject else []
    moment = [("ce_time", _iso(envelope.time))] if envelope.time is not None else []
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        *subject,
        *moment,
        ("content-type", _JSON),
    ]


def _iso(moment: datetime) -> bytes:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()


def read(value: bytes | None, raw_headers: Headers, expected: Iterable[EventType]) -> Event[Any]:
    """Read and check a record that must be one of the `expected` types; raise BadEvent otherwise."""
    if value is None:
        raise BadEvent("value: an event needs data, this record has none")
    if len(value) > MAX_VALUE_BYTES:
        raise BadEvent(f"value: {len(value)} bytes, at most {MAX_VALUE_BYTES} are allowed")
    found = {name.lower(): raw or b"" for name, raw in raw_headers}  # a header of Kafka may be null
    kind = _media_type(found.get("content-type", b""))
    if kind.startswith(_STRUCTURED):
        envelope, value = _structured(value, kind)
    else:
        envelope = _binary(found, kind)
    entry = EVENT_TYPES.get(envelope.type)
    if entry is None or entry not in expected:
        raise BadEvent(f"ce_type: {envelope.type[:100]!r} is not an event type of this topic")
    try:
        data = entry.adapter.validate_json(value)
    except ValidationError as error:
        raise BadEvent(explain(error)) from None
    return Event(envelope, data)


def explain(error: ValidationError) -> str:
    """Name each field and the rule it broke, without repeating the input (it may be personal)."""
    parts = [
        f"{'.'.join(str(step) for step in item['loc']) or 'body'}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return "; ".join(parts[:10])


def _media_type(raw: bytes) -> str:
    """Without parameters, in small letters: `Application/JSON; charset=utf-8` is `application/json`."""
    return raw.decode("latin-1").partition(";")[0].strip().lower()


def _binary(found: Mapping[str, bytes], kind: str) -> Envelope:
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise BadEvent(f"content-type: data must be JSON, not {kind[:100]!r}")
    return _envelope({name: found.get(f"ce_{name}", b"") for name in _ATTRIBUTES})


def _structured(value: bytes, kind: str) -> tuple[Envelope, bytes]:
    if kind != _STRUCTURED_JSON:
        raise BadEvent(f"content-type: of structured events only {_STRUCTURED_JSON} is read, not {kind[:100]!r}")
    try:
        whole = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise BadEvent(f"value: not JSON ({error.msg} at character {error.pos})") from None
    if not isinstance(whole, dict):
        raise BadEvent("value: a structured CloudEvent is a JSON object")
    return _envelope({name: str(whole.get(name) or "").encode() for name in _ATTRIBUTES}), _data(whole)


def _data(whole: Mapping[str, Any]) -> bytes:
    packed = whole.get("data_base64")
    if packed is None:
        return orjson.dumps(whole.get("data"))
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BadEvent("data_base64: not base64") from None


def _envelope(fields: dict[str, bytes]) -> Envelope:
    try:
        text = {name: raw.decode("utf-8") for name, raw in fields.items()}
    except UnicodeDecodeError:
        raise BadEvent("headers: not UTF-8") from None
    for name in ("specversion", "id", "source", "type"):
        if not text[name]:
            raise BadEvent(f"ce_{name}: missing")
    if text["specversion"] != "1.0":
        raise BadEvent("ce_specversion: only 1.0 is known")
    if len(text["id"]) > 200:
        raise BadEvent("ce_id: longer than 200 characters")
    return Envelope(text["id"], text["source"], text["type"], text["subject"], _time(text["time"]))


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text.upper())  # RFC 3339 allows a small `t` and `z`
    except ValueError:
        raise BadEvent("ce_time: not an instant of RFC 3339") from None
    if time.tzinfo is None:
        raise BadEvent("ce_time: needs a time zone")
    return time

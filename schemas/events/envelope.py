"""CloudEvents 1.0 over Kafka: binary mode is written, binary and structured mode are read.

Headers: `ce_specversion`, `ce_id`, `ce_source`, `ce_type`, `ce_subject` (the petition id), `ce_time`, `content-type`; the value is
the JSON of the data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
from pydantic import ValidationError

from schemas.events.catalogue import EVENT_TYPES, EventType

Headers = Sequence[tuple[str, bytes]]
T = TypeVar("T")
_JSON = b"application/json"
_STRUCTURED = b"application/cloudevents+json"
MAX_VALUE_BYTES = 1_000_000


class BadEvent(ValueError):
    """The record is not an event of the catalogue; the message names the field and the rule, never the field's content."""


@dataclass(frozen=True, slots=True)
class Envelope:
    id: str
    source: str
    type: str
    subject: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Event(Generic[T]):
    """An envelope with its checked data (a model of the catalogue)."""

    envelope: Envelope
    data: T


def derived_id(cause: str, kind: str) -> str:
    """The id of an event that follows from another: the same cause and kind give the same id, so a reader knows a repeat."""
    return hashlib.blake2b(f"{cause}\0{kind}".encode(), digest_size=16).hexdigest()


def headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_time", _iso(envelope.time)),
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
    found = dict(raw_headers)
    if found.get("content-type", b"").startswith(_STRUCTURED):
        envelope, value = _structured(value)
    else:
        envelope = _binary(found)
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


def _binary(found: dict[str, bytes]) -> Envelope:
    return _envelope({name: found.get(f"ce_{name}", b"") for name in ("specversion", "id", "source", "type", "subject", "time")})


def _structured(value: bytes) -> tuple[Envelope, bytes]:
    try:
        whole = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise BadEvent(f"value: not JSON ({error.msg} at character {error.pos})") from None
    if not isinstance(whole, dict):
        raise BadEvent("value: a structured CloudEvent is a JSON object")
    fields = {name: str(whole.get(name, "")).encode() for name in ("specversion", "id", "source", "type", "subject", "time")}
    return _envelope(fields), orjson.dumps(whole.get("data"))


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
    try:
        time = datetime.fromisoformat(text["time"] or "missing")
    except ValueError:
        raise BadEvent("ce_time: not an ISO 8601 instant") from None
    if time.tzinfo is None:
        raise BadEvent("ce_time: needs a time zone")
    return Envelope(text["id"], text["source"], text["type"], text["subject"], time)

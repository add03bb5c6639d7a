"""CloudEvents as the standard allows them, from whatever tool."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.envelope import BadEvent, Envelope, Headers, headers, read

DATA = {
    "action": "withdraw",
    "petition_id": "0" * 26,
    "actor": {"role": "citizen"},
    "requested_at": "2026-11-25T02:00:00Z",
}
VALUE = orjson.dumps(DATA)
REQUIRED = {"ce_specversion": b"1.0", "ce_id": b"7", "ce_source": b"urn:elsewhere", "ce_type": ACTION_REQUESTED.type.encode()}


def binary(**given: bytes | None) -> Headers:
    return [(name.replace("__", "-"), value) for name, value in {**REQUIRED, **given}.items()]  # type: ignore[misc] -- Kafka has nulls


def structured(**given: Any) -> bytes:
    return orjson.dumps({**{name.removeprefix("ce_"): value.decode() for name, value in REQUIRED.items()}, **given})


@pytest.mark.parametrize(
    "given",
    [
        binary(),  # neither subject, time nor content type: all optional
        binary(content__type=b"application/json; charset=UTF-8"),
        binary(content__type=b"Application/JSON"),
        binary(content__type=b"application/vnd.hanoi.petition+json"),
        binary(content__type=None, ce_subject=None),
        binary(ce_time=b"2026-11-25t02:00:00.123456789z"),
        binary(ce_traceparent=b"00-4bf9", ce_partitionkey=b"x"),
        [(name.title(), value) for name, value in binary()],
    ],
    ids=["bare", "parameter", "capitals", "suffix", "nulls", "small-z", "extensions", "capital-names"],
)
def test_binary_mode_takes_what_the_standard_allows(given: Headers) -> None:
    """What is optional may be missing, what has no case may be written in any, and extensions do no harm."""
    event = read(VALUE, given, [ACTION_REQUESTED])

    assert (event.envelope.id, event.data.action) == ("7", "withdraw")


@pytest.mark.parametrize(
    "kind", [b"application/cloudevents+json", b"Application/CloudEvents+JSON; charset=utf-8", b"APPLICATION/CLOUDEVENTS+JSON"]
)
@pytest.mark.parametrize(
    "given",
    [
        {"data": DATA},
        {"data_base64": base64.b64encode(VALUE).decode()},
        {"data": DATA, "time": None, "datacontenttype": "application/json"},
    ],
    ids=["data", "base64", "nulls"],
)
def test_structured_mode_takes_what_the_standard_allows(kind: bytes, given: dict[str, Any]) -> None:
    """The media type is of any case and may have parameters; the data may be in base64."""
    event = read(structured(**given), [("content-type", kind)], [ACTION_REQUESTED])

    assert (event.envelope.source, event.data.action) == ("urn:elsewhere", "withdraw")


@pytest.mark.parametrize(
    ("value", "given", "named"),
    [
        (VALUE, binary(content__type=b"text/xml"), "content-type"),
        (VALUE, binary(ce_specversion=b"0.3"), "ce_specversion"),
        (VALUE, binary(ce_id=b""), "ce_id"),
        (VALUE, binary(ce_time=b"yesterday"), "ce_time"),
        (VALUE, binary(ce_time=b"2026-11-25T02:00:00"), "ce_time"),
        (structured(data=DATA), [("content-type", b"application/cloudevents+avro")], "content-type"),
        (structured(data=DATA), [("content-type", b"application/cloudevents-batch+json")], "content-type"),
        (structured(data_base64="%%%"), [("content-type", b"application/cloudevents+json")], "data_base64"),
        (structured(data_base64=7), [("content-type", b"application/cloudevents+json")], "data_base64"),
    ],
)
def test_what_is_no_event_is_named(value: bytes, given: Headers, named: str) -> None:
    """The message begins with the field, and says the rule."""
    with pytest.raises(BadEvent, match=f"^{named}: "):
        read(value, given, [ACTION_REQUESTED])


def test_what_is_written_is_read_again() -> None:
    """With and without the optional attributes."""
    whole = Envelope("7", "urn:here", ACTION_REQUESTED.type, "0" * 26, datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    bare = Envelope("7", "urn:here", ACTION_REQUESTED.type)

    assert [read(VALUE, headers(made), [ACTION_REQUESTED]).envelope for made in (whole, bare)] == [whole, bare]

"""The classify stage: bytes in, bytes out, at stream speed and as the published models have it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from schemas.events import catalogue, envelope, intake
from schemas.events.envelope import BadEvent, Envelope
from schemas.events.files import FileRef
from schemas.events.intake import Location, PetitionClassified, PetitionSubmitted
from streams.classify import found
from streams.classify.found import Asked
from streams.classify.io import wire
from streams.classify.io.stage import ClassifyStage
from streams.engine.types import Record
from tests.classify.shipped import shipped

ID = "0123456789abcdef0123456789"
NOW_MS = 1_767_600_000_000
PETITION = {
    "petition_id": ID,
    "channel": "ihanoi",
    "external_id": "A-17",
    "text": "Cống tắc, nước ngập nhà ở phường Định Công",
    "location": {"lat": 20.98, "long": 105.83, "address": "ngõ 5", "ward_code": "00082"},
    "contact_sealed": "c2VhbGVk",
    "media_urls": ["https://anh.example.org/a/1.jpg"],
    "category": "drainage",
    "urgent": True,
    "submitted_at": "2026-01-05T01:00:00Z",
    "content_digest": "0123456789abcdef" * 2,
}


FILE = {"id": "0a" * 16, "kind": "image", "size": 120_000, "sha256": "0b" * 32}


def stage() -> ClassifyStage:
    return ClassifyStage(shipped().classify_texts)


def _record(value: dict[str, Any] | bytes, key: bytes = ID.encode(), **headers: bytes) -> Record:
    made = Envelope("cause-1", "test", catalogue.SUBMITTED.type, ID, datetime(2026, 1, 5, tzinfo=UTC))
    head = dict(envelope.headers(made)) | {name.replace("content_type", "content-type"): part for name, part in headers.items()}
    content = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return Record("petitions.intake", 0, 0, NOW_MS, key, content, list(head.items()))


@pytest.mark.parametrize(
    ("struct", "model"),
    [
        (wire.Petition, PetitionSubmitted),
        (wire.Location, Location),
        (wire.File, FileRef),
        (wire.Classified, PetitionClassified),
        (found.Classification, intake.Classification),
        (found.Guess, intake.Guess),
        (found.Matter, intake.Matter),
        (found.Place, intake.Place),
        (found.OwnerRule, intake.OwnerRule),
    ],
)
def test_structs_have_the_fields_of_the_models(struct: type[msgspec.Struct], model: type[BaseModel]) -> None:
    """A field added to an event is not forgotten where events are read and written at stream speed."""
    fields = {field.name: field.required for field in msgspec.structs.fields(struct)}

    assert fields == {name: field.is_required() for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"media_urls": [], "location": None, "category": None, "urgent": None},
        {"location": {"lat": 20.98, "long": 105.83}},
        {"location": {"address": "  ngõ 5 "}},
        {"text": "  mất điện \n"},
        {"text": "dòng một\ndòng hai"},
        {"text": ""},
        {"text": "  ", "location": None},
        {"text": "viết \\u0000 là chữ"},
        {"media_urls": ["https://anh.example.org", "http://10.0.0.1:8080/a b.jpg"]},
        {"files": [FILE]},
        {"files": [FILE], "text": "", "media_urls": [], "location": None},
        {"submitted_at": "2026-01-05T08:00:00.250+07:00"},
        {"submitted_at": 1_767_600_000},
        {"unknown": {"of": "a newer writer"}},
    ],
)
def test_reading_quickly_is_reading_in_full(change: dict[str, Any]) -> None:
    """Whichever way a petition is read, the same is passed on."""
    record = _record(PETITION | change)

    assert wire.encode(wire.read(record).petition) == wire.encode(wire.whole(record).petition)


def test_an_ordinary_petition_is_read_quickly() -> None:
    """With place, picture, choice and mark: the models are not asked."""
    assert wire.quick(_record(PETITION)) is not None


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (_record(PETITION | {"text": " ", "media_urls": [], "location": {"address": ""}}), "text"),
        (_record(PETITION | {"text": "a\0b"}), "text: must not contain the character U+0000"),
        (_record(PETITION | {"external_id": "a\0b"}), "external_id: must not contain the character U+0000"),
        (_record(PETITION | {"location": {"address": "a\0b"}}), "location.address: must not contain the character U+0000"),
        (_record(PETITION | {"media_urls": ["https://anh.example.org/%FF"]}), "media_urls.0"),
        (_record(PETITION | {"media_urls": ["https://good.example.org@evil.example.org/1.jpg"]}), "media_urls.0"),
        (_record(PETITION | {"files": [FILE | {"id": "../etc/passwd"}]}), "files.0.id"),
        (_record(PETITION | {"files": [FILE | {"kind": "program"}]}), "files.0.kind"),
        (_record(PETITION | {"files": [FILE] * 11}), "files"),
        (_record(PETITION | {"content_digest": "x"}), "content_digest"),
        (_record(PETITION | {"category": "nothing"}), "category"),
        (_record(PETITION | {"location": {"ward_code": "99999"}}), "location.ward_code"),
        (_record(PETITION | {"location": {"lat": 10.0, "long": 106.0}}), "location.lat"),
        (_record(PETITION | {"submitted_at": "2026-01-05T01:00:00"}), "submitted_at"),
        (_record(PETITION | {"petition_id": "x"}), "petition_id"),
        (_record(b"{"), "body"),
        (_record(b"\xff"), "body"),
        (_record(PETITION, key=b"another"), "key"),
        (_record(PETITION, ce_type=b"something"), "ce_type"),
        (_record(PETITION, ce_source=b""), "ce_source"),
    ],
)
def test_what_is_no_petition_is_refused_with_its_field(record: Record, said: str) -> None:
    """It goes to the dead letters with field and rule, and the others go on."""
    effects = stage().decide([record, _record(PETITION)], {}, NOW_MS)

    (refused, error), *more = effects.rejected
    assert (refused, more, len(effects.outputs)) == (record, [], 1)
    assert isinstance(error, BadEvent)
    assert said in str(error)


def test_structured_mode_is_read_as_well() -> None:
    """A CloudEvent whose attributes stand in the body is the same petition."""
    made = Envelope("cause-1", "test", catalogue.SUBMITTED.type, ID, datetime(2026, 1, 5, tzinfo=UTC))
    body = {"specversion": "1.0", "id": made.id, "source": made.source, "type": made.type, "time": made.time.isoformat(), "data": PETITION}
    structured = _record(json.dumps(body).encode(), content_type=b"application/cloudevents+json")

    assert stage().decide([structured], {}, NOW_MS).outputs == stage().decide([_record(PETITION)], {}, NOW_MS).outputs


def test_stage_and_command_are_one_code_path() -> None:
    """A petition gets what its bare text gets; the event passes the schema's checks, and its id follows from its cause."""
    output = stage().decide([_record(PETITION)], {}, NOW_MS).outputs[0]

    event = envelope.read(output.value, output.headers, (catalogue.CLASSIFIED_TYPE,))
    asked = Asked(str(PETITION["text"]), Location.model_validate(PETITION["location"]), "drainage", urgent=True)
    assert event.envelope.id == envelope.derived_id("cause-1", "classified")
    assert event.data.petition == PetitionSubmitted.model_validate(PETITION)
    assert (
        event.data.classification.model_dump_json()
        == intake.Classification.model_validate(msgspec.to_builtins(shipped().classify_texts([asked])[0])).model_dump_json()
    )

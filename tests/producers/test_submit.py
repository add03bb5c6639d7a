"""POST /v1/petitions on real Kafka and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from deploy.one_machine.embedded import EmbeddedKafka
from producers.intake.vault import PostgresVault, unseal
from producers.settings import HttpSettings
from schemas.events import tracking
from schemas.events.catalogue import SUBMITTED
from tests.producers.support import KEY, PETITION, SECRET, Asked, on_topic

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_petition_is_in_kafka_when_it_is_accepted(asked: Asked, broker: EmbeddedKafka) -> None:
    """202 names the petition, its code and its addresses; the event is on petitions.intake under the petition's key."""
    answer = await asked.submit({**PETITION, "location": {"lat": 21.03, "long": 105.85}, "media_urls": ["https://anh.example/1.jpg"]})
    body = answer.json()

    assert answer.status_code == 202
    assert body["petition_id"] == tracking.petition_id(SECRET.encode(), tracking.parse(body["tracking_code"]))
    assert body["status_url"] == f"http://service/v1/petitions/{body['tracking_code']}"
    assert body["events_url"] == f"{body['status_url']}/events"
    (event,) = on_topic(broker.bootstrap, SUBMITTED, body["petition_id"])
    assert event.envelope.subject == body["petition_id"]
    assert event.data.text == PETITION["text"]
    assert event.data.location.lat == 21.03


async def test_the_tracking_code_is_on_no_topic(asked: Asked, broker: EmbeddedKafka) -> None:
    """The code is the citizen's secret: the event has the petition id only."""
    body = (await asked.submit()).json()

    (event,) = on_topic(broker.bootstrap, SUBMITTED, body["petition_id"])
    assert body["tracking_code"] not in repr(event)


@pytest.mark.parametrize(
    ("fields", "headers"),
    [({"external_id": "PA-1"}, {}), ({}, {"idempotency_key": "once-and-again"})],
    ids=["the channel's own id", "the idempotency key"],
)
async def test_a_hundred_identical_requests_at_once_are_one_petition(
    asked: Asked, broker: EmbeddedKafka, fields: dict[str, Any], headers: dict[str, str]
) -> None:
    """All get the same petition, and all events have the same id, so that readers keep one."""
    answers = await asyncio.gather(*(asked.submit({**PETITION, **fields}, **headers) for _ in range(100)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    events = on_topic(broker.bootstrap, SUBMITTED, answers[0].json()["petition_id"])
    assert len({event.envelope.id for event in events}) == 1


async def test_requests_without_a_key_are_petitions_of_their_own(asked: Asked) -> None:
    """Two citizens may send the same words."""
    first, second = await asked.submit(), await asked.submit()

    assert first.json()["petition_id"] != second.json()["petition_id"]


async def test_a_contact_never_travels_in_the_clear(asked: Asked, broker: EmbeddedKafka, settings: HttpSettings) -> None:
    """The event carries it sealed; the petition's key in the database opens it; without the key nobody does."""
    contact = {"name": "Nguyễn Văn An", "phone": "0912 345 678"}
    petition_id = (await asked.submit({**PETITION, "contact": contact})).json()["petition_id"]
    (event,) = on_topic(broker.bootstrap, SUBMITTED, petition_id)
    vault = PostgresVault(settings.database_url.get_secret_value())

    assert "0912" not in repr(event)
    assert unseal(vault.read(petition_id), petition_id, event.data.contact_sealed).phone == contact["phone"]
    assert vault.erase(petition_id)
    assert vault.key_for(petition_id) is None
    vault.close()


async def test_an_erased_contact_does_not_come_back_with_a_repeat(asked: Asked, broker: EmbeddedKafka, settings: HttpSettings) -> None:
    """The same petition sent again after the erasure is accepted without its contact."""
    body = {**PETITION, "external_id": "PA-erased", "contact": {"email": "an@example.vn"}}
    petition_id = (await asked.submit(body)).json()["petition_id"]
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute("update contact_key set key = null where petition_id = %s", (petition_id,))
    await asked.submit(body)

    assert [event.data.contact_sealed is None for event in on_topic(broker.bootstrap, SUBMITTED, petition_id)] == [False, True]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"text": None}, "text", "string_type"),
        ({"text": "   "}, "text", "string_too_short"),
        ({"text": 7}, "text", "string_type"),
        ({"text": "x" * 20_001}, "text", "string_too_long"),
        ({"text": "a\0b"}, "text", "null_character"),
        ({"channel": "Not A Channel"}, "channel", "string_pattern_mismatch"),
        ({"location": {"lat": 10.77, "long": 106.7}}, "location.lat", "greater_than_equal"),
        ({"location": {"lat": 21.0, "long": 200}}, "location.long", "less_than_equal"),
        ({"location": "Hàng Bè"}, "location", "model_type"),
        ({"location": {"ward_code": "99999"}}, "location.ward_code", "unknown_ward"),
        ({"category": "no-such"}, "category", "unknown_category"),
        ({"urgent": "perhaps"}, "urgent", "bool_parsing"),
        ({"media_urls": ["ftp://a.example/x"]}, "media_urls.0", "url_scheme"),
        ({"media_urls": ["https://a.example/x"] * 21}, "media_urls", "too_long"),
        ({"contact": {}}, "contact", "contact_empty"),
        ({"contact": {"phone": "call me"}}, "contact.phone", "string_pattern_mismatch"),
        ({"external_id": ""}, "external_id", "string_too_short"),
    ],
)
async def test_bad_fields_are_named_with_their_rule(asked: Asked, change: dict[str, Any], field: str, rule: str) -> None:
    """422 says which field broke which rule."""
    answer = await asked.submit({**PETITION, **change})

    assert answer.status_code == 422
    assert (field, rule) in [(one["field"], one["rule"]) for one in answer.json()["fields"]]


async def test_every_bad_field_is_named_at_once(asked: Asked) -> None:
    """The caller need not find out one mistake at a time."""
    answer = await asked.submit({"text": "", "location": {"lat": 0, "long": 0}})

    assert [one["field"] for one in answer.json()["fields"]] == ["channel", "text", "location.lat", "location.long"]


async def test_an_error_repeats_nothing_of_the_input(asked: Asked) -> None:
    """What was sent may be personal."""
    answer = await asked.submit({**PETITION, "category": "0912345678", "contact": {"phone": "bí mật", "email": "bí mật"}})

    assert answer.status_code == 422
    assert "0912345678" not in answer.text
    assert "bí mật" not in answer.text


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b'{"channel": "ihanoi", "text": ', {}, 400, "malformed"),
        (b"\xff\xfe\x00garbage", {}, 400, "malformed"),
        (b"[" * 100_000, {}, 400, "malformed"),
        (b"", {}, 400, "malformed"),
        (b"[]", {}, 422, "invalid"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "wrong-type"),
        (b"{}", {"Content-Type": ""}, 415, "wrong-type"),
        (b"{}", {"Idempotency-Key": "x" * 201}, 400, "bad-idempotency-key"),
        (b"{}", {"X-API-Key": "wrong"}, 401, "unknown-key"),
        (b"{}", {"X-API-Key": ""}, 401, "no-key"),
    ],
)
async def test_bad_requests_get_a_clear_error(asked: Asked, content: bytes, headers: dict[str, str], status: int, code: str) -> None:
    """Each kind of bad request has its own status and code."""
    usual = {"X-API-Key": KEY, "Content-Type": "application/json"}
    answer = await asked.client.post("/v1/petitions", content=content, headers={**usual, **headers})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_channel_cannot_speak_for_another(asked: Asked) -> None:
    """The key decides the channel; another one in the body is refused."""
    answer = await asked.submit({**PETITION, "channel": "hotline"})

    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-channel")


async def test_a_body_of_ten_megabytes_is_cut_off_early(asked: Asked, settings: HttpSettings) -> None:
    """413 comes as soon as the limit is passed; the rest is not read."""
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(160):
            taken += 65_536
            yield b"x" * 65_536

    answer = await asked.client.post("/v1/petitions", content=endless(), headers={"X-API-Key": KEY, "Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert answer.headers["Connection"] == "close"
    assert taken <= settings.body_limit + 2 * 65_536


async def test_unknown_fields_are_tolerated(asked: Asked) -> None:
    """A channel may be newer than the service."""
    assert (await asked.submit({**PETITION, "mood": "angry"})).status_code == 202


@pytest.mark.parametrize(
    ("accept", "word"), [("en", "required"), ("vi", "bắt buộc"), ("fr, vi;q=0.3, en;q=0.9", "required"), ("", "bắt buộc")]
)
async def test_errors_speak_the_callers_language(asked: Asked, accept: str, word: str) -> None:
    """Vietnamese, or English for who likes it better."""
    answer = await asked.submit({"channel": "ihanoi"}, accept_language=accept)

    assert word in answer.json()["fields"][0]["message"]


async def test_answers_are_not_cached_and_hardened(asked: Asked) -> None:
    """A tracking code must stay in no cache, and the usual headers are there on every answer."""
    answer = await asked.submit()

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"

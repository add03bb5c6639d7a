"""POST /v1/petitions on real Kafka and PostgreSQL."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Json

from deploy.one_machine.embedded import EmbeddedKafka
from producers.intake.requests import identify
from producers.intake.vault import PostgresVault, unseal
from producers.settings import HttpSettings
from schemas.authority import Holding
from schemas.events import tracking
from schemas.events.catalogue import SUBMITTED
from schemas.events.tracking import Keys
from tests.producers.support import KEY, PETITION, SECRET, Asked, on_topic
from tests.producers.test_actions import put_case

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_petition_is_in_kafka_when_it_is_accepted(asked: Asked, broker: EmbeddedKafka) -> None:
    """202 names the petition, its code and its addresses; the event is on petitions.intake under the petition's key."""
    answer = await asked.submit({**PETITION, "location": {"lat": 21.03, "long": 105.85}, "media_urls": ["https://anh.example/1.jpg"]})
    body = answer.json()

    assert answer.status_code == 202
    assert body["petition_id"] == tracking.petition_id(Keys((SECRET.encode(),)).of_channel("ihanoi"), body["tracking_code"])
    assert body["status_url"] == f"/v1/petitions/{body['tracking_code']}"  # PUBLIC_URL is empty: what a call says of the host is anybody's
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
        ({"text": "   "}, "text", "too_little"),
        ({"text": "x"}, "text", "too_little"),
        ({"text": "🕳️⚠️ 123 …"}, "text", "too_little"),
        ({"text": "x", "location": {"address": ""}}, "text", "too_little"),
        ({"lat": 21.03}, "lat", "extra_forbidden"),
        ({"location": {"lat": 21.03, "long": 105.85, "altitude": 12}}, "location.altitude", "extra_forbidden"),
        ({"external_id": "a\0b"}, "external_id", "null_character"),
        ({"location": {"address": "a\0b"}}, "location.address", "null_character"),
        ({"contact": {"name": "a\0b"}}, "contact.name", "null_character"),
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
        ({"media_urls": ["https://x.vn/%FF"]}, "media_urls.0", "url_encoding"),
        ({"media_urls": ["https://good.vn@evil.example/"]}, "media_urls.0", "url_user"),
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

    assert [one["field"] for one in answer.json()["fields"]] == ["location.lat", "location.long", "text", "channel"]


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


@pytest.mark.parametrize(
    "body",
    [
        {"text": "Cháy!"},
        {"text": "着火了"},
        {"text": "", "media_urls": ["https://a.example/1.jpg"]},
        {"media_urls": ["https://a.example/1.jpg"]},
        {"text": "...", "location": {"lat": 21.03, "long": 105.85}},
    ],
    ids=["one word", "three characters", "a picture", "a picture without the field", "a place"],
)
async def test_little_is_enough_when_it_says_something(asked: Asked, broker: EmbeddedKafka, body: dict[str, Any]) -> None:
    """A word of danger, whatever its script; a picture or a place alone."""
    answer = await asked.submit({"channel": "ihanoi", **body})
    (event,) = on_topic(broker.bootstrap, SUBMITTED, answer.json()["petition_id"])

    assert answer.status_code == 202
    assert event.data.text == body.get("text", "")


async def test_an_id_belongs_to_one_content(asked: Asked, broker: EmbeddedKafka) -> None:
    """The same external id with another content gets no code: who counts through ids learns nothing. Unicode forms are equal."""
    body = {**PETITION, "external_id": "PA-conflict", "location": {"lat": 21.03, "long": 105.85}}
    decomposed = {**body, "text": unicodedata.normalize("NFD", body["text"])}
    first, again = await asked.submit(body), await asked.submit(decomposed)
    others = [await asked.submit({**body, **change}) for change in ({"text": "Một việc khác hẳn"}, {"location": None}, {"urgent": True})]

    assert (first.status_code, again.json()) == (202, first.json())
    assert {(other.status_code, other.json()["code"]) for other in others} == {(409, "key-reused")}
    assert all("tracking_code" not in other.text for other in others)
    events = on_topic(broker.bootstrap, SUBMITTED, first.json()["petition_id"])
    assert len({event.data.content_digest for event in events}) == 1


async def test_an_id_that_another_process_took_is_known_by_the_read_model(asked: Asked, settings: HttpSettings) -> None:
    """Its digest stands there; a petition from before there were digests counts as the same, and the case stage decides."""
    answers = []
    for external_id, digest in (("PA-elsewhere", "0" * 32), ("PA-older", None)):
        petition_id = identify(Keys((SECRET.encode(),)).of_channel("ihanoi"), "ihanoi", external_id, None).petition_id
        with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
            put_case(connection, petition_id, Holding("assigned", "so-xd"))
            said = Json({"text": "Việc khác", "content_digest": digest})
            connection.execute("update petition set petition = %s where petition_id = %s", (said, petition_id))
        answers.append(await asked.submit({**PETITION, "external_id": external_id}))

    assert [answer.status_code for answer in answers] == [409, 202]


async def test_of_two_contents_at_once_one_is_taken(asked: Asked) -> None:
    """Whichever comes first; the other is told, although nothing stands in the read model yet."""
    bodies = [{**PETITION, "text": f"Hố ga mất nắp số {number}"} for number in range(8)]
    answers = await asyncio.gather(*(asked.submit(body, idempotency_key="at once") for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 7


@pytest.mark.parametrize(
    ("accept", "word"), [("en", "required"), ("vi", "bắt buộc"), ("fr, vi;q=0.3, en;q=0.9", "required"), ("", "bắt buộc")]
)
async def test_errors_speak_the_callers_language(asked: Asked, accept: str, word: str) -> None:
    """Vietnamese, or English for who likes it better."""
    answer = await asked.submit({"text": "Hố ga mất nắp"}, accept_language=accept)

    assert word in answer.json()["fields"][0]["message"]


async def test_answers_are_not_cached_and_hardened(asked: Asked) -> None:
    """A tracking code must stay in no cache, and the usual headers are there on every answer."""
    answer = await asked.submit()

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"

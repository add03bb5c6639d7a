"""Bad input of every kind gets a clear error or ends as a dead letter, and the pipeline goes on."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.events import tracking
from schemas.events.catalogue import ACTION_REQUESTED, CLASSIFIED_TYPE, SUBMITTED
from schemas.events.topics import ACTIONS, CLASSIFIED, DEAD_LETTERS, EVENTS, INTAKE
from tests.broker import reach
from tests.chaos.instance import Instance
from tests.system.people import City, wait

GOOD = {"channel": "ihanoi", "text": "Ổ gà lớn giữa đường, xe máy ngã nhiều lần."}


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        (b'{"channel": "ihanoi", "text": ', 400, None),
        (b"\xff\xfe\x00", 400, None),
        (b"[]", 422, None),
        ({**GOOD, "channel": "nobody-knows"}, 403, "channel"),
        ({"channel": "ihanoi"}, 422, "text"),
        ({**GOOD, "text": "   "}, 422, "text"),
        ({**GOOD, "text": 7}, 422, "text"),
        ({**GOOD, "location": {"lat": 10.77, "long": 106.7}}, 422, "location.lat"),
        ({**GOOD, "location": {"ward_code": "99999"}}, 422, "location.ward_code"),
        ({**GOOD, "category": "nonsense"}, 422, "category"),
        ({**GOOD, "media_urls": ["javascript:alert(1)"]}, 422, "media_urls"),
        ({**GOOD, "text": "x" * 10_000_000}, 413, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_http_names_the_field_and_the_rule(city: City, body: Any, status: int, named: str | None) -> None:
    """Each bad body has its own status, and the error names the field."""
    answer = city.post(body)

    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    if named:
        assert named in answer.text
    assert "x" * 100 not in answer.text


def test_keys_and_codes_are_checked(city: City) -> None:
    """No key 401; a mistyped or forged tracking code 404."""
    assert city.http.post("/v1/petitions", json=GOOD).status_code == 401
    assert city.http.get("/v1/petitions/AAAA-AAAA-AAAA").status_code == 404
    forged = tracking.new_code()
    assert city.http.get(f"/v1/petitions/{forged}").status_code == 404
    assert city.citizen_act(forged, "rate", stars=5).status_code == 404
    assert city.act("so-xd", "0" * 26, "accept").status_code == 404


def test_the_same_request_a_hundred_times_at_once_is_one_petition(city: City) -> None:
    """Retries of an intake app make no second petition."""
    body = {**GOOD, "external_id": "tw-100"}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: city.post(body), range(100)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["petition_id"] for answer in answers}) == 1
    code = answers[0].json()["tracking_code"]
    city.wait_state(code, "assigned") if city.status(code)["state"] != "received" else None
    assert len({answer.json()["tracking_code"] for answer in answers}) == 1
    assert city.types(code)[0] == "received"


def test_garbage_on_every_topic_becomes_dead_letters_and_the_pipeline_goes_on(instance: Instance, city: City) -> None:
    """Bytes that are no event, a newer schema version, a wrong key, an unknown petition: set aside with the reason."""
    petition = {"petition_id": "a" * 26, "channel": "ihanoi", "text": "abc", "submitted_at": "2026-01-01T00:00:00Z"}
    action = {
        "petition_id": "b" * 26, "action": "accept", "actor": {"role": "office", "office": "so-xd"}, "requested_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    cases: list[tuple[str, bytes, bytes, list[tuple[str, bytes]]]] = [
        (topic, b"k", os.urandom(300), []) for topic in (INTAKE.name, CLASSIFIED.name, ACTIONS.name)
    ]
    cases += [
        (INTAKE.name, b"a" * 26, json.dumps(petition).encode(), _headers(SUBMITTED.type.replace(".v1", ".v9"))),
        (INTAKE.name, b"wrong key", json.dumps(petition).encode(), _headers(SUBMITTED.type)),
        (INTAKE.name, b"a" * 26, b"{}", _headers(SUBMITTED.type)),
        (CLASSIFIED.name, b"a" * 26, b"[1, 2]", _headers(CLASSIFIED_TYPE.type)),
        (ACTIONS.name, b"b" * 26, json.dumps(action).encode(), _headers(ACTION_REQUESTED.type)),
        (ACTIONS.name, b"b" * 26, b"x" * 1_900_000, _headers(ACTION_REQUESTED.type)),
    ]
    producer = KafkaProducer(**reach(instance.bootstrap()), acks="all", max_request_size=4_000_000)
    sent = set()
    for topic, key, value, headers in cases:
        done = producer.send(topic, key=key, value=value, headers=headers).get(30)
        sent.add((topic, str(done.partition), str(done.offset)))
    producer.close()
    found = wait(lambda: _dead_letters(instance), lambda letters: sent <= letters.keys())

    assert sent <= found.keys()
    assert all(found[at] for at in sent)
    code = city.submit("Cống bị tắc, nước tràn lên đường.", category="drainage")["tracking_code"]
    assert city.wait_state(code, "assigned")["state"] == "assigned"


def test_garbage_in_the_record_stops_no_consumer(instance: Instance, city: City) -> None:
    """Somebody writes nonsense to petitions.events: the read model and the queues set it aside and go on."""
    producer = KafkaProducer(**reach(instance.bootstrap()), acks="all")
    for partition in range(4):
        producer.send(EVENTS.name, key=b"?", value=os.urandom(100), partition=partition).get(30)
    producer.close()
    code = city.submit("Đèn tín hiệu ngã tư không sáng.", category="traffic-signal")["tracking_code"]

    assert city.wait_state(code, "assigned")["state"] == "assigned"
    petition = city.status(code)["petition_id"]
    assert petition in wait(lambda: [item["petition_id"] for item in city.queue("ca-tp")], lambda ids: petition in ids)


def test_an_event_with_fields_of_a_newer_writer_is_read(instance: Instance, city: City) -> None:
    """Unknown fields are tolerated on Kafka, where a writer may be newer than its readers; HTTP names them, since there is one service."""
    code = tracking.new_code()
    secret = (instance.data / "tracking-secret").read_text(encoding="utf-8").strip()
    petition_id = tracking.petition_id(secret.encode(), code)
    where = {"lat": 21.03, "long": 105.85, "altitude": 12}
    event = {**GOOD, "petition_id": petition_id, "submitted_at": "2026-01-01T00:00:00Z", "mood": "angry", "location": where}
    producer = KafkaProducer(**reach(instance.bootstrap()), acks="all")
    producer.send(INTAKE.name, key=petition_id.encode(), value=json.dumps(event).encode(), headers=_headers(SUBMITTED.type)).get(30)
    producer.close()
    refused = city.post({**GOOD, "mood": "angry"})

    assert city.wait_state(code, "assigned")["petition_id"] == petition_id
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "mood")


def test_the_same_id_with_another_content_is_told_at_the_door(city: City) -> None:
    """Whether the first was taken a moment ago or stands in the read model; nobody gets another's code."""
    body = {**GOOD, "external_id": "reused-id", "category": "road-damage"}
    code = city.post(body).json()["tracking_code"]
    at_once = city.post({**body, "text": "Một việc khác hẳn, ở chỗ khác."})
    city.wait_state(code, "assigned")
    later, repeat = city.post({**body, "location": {"address": "Phố khác"}}), city.post(body)

    assert [(answer.status_code, answer.json()["code"]) for answer in (at_once, later)] == [(409, "key-reused")] * 2
    assert repeat.json()["tracking_code"] == code


def test_an_id_that_is_used_again_past_the_door_is_a_dead_letter(instance: Instance, city: City) -> None:
    """An event of the same petition with another keyed digest: nothing of the case changes, and the reason stands with the letter."""
    body = {**GOOD, "external_id": "past-the-door", "category": "road-damage"}
    answer = city.post(body).json()
    city.wait_state(answer["tracking_code"], "assigned")
    event = {**GOOD, "petition_id": answer["petition_id"], "submitted_at": "2026-01-01T00:00:00Z", "content_digest": "f" * 32}
    producer = KafkaProducer(**reach(instance.bootstrap()), acks="all")
    key = answer["petition_id"].encode()
    producer.send(INTAKE.name, key=key, value=json.dumps(event).encode(), headers=_headers(SUBMITTED.type)).get(30)
    producer.close()
    letters = wait(lambda: _dead_letters(instance), lambda found: any("another content" in why for why in found.values()))

    assert any("another content" in why for why in letters.values())
    assert city.types(answer["tracking_code"])[:2] == ["received", "assigned"]


def _headers(type_: str) -> list[tuple[str, bytes]]:
    fields = {"specversion": "1.0", "id": os.urandom(8).hex(), "source": "tests", "type": type_, "time": "2026-01-01T00:00:00Z"}
    return [*((f"ce_{name}", text.encode()) for name, text in fields.items()), ("content-type", b"application/json")]


def _dead_letters(instance: Instance) -> dict[tuple[str, str, str], str]:
    consumer = KafkaConsumer(**reach(instance.bootstrap()), isolation_level="read_committed", enable_auto_commit=False)
    tps = [TopicPartition(DEAD_LETTERS.name, number) for number in range(4)]
    consumer.assign(tps)
    consumer.seek_to_beginning(*tps)
    rows = [row for _ in range(5) for batch in consumer.poll(timeout_ms=300).values() for row in batch]
    consumer.close()
    found = {}
    for row in rows:
        why = {name.removeprefix("__connect.errors."): value.decode() for name, value in row.headers if name.startswith("__connect")}
        found[why["topic"], why["partition"], why["offset"]] = why["exception.message"]
    return found

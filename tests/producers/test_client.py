"""The producers as libraries, on a real broker."""

from __future__ import annotations

from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError
from pydantic import ValidationError

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.ports import free_port
from producers.client import ActionProducer, IntakeProducer
from producers.intake.vault import NoVault
from producers.kafka.publisher import Limits, Unavailable
from schemas.events.base import Actor, Role
from schemas.events.catalogue import ACTION_REQUESTED, SUBMITTED
from tests.broker import operator
from tests.producers.support import PETITION, SECRET, on_topic


@pytest.fixture(scope="module")
def intake(broker: EmbeddedKafka):
    with IntakeProducer(broker.settings(), tracking_secret=SECRET.encode()) as producer:
        yield producer


def test_a_receipt_means_that_kafka_has_it(intake: IntakeProducer, broker: EmbeddedKafka) -> None:
    """The event of the receipt is on the topic, with its id."""
    receipt = intake.submit(**PETITION)

    assert [event.envelope.id for event in on_topic(broker.bootstrap, SUBMITTED, receipt.petition_id)] == [receipt.ce_id]


def test_the_same_external_id_is_the_same_petition(intake: IntakeProducer) -> None:
    """A channel may repeat a call without fear."""
    first, again = (intake.submit(**PETITION, external_id="PA-7") for _ in range(2))

    assert first == again


def test_many_can_be_under_way_at_once(intake: IntakeProducer) -> None:
    """submit_soon does not wait; each future gets its own receipt."""
    futures = [intake.submit_soon(**PETITION) for _ in range(500)]

    assert len({future.result(timeout=30).petition_id for future in futures}) == 500


def test_bad_input_is_refused_before_anything_is_sent(intake: IntakeProducer) -> None:
    """The models of the topic decide."""
    with pytest.raises(ValidationError):
        intake.submit(channel="ihanoi", text="")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"text": "Hố ga\0"}, "null_character"),
        ({"text": "Hố ga \ud800"}, "string_unicode"),
        ({"location": {"address": "12\0"}}, "null_character"),
        ({"media_urls": ["https://x.vn/%FF"]}, "url_encoding"),
        ({"lat": 21.03}, "extra_forbidden"),
        ({"text": "x"}, "too_little"),
    ],
)
def test_the_librarys_door_is_the_one_of_http(intake: IntakeProducer, fields: dict[str, Any], rule: str) -> None:
    """What HTTP refuses the library refuses, by the same rules and before anything is sent."""
    with pytest.raises(ValidationError) as refused:
        intake.submit(**{**PETITION, **fields})

    assert [item["type"] for item in refused.value.errors()] == [rule]


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"action": "add-information", "text": "a\0b"}, "null_character"),
        ({"action": "withdraw", "reason": "vì \0 thế"}, "null_character"),
        ({"action": "accept", "mood": "good"}, "extra_forbidden"),
    ],
)
def test_an_action_is_checked_likewise(broker: EmbeddedKafka, fields: dict[str, Any], rule: str) -> None:
    """Nothing is published that a stage would have to put aside."""
    with ActionProducer(broker.settings()) as producer, pytest.raises(ValidationError) as refused:
        producer.submit("a" * 26, Actor(role=Role.OFFICE, office="so-xd"), fields)

    assert [item["type"] for item in refused.value.errors()] == [rule]


def test_a_contact_needs_a_vault(intake: IntakeProducer) -> None:
    """Without one there is no place for its key, and in the clear it never travels."""
    with pytest.raises(NoVault, match="vault"):
        intake.submit(**PETITION, contact={"phone": "0912345678"})


def test_an_action_can_be_published(broker: EmbeddedKafka) -> None:
    """With the same key it has the same id."""
    petition_id, actor = "a" * 26, Actor(role=Role.OFFICE, office="so-xd")
    with ActionProducer(broker.settings()) as producer:
        ids = {producer.submit(petition_id, actor, {"action": "accept"}, idempotency_key="k") for _ in range(2)}

    assert {event.envelope.id for event in on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)} == ids
    assert len(ids) == 1


def test_no_broker_is_a_clear_error() -> None:
    """Unavailable, within the connect timeout."""
    with pytest.raises(Unavailable, match="cannot be reached"):
        IntakeProducer(operator(f"127.0.0.1:{free_port()}"), tracking_secret=SECRET.encode(), limits=Limits(connect_timeout_ms=300))


def test_a_first_answer_may_take_longer_than_a_send_may_wait(broker: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine, or a far one, logs in for a second or two: the connect timeout holds, not the much shorter one of a send."""
    asked: list[str] = []
    partitions_for = KafkaProducer.partitions_for

    def slow(producer: KafkaProducer, topic: str) -> Any:
        asked.append(topic)
        if len(asked) <= 3:
            raise KafkaTimeoutError("Failed to update metadata after 0.5 secs.")
        return partitions_for(producer, topic)

    monkeypatch.setattr(KafkaProducer, "partitions_for", slow)
    with IntakeProducer(broker.settings(), tracking_secret=SECRET.encode()) as producer:
        assert producer.submit(**PETITION).petition_id

    assert len(asked) == 4

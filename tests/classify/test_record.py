"""Corrections from the real event record."""

from __future__ import annotations

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from deploy.one_machine.embedded import EmbeddedKafka
from schemas.events import catalogue, envelope
from streams.classify.learning.record import RecordUnavailableError, corrections
from tests.broker import operator, reach
from tests.classify.test_corrections import ID, NOW, assigned, received

TOPIC = "classify-test-events"


def test_corrections_are_read_to_the_records_end(kafka: EmbeddedKafka) -> None:
    """Labels come from the whole topic, foreign records are passed over; without the topic the error says so."""
    servers = kafka.bootstrap
    with pytest.raises(RecordUnavailableError):
        corrections(operator(servers), TOPIC)
    admin = KafkaAdminClient(**reach(servers))
    admin.create_topics([NewTopic(TOPIC, 2, 1)])
    admin.close()
    producer = KafkaProducer(**reach(servers))
    producer.send(TOPIC, value=b"garbage", partition=0)
    for event in (received("drainage"), assigned("water-supply", binding=False)):
        made = envelope.Envelope(str(event.seq), "test", catalogue.type_name(event.what), ID, NOW)
        producer.send(TOPIC, event.model_dump_json().encode(), ID.encode(), envelope.headers(made), partition=1)
    producer.close()

    assert [label.category for label in corrections(operator(servers), TOPIC)] == ["water-supply"]

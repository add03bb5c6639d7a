"""Who was forgotten, kept outside the keyring and the database: restored from an older backup, both would have the keys again."""

from __future__ import annotations

from collections.abc import Iterable

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.events.erasures import Forgotten
from schemas.events.topics import ERASURES
from schemas.platform.settings import ProcessSettings

_SECONDS = 15


def note(settings: ProcessSettings, forgotten: Iterable[Forgotten]) -> None:
    """Note them, acknowledged by all replicas. Raises KafkaError when one is not."""
    producer = KafkaProducer(
        **settings.client(),
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        bootstrap_timeout_ms=5000,
    )
    try:
        sent = [producer.send(ERASURES.name, key=one.petition_id.encode(), value=one.value, partition=0) for one in forgotten]
        for future in sent:
            future.get(timeout=_SECONDS)
    finally:
        producer.close(timeout=3)


def noted(settings: ProcessSettings) -> dict[str, Forgotten]:
    """All of them, by petition id. Raises KafkaError; nothing when there is no such topic yet."""
    consumer = KafkaConsumer(
        **settings.client(),
        group_id=None,
        enable_auto_commit=False,
        isolation_level="read_committed",
        allow_auto_create_topics=False,
        bootstrap_timeout_ms=5000,
    )
    try:
        tp, found = TopicPartition(ERASURES.name, 0), dict[str, Forgotten]()
        if not consumer.partitions_for_topic(ERASURES.name):
            return found
        consumer.assign([tp])
        consumer.seek_to_beginning(tp)
        end = consumer.end_offsets([tp])[tp]
        while (consumer.position(tp, timeout_ms=10_000) or 0) < end:
            for record in consumer.poll(timeout_ms=500).get(tp, []):
                petition_id = record.key.decode()
                found[petition_id] = Forgotten.read(petition_id, record.value)
        return found
    finally:
        consumer.close(timeout_ms=1000)

"""Reads `petitions.events` from its beginning to its present end, to learn from corrections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from schemas.events.envelope import BadEvent
from schemas.events.sealing import OpenValue, as_it_is
from schemas.events.topics import EVENTS
from schemas.platform.kafka import KafkaSettings
from streams.classify.learning.corpus import Labelled
from streams.classify.learning.corrections import Collector

_POLL_MS = 1000


class RecordUnavailableError(RuntimeError):
    """Kafka has no such topic, or does not answer."""


def corrections(kafka: KafkaSettings, topic: str = EVENTS.name, open_value: OpenValue = as_it_is) -> list[Labelled]:
    """All labels in the event record of which the words can be read. Raises `RecordUnavailableError`, `kafka.errors.KafkaError`."""
    collector = Collector()
    for record in everything(kafka, topic):
        try:
            collector.add(open_value(record.value or b""), record.headers)
        except BadEvent:
            continue  # the record may hold events of a newer catalogue; they are no labels to this version
    return collector.labels()


def everything(kafka: KafkaSettings, topic: str) -> Iterator[Any]:
    """Each record of the topic up to its present end. Raises `RecordUnavailableError`, `kafka.errors.KafkaError`."""
    consumer = onlooker(kafka)
    try:
        partitions = assigned(consumer, topic)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        while any(consumer.position(one) < ends[one] for one in partitions):
            for records in consumer.poll(timeout_ms=_POLL_MS).values():
                yield from records
    finally:
        consumer.close()


def onlooker(kafka: KafkaSettings) -> KafkaConsumer:
    """A consumer that belongs to no group, commits nothing, and so disturbs nobody."""
    return KafkaConsumer(
        **kafka.client(),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        allow_auto_create_topics=False,
    )


def assigned(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    """The consumer reads all of the topic's partitions. Raises `RecordUnavailableError`."""
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise RecordUnavailableError(f"there is no topic {topic}")
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(partitions)
    return partitions

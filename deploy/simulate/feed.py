"""What people get to see: each office its own queue (`queue.<office>`), citizens the record of their petitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition

from consumers.kafka.records import config, lean
from schemas.events import wire
from schemas.events.topics import EVENTS, QUEUE_PREFIX
from schemas.events.wire import WholeEvent
from schemas.platform.kafka import KafkaSettings

_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """An event as one party hears of it. `office` None: the citizen."""

    office: str | None
    event: WholeEvent


class Feed:
    """Reads committed events of all queues and of the record, from their beginning."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._consumer = lean(KafkaConsumer(**config(kafka, "simulation", group_id=None)))
        topics = [topic for topic in self._consumer.topics() if topic.startswith(QUEUE_PREFIX)]
        self._all = [TopicPartition(topic, 0) for topic in topics] + partitions_of(self._consumer, EVENTS.name)
        self._consumer.assign(self._all)
        for partition in self._all:
            self._consumer.position(partition)  # looked up now, so that the first event is not waited for

    def poll(self, timeout_ms: int) -> Iterator[Told]:
        for partition, records in self._consumer.poll(timeout_ms=timeout_ms, max_records=_AT_MOST).items():
            office = None if partition.topic == EVENTS.name else partition.topic.removeprefix(QUEUE_PREFIX)
            for record in records:
                yield Told(office, wire.whole(record))

    def close(self) -> None:
        self._consumer.close()


def partitions_of(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]

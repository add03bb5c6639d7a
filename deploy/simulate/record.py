"""The event record, read from its beginning: what the report stands on."""

from __future__ import annotations

from collections.abc import Iterator

from kafka import KafkaConsumer

from consumers.kafka.records import Record, config, lean
from deploy.simulate.feed import partitions_of
from schemas.events.topics import EVENTS
from schemas.platform.kafka import KafkaSettings


def read(kafka: KafkaSettings) -> Iterator[Record]:
    """All committed events that there are now, each petition's in order."""
    consumer = lean(KafkaConsumer(**config(kafka, "simulation-record", group_id=None)))
    partitions = partitions_of(consumer, EVENTS.name)
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for partition, records in consumer.poll(timeout_ms=500).items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record
    consumer.close()

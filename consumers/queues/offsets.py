"""Where the dispatcher goes on, kept on a topic of its own, which moves in the transaction that delivers.

The group's offsets move in that transaction, too, and shut out former owners. But Kafka forgets them when the group has had no member
for a week (`offsets.retention.minutes`), and every office would get its whole history again. A compacted topic forgets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from consumers.kafka.records import config, lean
from schemas.events.topics import QUEUE_POSITIONS
from schemas.platform.settings import ProcessSettings

Offsets = Mapping[TopicPartition, OffsetAndMetadata]
KEPT = TopicPartition(QUEUE_POSITIONS.name, 0)


def kept(group: str, offsets: Offsets) -> list[tuple[bytes, bytes]]:
    """Keys and values for the topic: the next offset of each partition of the group."""
    return [(_key(group, tp), str(offset.offset).encode()) for tp, offset in offsets.items()]


def _key(group: str, tp: TopicPartition) -> bytes:
    return f"{group}/{tp.topic}/{tp.partition}".encode()


def position(settings: ProcessSettings, consumer: KafkaConsumer, tp: TopicPartition) -> int:
    """Where a partition goes on: what the group has committed, else what the topic keeps, else the record's begin.

    So the group's offsets can be set by hand. Waits for a transaction of the owner before. Raises KafkaError.
    """
    committed = consumer.committed(tp, timeout_ms=10_000)
    if committed is not None:
        return int(committed)
    return read(settings).get(_key(consumer.group_metadata().group_id, tp), 0)


def read(settings: ProcessSettings) -> dict[bytes, int]:
    """The whole topic: next offsets by key. Raises KafkaError when the broker does not answer."""
    consumer = lean(KafkaConsumer(**config(settings, "queue-positions", group_id=None, bootstrap_timeout_ms=5000)))
    try:
        consumer.assign([KEPT])
        consumer.seek_to_beginning(KEPT)
        end, found = consumer.end_offsets([KEPT])[KEPT], dict[bytes, int]()
        while (consumer.position(KEPT, timeout_ms=10_000) or 0) < end:
            for record in consumer.poll(timeout_ms=500).get(KEPT, []):
                found[record.key or b""] = int(record.value or b"0")
        return found
    finally:
        consumer.close(timeout_ms=1000)

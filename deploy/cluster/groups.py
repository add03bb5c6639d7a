"""How far each consumer group is behind, as the brokers tell it, whatever its members say of themselves, or when it has none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deploy.roles import CONSUMERS
from schemas.events.topics import EVENTS, Topic
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka import KafkaConsumer, TopicPartition
    from kafka.admin import KafkaAdminClient

_LOOK_SECONDS = 5.0
DISPATCHER = "dispatcher"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One partition of a group's input. `position`: the next offset to handle, None when nothing was ever committed.

    `oldest_ms`: when the first record that waits was appended (ms UTC, by the broker's clock); None when none waits.
    """

    group: str
    topic: str
    partition: int
    position: int | None
    begin: int
    end: int
    oldest_ms: int | None = None

    @property
    def records(self) -> int:
        """Offsets between the position and the end: the waiting records and their transactions' markers."""
        return max(0, self.end - max(self.position or 0, self.begin))

    @property
    def lost(self) -> int:
        """Offsets that were deleted before they were handled."""
        return 0 if self.position is None else max(0, self.begin - self.position)


def readers() -> dict[Topic, tuple[str, ...]]:
    """By topic the groups that keep their offsets in it in Kafka; of several, chained or not, one does the work."""
    from streams.topology import TOPOLOGY

    found: dict[Topic, tuple[str, ...]] = {EVENTS: (DISPATCHER,)}
    for row in TOPOLOGY:
        groups = tuple(f"petitions-{stage}" for stage in (row.stage, row.chained_to) if stage)
        found |= {topic: (*found.get(topic, ()), *groups) for topic in row.inputs}
    return found


def all_groups() -> list[str]:
    """Every group of the pipeline, also of those who keep their offsets elsewhere."""
    return sorted({group for groups in readers().values() for group in groups} | set(CONSUMERS))


def waiting(admin: KafkaAdminClient, settings: ProcessSettings, of: Mapping[Topic, Sequence[str]]) -> list[Waiting]:
    """Where each topic's readers stand in each partition: of several groups the one that has come furthest. Raises KafkaError."""
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    tps = [TopicPartition(topic.name, number) for topic in of for number in range(settings.partitions)]
    begins = admin.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.EARLIEST))
    ends = admin.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.LATEST))
    groups = {topic.name: names for topic, names in of.items()}
    committed = admin.list_group_offsets({group: tps for names in groups.values() for group in names})
    found = []
    for tp in tps:
        offset, group = max(((committed[name][tp].offset, name) for name in groups[tp.topic]), key=lambda one: one[0])
        found.append(Waiting(group, tp.topic, tp.partition, offset if offset >= 0 else None, begins[tp].offset, ends[tp].offset))
    return found


def with_ages(settings: ProcessSettings, found: Iterable[Waiting]) -> list[Waiting]:
    """The same, each with the age of its first waiting record, as far as that can be read within some seconds. Raises KafkaError."""
    from kafka import KafkaConsumer, TopicPartition

    rows = list(found)
    behind = {row: TopicPartition(row.topic, row.partition) for row in rows if row.records}
    if not behind:
        return rows
    # What an aborted transaction left waits for nobody; what stands behind an open one can be seen when that has ended.
    consumer = KafkaConsumer(
        **settings.client(),
        group_id=None,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4096,
        bootstrap_timeout_ms=5000,
    )
    try:
        times = {row: _first(consumer, tp, max(row.position or 0, row.begin), row.end) for row, tp in behind.items()}
    finally:
        consumer.close(timeout_ms=1000)
    return [replace(row, oldest_ms=times.get(row)) for row in rows]


def _first(consumer: KafkaConsumer, tp: TopicPartition, offset: int, end: int) -> int | None:
    """When the first committed record at or behind `offset` was appended; None when there is none up to `end`."""
    consumer.assign([tp])
    consumer.seek(tp, offset)
    until = time.monotonic() + _LOOK_SECONDS
    while (consumer.position(tp) or 0) < end and time.monotonic() < until:
        for record in consumer.poll(timeout_ms=500, max_records=1).get(tp, []):
            return int(record.timestamp)
    return None


def retention_used(row: Waiting, retention_ms: int, now_ms: int) -> float:
    """How much of the time for which a topic is kept the group has let pass: 0 when nothing waits, 1 when records begin to be lost."""
    if row.lost:
        return 1.0
    if row.oldest_ms is None or retention_ms <= 0:
        return 0.0
    return max(0.0, (now_ms - row.oldest_ms) / retention_ms)

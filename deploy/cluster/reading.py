"""Reading topics from one offset to another: committed records only, as they stand."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from consumers.kafka.records import Record, config, lean
from deploy.cluster.kafka import KafkaUnreachable
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka import KafkaConsumer, TopicPartition
    from kafka.admin import KafkaAdminClient

_PATIENCE_SECONDS = 60.0
_POLL_MS = 50  # a transaction marker ends no poll
_FETCH_BYTES = 8 * 1024 * 1024


class Reader:
    """Reads one partition after the other through one consumer. Raises KafkaUnreachable when nothing comes for a minute."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer

    def between(self, tp: TopicPartition, start: int, end: int) -> Iterator[list[Record]]:
        """The records with offsets from `start` up to `end` (exclusive), in batches; `end` must lie behind no open transaction."""
        if start >= end:
            return
        self._consumer.assign([tp])
        self._consumer.seek(tp, start)
        until = time.monotonic() + _PATIENCE_SECONDS
        while (position := self._consumer.position(tp) or 0) < end:
            batch = [record for record in self._consumer.poll(timeout_ms=_POLL_MS).get(tp, []) if record.offset < end]
            if batch:
                yield batch
            if (self._consumer.position(tp) or 0) > position:
                until = time.monotonic() + _PATIENCE_SECONDS
            elif time.monotonic() > until:
                raise KafkaUnreachable(f"nothing came of {tp.topic} {tp.partition} from offset {position} for {_PATIENCE_SECONDS:.0f} s")


@contextmanager
def reading(settings: ProcessSettings) -> Iterator[Reader]:
    """A reader; every KafkaError within becomes KafkaUnreachable."""
    from kafka import KafkaConsumer
    from kafka.errors import KafkaError

    more = {"group_id": None, "max_partition_fetch_bytes": _FETCH_BYTES, "max_poll_records": 5000, "bootstrap_timeout_ms": 5000}
    try:
        consumer = lean(KafkaConsumer(**config(settings, "petitions-reading", **more)))
        try:
            yield Reader(consumer)
        finally:
            consumer.close(timeout_ms=1000)
    except KafkaError as error:
        raise KafkaUnreachable(f"Kafka does not answer as it should: {type(error).__name__}: {error}") from error


def spans(admin: KafkaAdminClient, tps: Iterable[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
    """Where each partition begins, and up to where all transactions have ended. Raises KafkaError."""
    from kafka.admin import OffsetSpec

    wanted = list(tps)
    begins = admin.list_partition_offsets(dict.fromkeys(wanted, OffsetSpec.EARLIEST))
    ends = admin.list_partition_offsets(dict.fromkeys(wanted, OffsetSpec.LATEST), isolation_level="read_committed")
    return {tp: (begins[tp].offset, ends[tp].offset) for tp in wanted}


def partitions_of(admin: KafkaAdminClient, topics: Iterable[str]) -> list[TopicPartition]:
    """The partitions of those of the topics that exist. Raises KafkaError."""
    from kafka import TopicPartition

    wanted = set(topics)
    return [
        TopicPartition(topic["name"], part["partition_index"])
        for topic in admin.describe_topics()
        if topic["name"] in wanted
        for part in sorted(topic["partitions"], key=lambda one: int(one["partition_index"]))
    ]

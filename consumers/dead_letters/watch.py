"""Dead letters for the operations centre: how many there are, and what the newest say. No values: they may be personal."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from consumers.kafka.records import Batches, Record
from consumers.kafka.tail import TopicTail
from schemas.events import dead_letters
from schemas.events.topics import DEAD_LETTERS
from schemas.platform.instants import iso
from schemas.platform.settings import ProcessSettings

NEWEST = 20


class _FromTheStart(TopicTail):
    def _assign(self, consumer: KafkaConsumer) -> None:
        partitions = [TopicPartition(DEAD_LETTERS.name, number) for number in consumer.partitions_for_topic(DEAD_LETTERS.name) or ()]
        if not partitions:
            raise KafkaError(f"no topic {DEAD_LETTERS.name}")
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)


class DeadLetterWatch:
    """Reads petitions.dlq from its start and goes on reading. `count` is None until it has begun."""

    def __init__(self, settings: ProcessSettings, loop: asyncio.AbstractEventLoop) -> None:
        self._count = 0
        self._newest: deque[dict[str, Any]] = deque(maxlen=NEWEST)
        self.tail = _FromTheStart(DEAD_LETTERS.name, settings, loop, self.take, self._lost)

    @property
    def count(self) -> int | None:
        return self._count if self.tail.ready else None

    @property
    def newest(self) -> list[dict[str, Any]]:
        """The newest first: `{place, at, topic, stage, error}`; `place` as `petitions dlq show` wants it."""
        return list(reversed(self._newest))

    def take(self, batches: Batches) -> None:
        for tp, records in batches.items():
            self._count += len(records)
            self._newest.extend(_shown(tp.partition, record) for record in records[-NEWEST:])

    def _lost(self) -> None:
        """The next consumer begins at the start again."""
        self._count = 0
        self._newest.clear()


def _shown(partition: int, record: Record) -> dict[str, Any]:
    reason = dead_letters.reason(record.headers)
    return {
        "place": f"{partition}:{record.offset}",
        "at": iso(datetime.fromtimestamp(record.timestamp / 1000, UTC)),
        "topic": reason.topic if reason else "",
        "stage": reason.stage if reason else "",
        "error": reason.error if reason else "",
    }

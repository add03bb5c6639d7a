"""Lag of a consumer, reported once a second."""

from __future__ import annotations

import time

from kafka import KafkaConsumer
from kafka.structs import MemberState

from schemas.platform import metrics

EVERY_SECONDS = 1.0


class LagReport:
    """Sets the lag metrics; `update` says whether the consumer is a settled member of its group."""

    def __init__(self, name: str, consumer: KafkaConsumer) -> None:
        self._name, self._consumer = name, consumer
        self._next = 0.0
        self._settled = False

    def update(self, newest_ms: int) -> bool:
        """`newest_ms` is the timestamp of the newest handled record, 0 for none yet."""
        if time.monotonic() < self._next:
            return self._settled
        self._next = time.monotonic() + EVERY_SECONDS
        self._settled = self._consumer.group_metadata().state == MemberState.STABLE
        behind = self._behind()
        for partition, records in behind.items():
            metrics.CONSUMER_LAG().labels(self._name, partition).set(records)
        age = time.time() - newest_ms / 1000 if newest_ms and sum(behind.values()) else 0.0
        metrics.CONSUMER_LAG_SECONDS().labels(self._name).set(max(0.0, age))
        return self._settled

    def _behind(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for tp in self._consumer.assignment():
            end = self._consumer.highwater(tp)
            if end is not None:
                found[tp.partition] = max(0, end - (self._consumer.position(tp, timeout_ms=100) or 0))
        return found

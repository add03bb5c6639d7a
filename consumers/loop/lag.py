"""Lag of a consumer, reported once a second."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from kafka.structs import MemberState

from consumers.kafka.patient import Patient
from schemas.platform import metrics

EVERY_SECONDS = 1.0


class LagReport:
    """Sets the lag metrics, each partition for itself; `update` says whether the consumer is a settled member of its group."""

    def __init__(self, name: str, consumer: Patient) -> None:
        self._name, self._consumer = name, consumer
        self._next = 0.0
        self._settled = False
        self._behind_since: dict[int, float] = {}

    def update(self, newest: Mapping[int, int]) -> bool:
        """`newest`: by partition, the timestamp of the newest handled event (ms since the epoch)."""
        if time.monotonic() < self._next:
            return self._settled
        self._next = time.monotonic() + EVERY_SECONDS
        self._settled = self._consumer.group_metadata().state == MemberState.STABLE
        behind = self._behind()
        self._forget(self._behind_since.keys() - behind.keys())
        for partition, records in behind.items():
            metrics.CONSUMER_LAG().labels(self._name, partition).set(records)
            metrics.CONSUMER_LAG_SECONDS().labels(self._name, partition).set(self._age(partition, records, newest.get(partition)))
        return self._settled

    def _age(self, partition: int, records: int, newest_ms: int | None) -> float:
        """Where this process has handled nothing of the partition yet: how long it has been behind."""
        now = time.time()
        since = self._behind_since.setdefault(partition, now)
        if not records:
            self._behind_since[partition] = now
            return 0.0
        return max(0.0, now - (newest_ms / 1000 if newest_ms else since))

    def _forget(self, gone: Iterable[int]) -> None:
        """Another member has them now, and tells of them."""
        for partition in list(gone):
            del self._behind_since[partition]
            metrics.CONSUMER_LAG().remove(self._name, partition)
            metrics.CONSUMER_LAG_SECONDS().remove(self._name, partition)

    def _behind(self) -> dict[int, int]:
        """By partition number; of several topics the worst one's."""
        found: dict[int, int] = {}
        for tp, records in self._consumer.behind().items():
            found[tp.partition] = max(found.get(tp.partition, 0), records)
        return found

"""A consumer that lets records gather at the broker while some come, and asks less often the longer none has come."""

from __future__ import annotations

import time
from typing import Any

from kafka import KafkaConsumer, TopicPartition

SILENCE_SECONDS = 10.0
"""After so long without a record a consumer is asleep."""
ASLEEP_MS = 2000
"""Longest wait of a fetch of one that is asleep. What comes is told at once all the same; but what a seek or a new partition asks for
waits behind the fetch that is under way."""
POLL_MS = 1000
"""Least wait of one that is asleep for what its fetch brings: each look costs as much as a record."""


class Patient(KafkaConsumer):  # type: ignore[misc]  # kafka-python has no types
    """Used as any consumer. `gathering`: the settings of a fetch (`fetch_min_bytes`, `fetch_max_wait_ms`) while records come, which is as
    long as they are no farther apart than two such waits.
    """

    def __init__(self, *, gathering: dict[str, int] | None = None, **more: object) -> None:
        super().__init__(**more)
        self._awake = {name: self._fetcher.config[name] for name in ("fetch_min_bytes", "fetch_max_wait_ms")}
        self._gathering = gathering or self._awake
        self._asleep = {**self._awake, "fetch_max_wait_ms": max(ASLEEP_MS, self._awake["fetch_max_wait_ms"])}
        self._soon = 2 * self._gathering["fetch_max_wait_ms"] / 1000
        self._woken_at, self._found_at = time.monotonic(), 0.0

    def poll(self, timeout_ms: int = 0, max_records: int | None = None, **more: object) -> Any:
        asleep = time.monotonic() - self._woken_at > SILENCE_SECONDS
        found = super().poll(max(timeout_ms, POLL_MS) if asleep and timeout_ms else timeout_ms, max_records, **more)
        now, waits = time.monotonic(), self._asleep if asleep else self._awake
        if found:
            waits = self._gathering if now - self._found_at < self._soon else self._awake
            self._found_at = self._woken_at = now
        self._fetcher.config.update(waits)  # read for each fetch; pinned
        return found

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._woken_at = time.monotonic()
        super().seek(partition, offset)

    def behind(self) -> dict[TopicPartition, int]:
        """Records from where each partition stands to its end, as the last fetch told it; no partition of which none has told yet.

        Read as it lies here: the public `position` asks around at each call, and there are members of a hundred partitions.
        """
        known = self._subscription.assignment
        states = [(tp, state) for tp in self.assignment() if (state := known.get(tp)) is not None]
        return {tp: s.highwater - s.position.offset for tp, s in states if s.highwater is not None and s.position is not None}

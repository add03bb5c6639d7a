"""A PostgreSQL sink with an outbox: what follows from the memory's changes is asked for on petitions.actions.

Step, in this order:
1. a step of the PostgreSQL sink: one transaction with the offsets, the memory and the requests that follow
   (consumers/incidents/memory.py), and wait for it;
2. send the requests (consumers/incidents/outbox.py), after a step that did something and every few seconds: what was not sent is sent
   by a later step, whoever does it;
3. once an hour, forget what can lead or follow no more.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from kafka import TopicPartition
from kafka.errors import KafkaError

from consumers.incidents.changes import Changes
from consumers.incidents.memory import Memory
from consumers.incidents.outbox import Outbox
from consumers.loop.postgres_sink import PostgresSink
from consumers.loop.sink import POLL_MS, Unfinished

_FORGET_EVERY_SECONDS = 3600.0
_SEND_EVERY_SECONDS = 10.0


class IncidentSink:
    """See `consumers.loop.sink.Sink` for its contract."""

    def __init__(self, inner: PostgresSink[Changes], memory: Memory, outbox: Outbox) -> None:
        self._inner, self._memory, self._outbox = inner, memory, outbox
        self._forget_at = time.monotonic() + _FORGET_EVERY_SECONDS
        self._send_at = 0.0

    @property
    def newest(self) -> Mapping[int, int]:
        return self._inner.newest

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        handled = self._inner.step(max_records, timeout_ms) + self._inner.finish()
        if handled or time.monotonic() >= self._send_at:
            self._send()
        if time.monotonic() >= self._forget_at:
            self._inner.in_turn(self._memory.forget)
            self._forget_at = time.monotonic() + _FORGET_EVERY_SECONDS
        return handled

    def _send(self) -> None:
        try:
            self._outbox.send_waiting()
        except KafkaError as error:
            raise Unfinished(f"{type(error).__name__}: {error}") from error
        self._send_at = time.monotonic() + _SEND_EVERY_SECONDS

    def committed(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return self._inner.committed(partitions)

    def finish(self) -> int:
        return self._inner.finish()

    def close(self) -> None:
        self._inner.close()
        self._outbox.close()

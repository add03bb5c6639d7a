"""Putting aside what a consumer cannot use."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from consumers.kafka.records import Record
from consumers.kafka.transactions import MAX_REQUEST_BYTES
from schemas.events.dead_letters import dead_letter
from schemas.events.topics import DEAD_LETTERS, Topic
from schemas.platform import metrics
from schemas.platform.logs import log
from schemas.platform.settings import ProcessSettings

Arguments = dict[str, Any]


def letter(topic: str, partition: int, record: Record, stage: str, error: Exception) -> Arguments:
    """Arguments for `KafkaProducer.send`: the record as it was, with the reason."""
    made = dead_letter(record, topic, partition, stage, error)
    # kafka-python refuses a record without both; an empty key is the nearest to none.
    key = b"" if made.key is None and made.value is None else made.key
    return {"topic": DEAD_LETTERS.name, "key": key, "value": made.value, "headers": made.headers}


class DeadLetters:
    """Writes dead letters of one consumer. The producer is made at the first letter: most processes never need it."""

    def __init__(self, settings: ProcessSettings, stage: str, source: Topic) -> None:
        self._settings, self._stage, self._source = settings, stage, source
        self._producer: KafkaProducer | None = None
        self._pending: list[Any] = []

    def send(self, partition: int, record: Record, error: Exception) -> None:
        log.warning("dead-letter", topic=self._source.name, partition=partition, offset=record.offset, error=str(error)[:200])
        self._pending.append(self._connected().send(**letter(self._source.name, partition, record, self._stage, error)))
        metrics.DEAD_LETTERS().labels(self._stage, type(error).__name__).inc()

    def flush(self) -> None:
        """Wait until all are acknowledged; raise KafkaError when one was not: the process must not go on without it."""
        if not self._pending:
            return
        self._connected().flush(timeout=30)
        pending, self._pending = self._pending, []
        for future in pending:
            if not future.is_done:
                raise KafkaError("a dead letter was not acknowledged in 30 s")
            if future.failed():
                raise future.exception

    def _connected(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(
                **self._settings.client(),
                client_id=f"{self._stage}-dead-letters",
                acks="all",
                enable_idempotence=True,
                allow_auto_create_topics=False,
                max_request_size=MAX_REQUEST_BYTES,
                metrics_enabled=False,
            )
        return self._producer

    def close(self) -> None:
        if self._producer is not None:
            with suppress(KafkaError):  # what was not acknowledged was waited for in vain before: its record is read again
                self._producer.close(timeout=3)

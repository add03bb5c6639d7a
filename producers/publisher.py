"""Events go to Kafka here: idempotent, acknowledged by all replicas, bounded in time and in memory.

What a caller may rely on:

* `done(None)` means that Kafka has acknowledged the event; it is in the log.
* `done(error)` or `Unavailable` means that it is not known to be in the log and will not be sent any more: an event that is still queued
  when its delivery time is over is taken out of the queue before `done` is called. One that was already on its way may have arrived. So an
  error never says "not accepted"; who repeats the call with the same key gets the same petition and the same event id, and readers
  drop the repeat.
* Without any acknowledgement for `patience_ms` new events are refused at once, until those that wait have been settled. So a broker's
  absence costs each caller little time and the process little memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from schemas.logs import log
from schemas.metrics import PUBLISH_FAILED, PUBLISHED
from schemas.topics import ACTIONS, INTAKE, Topic

Done = Callable[[Exception | None], None]


class Unavailable(Exception):
    """Kafka does not take the event now; repeat the call with the same key after `retry_after` seconds."""

    def __init__(self, why: str, retry_after: int = 2) -> None:
        super().__init__(why)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One event, ready for the wire. `type` is its CloudEvents type."""

    topic: str
    type: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in milliseconds. `max_pending`: events that may wait for their acknowledgement."""

    delivery_timeout_ms: int = 8000
    patience_ms: int = 2000
    max_pending: int = 20_000
    connect_timeout_ms: int = 5000


class Publisher:
    """Sends from any thread; `done` is called from Kafka's sender thread and must be quick."""

    def __init__(self, bootstrap_servers: str, limits: Limits | None = None, topics: Sequence[Topic] = (INTAKE, ACTIONS)) -> None:
        self._servers = bootstrap_servers.split(",")
        self._limits = limits or Limits()
        self._topics = topics
        self._producer: KafkaProducer | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._pending = 0
        self._progress = 0.0
        self._failing = False

    @property
    def ready(self) -> bool:
        """Connected, and nothing waits longer than the patience allows."""
        return self._producer is not None and not self._stuck()

    def connect(self) -> None:
        """Reach Kafka and learn about the topics; raise Unavailable when that fails within the connect timeout."""
        try:
            producer = KafkaProducer(**self._config())
        except KafkaError as error:
            raise Unavailable(f"Kafka cannot be reached: {error}") from error
        try:
            for topic in self._topics:
                # Known beforehand, so that no later send has to wait for it.
                producer.partitions_for(topic.name)
        except KafkaError as error:
            producer.close(timeout=1)
            raise Unavailable(f"Kafka does not know the topic {topic.name}: {error}") from error
        self._producer = producer

    def connect_soon(self) -> None:
        """Connect from a thread of its own, again and again until it succeeds."""
        threading.Thread(target=self._connect_patiently, name="publisher-connect", daemon=True).start()

    def _connect_patiently(self) -> None:
        while not self._closing.is_set():
            try:
                return self.connect()
            except Unavailable as error:
                log.warning("kafka-unavailable", error=str(error))
                self._closing.wait(1.0)

    def publish(self, event: Outgoing, done: Done) -> None:
        """Queue an event; `done` is called once. Raises Unavailable when it is refused at once (then `done` is not called)."""
        producer = self._admit()
        try:
            future = producer.send(event.topic, key=event.key, value=event.value, headers=event.headers)
        except KafkaError as error:
            self._settle(event.type, error)
            raise Unavailable(f"Kafka does not take the event: {type(error).__name__}") from error

        def acknowledged(_: Any) -> None:
            self._settle(event.type, None)
            done(None)

        def failed(error: Exception) -> None:
            self._settle(event.type, error)
            done(Unavailable(f"Kafka did not acknowledge the event: {type(error).__name__}"))

        future.add_callback(acknowledged)
        future.add_errback(failed)

    def close(self, timeout: float = 3.0) -> None:
        """Wait up to `timeout` seconds for what is under way, then stop; what remains is given up and its callers are told."""
        self._closing.set()
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=timeout)
        except KafkaTimeoutError:
            # kafka-python only forces the end when its flush has gone well, which it cannot while Kafka is away.
            producer._unregister_cleanup()
            producer._sender.force_close()

    def _admit(self) -> KafkaProducer:
        producer = self._producer
        if producer is None:
            raise Unavailable("there is no connection to Kafka")
        if self._stuck():
            raise Unavailable("Kafka does not acknowledge events at the moment")
        with self._lock:
            if self._pending >= self._limits.max_pending:
                raise Unavailable("too many events wait for Kafka", retry_after=1)
            if self._pending == 0:
                self._progress = time.monotonic()
            self._pending += 1
        return producer

    def _stuck(self) -> bool:
        return self._pending > 0 and time.monotonic() - self._progress > self._limits.patience_ms / 1000

    def _settle(self, type_: str, error: Exception | None) -> None:
        with self._lock:
            self._pending -= 1
            if error is None:
                self._progress = time.monotonic()
            news, self._failing = error is not None and not self._failing, error is not None
        if error is None:
            PUBLISHED().labels(type_).inc()
        else:
            PUBLISH_FAILED().labels(type_).inc()
        if news:
            # Once for an outage, not once for each event that it costs.
            log.warning("kafka-unavailable", type=type_, error=type(error).__name__)

    def _config(self) -> dict[str, Any]:
        limits = self._limits
        return {
            "bootstrap_servers": self._servers,
            "enable_idempotence": True,
            "acks": "all",
            "linger_ms": 0,  # while one request is under way the next batch gathers by itself
            "batch_size": 256 * 1024,
            "max_request_size": 1_000_000,
            "max_block_ms": 500,
            "delivery_timeout_ms": limits.delivery_timeout_ms,
            "request_timeout_ms": max(500, limits.delivery_timeout_ms // 2),
            "bootstrap_timeout_ms": limits.connect_timeout_ms,
            "retry_backoff_ms": 50,
            "reconnect_backoff_max_ms": 1000,
            "allow_auto_create_topics": False,
            "metrics_enabled": False,
        }

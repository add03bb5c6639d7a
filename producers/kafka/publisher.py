"""Events go to Kafka here: idempotent, acknowledged by all replicas, bounded in time and in memory.

What a caller may rely on:

* `done(None)` means that Kafka has acknowledged the event; it is in the log.
* `done(error)` or `Unavailable` means that it is not known to be in the log and will not be sent any more:
  who is told of a failure is told after the event has left the queue. One that was already on its way may
  have arrived all the same. So an error never says "not accepted"; who repeats the call with the same key
  gets the same petition and the same event id, and readers drop the repeat.
* Without any acknowledgement for `patience_ms` new events are refused at once, until those that wait have
  been settled. So a broker's absence costs each caller little time and the process little memory.

kafka-python's own delivery timeout is not enough: while it looks for a broker to give it a new producer id,
it expires nothing. So a watch gives up a producer whose oldest event is overdue: it is closed by force, which
empties its queue, and a new one takes its place.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from producers.kafka.pending import Done, Pending
from schemas.events.topics import ACTIONS, INTAKE, Topic
from schemas.platform.kafka import KafkaSettings
from schemas.platform.logs import log
from schemas.platform.metrics import PUBLISH_FAILED, PUBLISHED

_WATCH_SECONDS = 0.1
_MARGIN_SECONDS = 0.5  # kafka-python's own expiry comes first where it works


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
    """Times in milliseconds. `max_pending`: events that may wait for their acknowledgement. `linger_ms`: so long a batch may gather before
    it is sent; at 0 the next one gathers while one is under way, which is soonest for a single event and dearest for many."""

    delivery_timeout_ms: int = 8000
    patience_ms: int = 2000
    max_pending: int = 20_000
    connect_timeout_ms: int = 5000
    linger_ms: int = 0


class Publisher:
    """Sends from any thread; `done` is called once, from another thread, and must be quick."""

    def __init__(self, kafka: KafkaSettings, limits: Limits | None = None, topics: Sequence[Topic] = (INTAKE, ACTIONS)) -> None:
        self._kafka = kafka
        self._limits = limits or Limits()
        self._topics = topics
        self._producer: KafkaProducer | None = None
        self._pending = Pending()
        self._closing = threading.Event()
        self._failing = False

    @property
    def ready(self) -> bool:
        """Connected, and nothing waits longer than the patience allows."""
        return self._producer is not None and not self._stuck()

    def connect(self) -> None:
        """Reach Kafka and learn about the topics; raise Unavailable when that fails within the connect timeout."""
        self._producer = self._connected()
        threading.Thread(target=self._watch, name="publisher-watch", daemon=True).start()

    def connect_soon(self) -> None:
        """Connect from a thread of its own, again and again until it succeeds."""
        threading.Thread(target=self._watch, name="publisher-watch", daemon=True).start()

    def publish(self, event: Outgoing, done: Done) -> None:
        """Queue an event; `done` is called once. Raises Unavailable when it is refused at once (then `done` is not called)."""
        producer = self._admit()
        number = self._pending.add(event.type, done)
        try:
            future = producer.send(event.topic, key=event.key, value=event.value, headers=event.headers)
        except KafkaError as error:
            if self._pending.settle(number, acknowledged=False):
                self._note(event.type, error)
            raise Unavailable(f"Kafka does not take the event: {type(error).__name__}") from error
        future.add_callback(lambda _: self._settle(number, None))
        future.add_errback(lambda error: self._settle(number, error))

    def close(self, timeout: float = 3.0) -> None:
        """Wait up to `timeout` seconds for what is under way, then stop; what remains is given up and its callers are told."""
        self._closing.set()
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                producer.close(timeout=timeout)
            except KafkaTimeoutError:
                _force_close(producer)
        self._give_up(Unavailable("the producer was closed"))

    def _admit(self) -> KafkaProducer:
        producer = self._producer
        if producer is None:
            raise Unavailable("there is no connection to Kafka")
        if self._stuck():
            raise Unavailable("Kafka does not acknowledge events at the moment")
        if len(self._pending) >= self._limits.max_pending:
            raise Unavailable("too many events wait for Kafka", retry_after=1)
        return producer

    def _stuck(self) -> bool:
        return self._pending.silence() > self._limits.patience_ms / 1000

    def _settle(self, number: int, error: Exception | None) -> None:
        waiting = self._pending.settle(number, acknowledged=error is None)
        if waiting is None:
            return
        self._note(waiting.type, error)
        waiting.done(error and Unavailable(f"Kafka did not acknowledge the event: {type(error).__name__}"))

    def _give_up(self, error: Exception) -> None:
        for waiting in self._pending.take_all():
            self._note(waiting.type, error)
            waiting.done(error)

    def _note(self, type_: str, error: Exception | None) -> None:
        if error is None:
            self._failing = False
            PUBLISHED().labels(type_).inc()
            return
        PUBLISH_FAILED().labels(type_).inc()
        if not self._failing:
            # Once for an outage, not once for each event that it costs.
            self._failing = True
            log.warning("kafka-unavailable", type=type_, error=type(error).__name__)

    def _watch(self) -> None:
        """Keep one producer that works, until `close`."""
        overdue = self._limits.delivery_timeout_ms / 1000 + _MARGIN_SECONDS
        while not self._closing.wait(_WATCH_SECONDS):
            if self._producer is None:
                self._reconnect()
            elif self._pending.oldest_age() > overdue:
                producer, self._producer = self._producer, None
                _force_close(producer)
                self._give_up(Unavailable("Kafka did not acknowledge the event in time"))

    def _reconnect(self) -> None:
        try:
            producer = self._connected()
        except Unavailable as error:
            if not self._failing:
                self._failing = True
                log.warning("kafka-unavailable", error=str(error))
            return
        self._failing = False
        self._producer = producer
        if self._closing.is_set():
            self.close(0.0)

    def _connected(self) -> KafkaProducer:
        until = time.monotonic() + self._limits.connect_timeout_ms / 1000
        try:
            producer = KafkaProducer(**_config(self._kafka, self._limits))
        except KafkaError as error:
            raise Unavailable(f"Kafka cannot be reached: {error}") from error
        try:
            for topic in self._topics:
                _learn(producer, topic, until)
        except KafkaError as error:
            producer.close(timeout=1)
            raise Unavailable(f"Kafka does not know the topic {topic.name}: {error}") from error
        return producer


def _learn(producer: KafkaProducer, topic: Topic, until: float) -> None:
    """Know the topic's partitions beforehand, so that no later send has to wait for them. What a send may wait for is much too short for
    a first answer: over it the client logs in, too."""
    while True:
        try:
            producer.partitions_for(topic.name)
        except KafkaTimeoutError:
            if time.monotonic() > until:
                raise
        else:
            return


def _force_close(producer: KafkaProducer) -> None:
    # kafka-python's `close` forces the end only after a flush that went well, which it does not while Kafka is away.
    producer._unregister_cleanup()  # noqa: SLF001
    producer._sender.force_close()  # noqa: SLF001


def _config(kafka: KafkaSettings, limits: Limits) -> dict[str, Any]:
    return {
        **kafka.client(),
        "enable_idempotence": True,
        "acks": "all",
        "linger_ms": limits.linger_ms,
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

"""Writing deliveries and offsets in one Kafka transaction."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from uuid import uuid4

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from kafka.structs import OffsetAndMetadata

from consumers.dead_letters.writing import MAX_REQUEST_BYTES, letter
from consumers.kafka.bulk import MAX_BATCH_BYTES, BulkProducer, encode_headers, pack
from consumers.queues.delivery import Delivery, Plan, Undeliverable
from consumers.settings import DispatcherSettings
from schemas.events.topics import DEAD_LETTERS, EVENTS, QUEUE_PREFIX
from schemas.platform import metrics
from schemas.platform.logs import log

STAGE = "dispatcher"
LOOK_AGAIN_SECONDS = 30.0
REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTopicError, TopicAuthorizationFailedError)
Offsets = Mapping[TopicPartition, OffsetAndMetadata]
Parked = dict[int, Exception]
Produce = Callable[[Plan, Parked, dict[int, Any]], None]


class SplitNeeded(Exception):
    """Not all of it can be sent in whole pieces; nothing was committed."""


class NotCommitted(RuntimeError):
    """The transaction was aborted: nothing of it can be seen; the batch must be read again."""


def connect(settings: DispatcherSettings) -> KafkaProducer:
    """A transactional producer. Its id is the member's name: a member that comes back shuts out its former self at once.

    A member without a name gets a random id; then the group's generation, which goes with the offsets, shuts out former owners.
    """
    producer = KafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers.split(","),
        client_id="dispatcher",
        transactional_id=f"dispatcher-{settings.worker_id or uuid4()}",
        transaction_timeout_ms=settings.dispatcher_transaction_timeout_ms,
        delivery_timeout_ms=settings.dispatcher_transaction_timeout_ms,
        request_timeout_ms=min(10_000, settings.dispatcher_transaction_timeout_ms),
        acks="all",
        # Batches fill up until the flush at the end of a step, which sends them at once: one request instead of one a partition.
        linger_ms=1000,
        batch_size=400_000,
        max_request_size=MAX_REQUEST_BYTES,
        retry_backoff_ms=20,
        reconnect_backoff_max_ms=1000,
        allow_auto_create_topics=False,
        bootstrap_timeout_ms=5000,
        metrics_enabled=False,
    )
    try:
        producer.init_transactions()
    except KafkaError:
        producer.close(timeout=1)
        raise
    return producer


class Outbox:
    """One transaction at a time. A delivery that an office's topic refuses is parked in the dead letters and holds up nobody."""

    def __init__(self, producer: KafkaProducer, consumer: KafkaConsumer) -> None:
        self._producer, self._consumer, self._bulk = producer, consumer, BulkProducer(producer)
        self._topics: set[str] = set()
        self._looked_at = float("-inf")

    def send(self, plan: Plan, offsets: Offsets) -> None:
        """Deliver exactly once, or raise NotCommitted. The order of the steps:

        1. begin; 2. send deliveries and dead letters; 3. wait for their acknowledgements; 4. send the offsets with the group's
        generation; 5. commit. Where an office's topic refuses, the transaction is aborted and done again with that parked.
        """
        parked: dict[int, Exception] = {}
        # At first all of an office's events in one piece; when somebody refuses, one by one, to see what was refused.
        produce: Produce = self._produce_bulk
        while (refused := self._attempt(plan, offsets, parked, produce)) is not None:
            self._producer.abort_transaction()
            parked.update(refused)
            produce = self._produce
        self._count(plan, parked)

    def _attempt(self, plan: Plan, offsets: Offsets, parked: Parked, produce: Produce) -> Parked | None:
        """One transaction. None: committed. Otherwise it waits for its abortion, with the newly refused deliveries by their index."""
        futures: dict[int, Any] = {}
        self._producer.begin_transaction()
        try:
            produce(plan, parked, futures)
            self._producer.send_offsets_to_transaction(offsets, self._consumer.group_metadata())
            self._producer.commit_transaction()
        except SplitNeeded:
            return {}
        except KafkaError as error:
            refused = {index: future.exception for index, future in futures.items() if _is_refused(future)}
            if not refused:
                self._abort(error)
            return refused
        return None

    def _produce_bulk(self, plan: Plan, _parked: Parked, _futures: dict[int, Any]) -> None:
        """As `_produce`, an office's deliveries in one piece; raise SplitNeeded when it has to be done one by one."""
        by_topic: dict[str, list[bytes]] = {}
        for delivery in plan.deliveries:
            headers = delivery.record.raw_headers
            packed = pack(
                delivery.record.key or b"", delivery.value, encode_headers(delivery.record.headers) if headers is None else headers
            )
            if len(packed) > MAX_BATCH_BYTES:
                raise SplitNeeded
            by_topic.setdefault(QUEUE_PREFIX + delivery.office, []).append(packed)
        if plan.rejected or not all(map(self._exists, by_topic)):
            raise SplitNeeded
        batches = [future for topic, records in by_topic.items() for future in self._bulk.send(topic, records)]
        self._producer.flush(timeout=30)
        for future in batches:
            if not future.is_done or future.failed() or future.value[2] is not None:
                raise SplitNeeded

    def _produce(self, plan: Plan, parked: Parked, futures: dict[int, Any]) -> None:
        """Send all and wait for the acknowledgements; raise KafkaError when one is missing."""
        letters = [
            self._producer.send(**letter(EVENTS.name, partition, record, STAGE, error)) for partition, record, error in plan.rejected
        ]
        for index, delivery in enumerate(plan.deliveries):
            sent = parked.get(index) or self._send(delivery)
            if isinstance(sent, Exception):
                letters.append(self._park(delivery, sent))
            else:
                futures[index] = sent
        self._producer.flush(timeout=30)
        for future in (*letters, *futures.values()):
            future.get(timeout=0)

    def _send(self, delivery: Delivery) -> Any:
        """The future, or why the delivery cannot even be tried."""
        topic = QUEUE_PREFIX + delivery.office
        if not self._exists(topic):
            return Undeliverable(f"office {delivery.office}: no topic {topic}")
        try:
            return self._producer.send(topic, key=delivery.record.key, value=delivery.value, headers=delivery.record.headers, partition=0)
        except MessageSizeTooLargeError:
            return Undeliverable(f"office {delivery.office}: the event has {len(delivery.value)} bytes, too many for {topic}")

    def _exists(self, topic: str) -> bool:
        if topic not in self._topics and time.monotonic() - self._looked_at > LOOK_AGAIN_SECONDS:
            self._topics = set(self._consumer.topics())
            self._looked_at = time.monotonic()
            _learn(self._producer, self._topics)
        return topic in self._topics

    def _park(self, delivery: Delivery, error: Exception) -> Any:
        reason = error if isinstance(error, Undeliverable) else Undeliverable(f"office {delivery.office}: {type(error).__name__}")
        log.warning("delivery-parked", office=delivery.office, offset=delivery.record.offset, error=str(reason))
        return self._producer.send(**letter(EVENTS.name, delivery.partition, delivery.record, STAGE, reason))

    def _abort(self, error: KafkaError) -> NoReturn:
        """Abort and say so; a fatal state (shut out by a newer self) raises again and ends the process."""
        self._producer.abort_transaction()
        # A topic may have been deleted: look before the next try.
        self._topics, self._looked_at = set(), float("-inf")
        raise NotCommitted(f"{type(error).__name__}: {error}") from error

    def _count(self, plan: Plan, parked: Mapping[int, Exception]) -> None:
        delivered = Counter(d.office for index, d in enumerate(plan.deliveries) if index not in parked)
        for office, number in delivered.items():
            metrics.DELIVERED().labels(office).inc(number)
        for index in parked:
            metrics.PARKED().labels(plan.deliveries[index].office).inc()
        if plan.rejected:
            metrics.DEAD_LETTERS().labels(STAGE, "NotAnEvent").inc(len(plan.rejected))


def _learn(producer: KafkaProducer, topics: set[str]) -> None:
    """Let the producer learn of all queues in one request; one by one at their first record they take 0.1 s each."""
    wanted = [DEAD_LETTERS.name, *(topic for topic in topics if topic.startswith(QUEUE_PREFIX))]
    for topic in wanted:
        producer._sender.add_topic(topic)  # noqa: SLF001 — the public way waits for each
    for topic in wanted:
        producer.partitions_for(topic)


def _is_refused(future: Any) -> bool:
    """The topic does not want this record, and will not want it at the next try either."""
    return bool(future.is_done and future.failed() and isinstance(future.exception, REFUSALS))

"""Writing deliveries and offsets in one Kafka transaction."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)

from consumers.dead_letters.writing import letter
from consumers.kafka.bulk import MAX_BATCH_BYTES, BulkProducer, encode_headers, pack
from consumers.kafka.transactions import Ends, close, is_shut_out, learn_topics
from consumers.loop.sink import Unfinished
from consumers.queues import offsets as stored
from consumers.queues.delivery import Delivery, Plan, Undeliverable
from consumers.queues.offsets import Offsets
from schemas.events.topics import EVENTS, QUEUE_POSITIONS, QUEUE_PREFIX
from schemas.platform import metrics
from schemas.platform.logs import log

STAGE = "dispatcher"
LOOK_AGAIN_SECONDS = 30.0
REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTopicError, TopicAuthorizationFailedError)
Parked = dict[int, Exception]


class SplitNeeded(Exception):
    """Not all of it can be sent in whole pieces; nothing was committed."""


class NotCommitted(Unfinished):
    """The transaction was not committed, or its end is not known: the next one needs a fresh epoch (`producer.connect`), which
    settles it, and then the committed offsets."""


@dataclass(slots=True)
class _Attempt:
    """One transaction. `parked`: deliveries, by their index, that go to the dead letters instead; `futures` of the others."""

    plan: Plan
    offsets: Offsets
    parked: Parked
    futures: dict[int, Any] = field(default_factory=dict)


class QueueWriter:
    """Writes one transaction at a time. A delivery that an office's topic refuses is parked in the dead letters and holds up nobody."""

    def __init__(self, producer: KafkaProducer, consumer: KafkaConsumer) -> None:
        self._producer, self._consumer, self._bulk = producer, consumer, BulkProducer(producer)
        self._ends = Ends(producer)
        self._topics: set[str] = set()
        self._looked_at = float("-inf")

    def check(self) -> None:
        """Before anything is read for the next transaction: raise NotCommitted when that one needs a fresh epoch."""
        if self._ends.repeated:
            raise NotCommitted("the answer to a transaction's end was lost")

    def deliver(self, plan: Plan, offsets: Offsets) -> None:
        """Deliver exactly once, or raise NotCommitted; KafkaError when a newer self has shut this one out. The order of the steps:

        1. begin; 2. send deliveries, dead letters and the offsets to keep; 3. wait for their acknowledgements; 4. send the offsets
        with the group's generation; 5. commit. Where an office's topic refuses, the transaction is aborted and done again with that
        parked.
        """
        parked: Parked = {}
        # At first all of an office's events in one piece; when somebody refuses, one by one, to see what was refused.
        produce = self._produce_bulk
        while (refused := self._try(_Attempt(plan, offsets, parked), produce)) is not None:
            self._abort()
            self.check()
            parked.update(refused)
            produce = self._produce
        self._count(plan, parked)

    def _abort(self) -> None:
        try:
            self._producer.abort_transaction()
        except KafkaError as error:
            self._lose(error)

    def close(self) -> None:
        close(self._producer)

    def _try(self, attempt: _Attempt, produce: Callable[[_Attempt], None]) -> Parked | None:
        """One transaction. None: committed. Otherwise it waits for its abortion, with the newly refused deliveries by their index."""
        self._producer.begin_transaction()
        try:
            produce(attempt)
            self._producer.send_offsets_to_transaction(attempt.offsets, self._consumer.group_metadata())
            self._producer.commit_transaction()
        except SplitNeeded:
            return {}
        except KafkaError as error:
            refused = {index: future.exception for index, future in attempt.futures.items() if _is_refused(future)}
            if not refused:
                self._lose(error)
            return refused
        return None

    def _produce_bulk(self, attempt: _Attempt) -> None:
        """As `_produce`, an office's deliveries in one piece; raise SplitNeeded when it has to be done one by one."""
        by_topic: dict[str, list[bytes]] = {}
        for delivery in attempt.plan.deliveries:
            headers = delivery.record.raw_headers
            packed = pack(
                delivery.record.key or b"", delivery.value, encode_headers(delivery.record.headers) if headers is None else headers
            )
            if len(packed) > MAX_BATCH_BYTES:
                raise SplitNeeded
            by_topic.setdefault(QUEUE_PREFIX + delivery.office, []).append(packed)
        if attempt.plan.rejected or not all(map(self._exists, by_topic)):
            raise SplitNeeded
        batches = [future for topic, records in by_topic.items() for future in self._bulk.send(topic, records)]
        batches += self._keep(attempt.offsets)
        self._producer.flush(timeout=30)
        for future in batches:
            if not future.is_done or future.failed() or future.value[2] is not None:
                raise SplitNeeded

    def _produce(self, attempt: _Attempt) -> None:
        """Send all and wait for the acknowledgements; raise KafkaError when one is missing."""
        others = [
            self._producer.send(**letter(EVENTS.name, partition, record, STAGE, error))
            for partition, record, error in attempt.plan.rejected
        ]
        for index, delivery in enumerate(attempt.plan.deliveries):
            sent = attempt.parked.get(index) or self._send(delivery)
            if isinstance(sent, Exception):
                others.append(self._park(delivery, sent))
            else:
                attempt.futures[index] = sent
        self._keep(attempt.offsets)  # a batch that fails makes the commit fail
        self._producer.flush(timeout=30)
        for future in (*others, *attempt.futures.values()):
            future.get(timeout=0)

    def _keep(self, offsets: Offsets) -> list[Any]:
        group = self._consumer.group_metadata().group_id
        return self._bulk.send(QUEUE_POSITIONS.name, [pack(key, value, encode_headers(())) for key, value in stored.kept(group, offsets)])

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
            learn_topics(self._producer, self._topics)
        return topic in self._topics

    def _park(self, delivery: Delivery, error: Exception) -> Any:
        reason = error if isinstance(error, Undeliverable) else Undeliverable(f"office {delivery.office}: {type(error).__name__}")
        log.warning("delivery-parked", office=delivery.office, offset=delivery.record.offset, error=str(reason))
        return self._producer.send(**letter(EVENTS.name, delivery.partition, delivery.record, STAGE, reason))

    def _lose(self, error: KafkaError) -> NoReturn:
        """Whether it was committed is settled by the next epoch; who was shut out by a newer self ends."""
        if is_shut_out(self._producer):
            raise error
        raise NotCommitted(f"{type(error).__name__}: {error}") from error

    def _count(self, plan: Plan, parked: Mapping[int, Exception]) -> None:
        delivered = Counter(d.office for index, d in enumerate(plan.deliveries) if index not in parked)
        for office, number in delivered.items():
            metrics.DELIVERED().labels(office).inc(number)
        for index in parked:
            metrics.PARKED().labels(plan.deliveries[index].office).inc()
        if plan.rejected:
            metrics.DEAD_LETTERS().labels(STAGE, "NotAnEvent").inc(len(plan.rejected))


def _is_refused(future: Any) -> bool:
    """The topic does not want this record, and will not want it at the next try either."""
    return bool(future.is_done and future.failed() and isinstance(future.exception, REFUSALS))

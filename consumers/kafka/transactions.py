"""A transactional producer of kafka-python, and what that leaves to us of the protocol."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import InvalidProducerIdMappingError, KafkaError, UnknownTopicOrPartitionError
from kafka.producer.transaction_manager import EndTxnHandler

from schemas.events.topics import DEAD_LETTERS, QUEUE_PREFIX
from schemas.platform.kafka import KafkaSettings

MAX_REQUEST_BYTES = 2_000_000


def connect(kafka: KafkaSettings, name: str, transactional_id: str, timeout_ms: int, wanted: Iterable[str]) -> KafkaProducer:
    """A producer with a fresh epoch: transactions of its former selves are aborted, and nothing of them is taken any more.

    `timeout_ms`: after it the broker ends a transaction whose writer is gone. Raise KafkaError when no broker answers or a `wanted` topic
    is not there.
    """
    producer = KafkaProducer(
        **kafka.client(),
        client_id=name,
        transactional_id=transactional_id,
        transaction_timeout_ms=timeout_ms,
        delivery_timeout_ms=timeout_ms,
        request_timeout_ms=min(10_000, timeout_ms),
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
        for topic in wanted:
            if not producer.partitions_for(topic):
                raise UnknownTopicOrPartitionError(topic)
    except KafkaError:
        producer.close(timeout=1)
        raise
    return producer


def close(producer: KafkaProducer) -> None:
    """Let go of it at once. A transaction that is open stays so until the next epoch, or the broker, ends it."""
    producer._sender.force_close()  # noqa: SLF001 — the public way waits for a broker that may be away
    with suppress(KafkaError):
        producer.close(timeout=3)


class Ends:
    """Notices an end of a transaction that was sent twice.

    When its answer is lost, kafka-python sends it again under the same epoch, and says nothing. The first one may still be on its
    way, and end the transaction after: half of it committed, or half of it dropped. So after a repeated end, begin with a fresh epoch.
    """

    def __init__(self, producer: KafkaProducer) -> None:
        self.repeated = False
        manager = producer._transaction_manager  # noqa: SLF001 — kafka-python is pinned; tests
        enqueue = manager._enqueue_request  # noqa: SLF001

        def noticing(handler: Any) -> None:
            self.repeated |= isinstance(handler, EndTxnHandler) and handler.is_retry
            enqueue(handler)

        manager._enqueue_request = noticing  # noqa: SLF001


def is_shut_out(producer: KafkaProducer) -> bool:
    """A newer self has taken over, or the broker forbids it: no new try of this process can help.

    A producer that wrote nothing for `transactional.id.expiration.ms` is only forgotten: with a fresh epoch it goes on.
    """
    manager = producer._transaction_manager  # noqa: SLF001
    return bool(manager.has_fatal_error()) and not _is_forgotten(manager.last_error)


def _is_forgotten(error: object) -> bool:
    """kafka-python wraps some of what the broker says."""
    return any(isinstance(one, InvalidProducerIdMappingError) for one in (error, *getattr(error, "args", ())))


def learn_topics(producer: KafkaProducer, topics: set[str]) -> None:
    """Let the producer learn of all queues in one request; one by one at their first record they take 0.1 s each."""
    wanted = [DEAD_LETTERS.name, *(topic for topic in topics if topic.startswith(QUEUE_PREFIX))]
    for topic in wanted:
        producer._sender.add_topic(topic)  # noqa: SLF001 — the public way waits for each
    for topic in wanted:
        producer.partitions_for(topic)

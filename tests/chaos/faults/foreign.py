"""A tool of somebody else's leaves a transaction open on a topic, in every partition, and gives it up later."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaProducer

from tests.broker import reach
from tests.chaos.city import City

PARTITIONS = 4


@contextmanager
def open_transaction(city: City, victim: str) -> Iterator[None]:
    producer = KafkaProducer(
        **reach(city.environment["KAFKA_BOOTSTRAP_SERVERS"]),
        transactional_id=f"foreign-{uuid.uuid4().hex}",
        transaction_timeout_ms=60_000,
        acks="all",
    )
    producer.init_transactions()
    producer.begin_transaction()
    for partition in range(PARTITIONS):
        producer.send(victim, key=b"foreign", value=b"never to be seen", partition=partition)
    producer.flush(30)
    yield
    producer.abort_transaction()
    producer.close()

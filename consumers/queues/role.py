"""Role `dispatcher`: petitions.events → one Kafka topic an office (`queue.<office>`), each event once."""

from __future__ import annotations

from uuid import uuid4

from kafka import KafkaConsumer, KafkaProducer

from consumers.kafka.transactions import connect
from consumers.loop import runner
from consumers.queues.sink import QueueSink
from consumers.queues.transaction import QueueWriter
from consumers.settings import DispatcherSettings
from schemas.events.sealing import sealing
from schemas.events.topics import QUEUE_POSITIONS

NAME = "dispatcher"


def producer(settings: DispatcherSettings, transactional_id: str) -> KafkaProducer:
    """As `consumers.kafka.transactions.connect`; raises KafkaError, also while `migrate` has not made the topic of the positions."""
    return connect(settings, NAME, transactional_id, settings.dispatcher_transaction_timeout_ms, [QUEUE_POSITIONS.name])


def run() -> None:
    """Dispatch until told to stop."""
    settings = DispatcherSettings()
    # The member's name: a member that comes back shuts out its former self at once. Without a name it is a random one, and the
    # group's generation, which goes with the offsets, shuts out former owners.
    words = sealing(settings)
    transactional_id = f"dispatcher-{settings.worker_id or uuid4()}"

    def opened(consumer: KafkaConsumer) -> QueueSink:
        return QueueSink(consumer, QueueWriter(producer(settings, transactional_id), consumer), settings, words.open_value)

    runner.run(runner.Consumer(NAME, settings, opened, settings.dispatcher_batch))

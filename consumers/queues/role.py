"""Role `dispatcher`: petitions.events → one Kafka topic an office (`queue.<office>`), each event once."""

from __future__ import annotations

from uuid import uuid4

from kafka import KafkaConsumer

from consumers.loop import runner
from consumers.queues.producer import connect
from consumers.queues.sink import QueueSink
from consumers.queues.transaction import QueueWriter
from consumers.settings import DispatcherSettings
from schemas.events.sealing import sealing

NAME = "dispatcher"


def run() -> None:
    """Dispatch until told to stop."""
    settings = DispatcherSettings()
    # The member's name: a member that comes back shuts out its former self at once. Without a name it is a random one, and the
    # group's generation, which goes with the offsets, shuts out former owners.
    words = sealing(settings)
    transactional_id = f"dispatcher-{settings.worker_id or uuid4()}"

    def opened(consumer: KafkaConsumer) -> QueueSink:
        return QueueSink(consumer, QueueWriter(connect(settings, transactional_id), consumer), settings, words.open_value)

    runner.run(runner.Consumer(NAME, settings, opened, settings.dispatcher_batch))

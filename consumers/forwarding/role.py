"""Role `forwarder`: `actions.<office>` → petitions.actions and `intake.<channel>` → petitions.intake, each event once and in order."""

from __future__ import annotations

from uuid import uuid4

from kafka import KafkaConsumer

from consumers.forwarding.sink import ForwardingSink
from consumers.kafka.transactions import connect
from consumers.loop import runner
from consumers.settings import ForwarderSettings
from schemas.events.topics import ACTIONS, DEAD_LETTERS, INTAKE, of_others

NAME = "forwarder"


def run() -> None:
    """Forward until told to stop."""
    settings = ForwarderSettings()
    transactional_id = f"{NAME}-{settings.worker_id or uuid4()}"
    wanted = [topic.name for topic in (INTAKE, ACTIONS, DEAD_LETTERS)]

    def opened(consumer: KafkaConsumer) -> ForwardingSink:
        return ForwardingSink(consumer, connect(settings, NAME, transactional_id, settings.forwarder_transaction_timeout_ms, wanted))

    topics = tuple(topic.name for topic in of_others())
    runner.run(runner.Consumer(NAME, settings, opened, settings.forwarder_batch, topics=topics))

"""Role `dispatcher`: petitions.events → one Kafka topic an office (`queue.<office>`), each event once.

Step, in this order: poll → plan (pure) → one Kafka transaction with the deliveries, the dead letters and the group's offsets
(see consumers/queues/transaction.py). A transaction that was not committed leaves nothing behind; the batch is read again from the
committed offsets.
"""

from __future__ import annotations

from kafka import KafkaConsumer
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from consumers.kafka.records import Batches, newest
from consumers.loop.lag import LagReport
from consumers.loop.membership import connect
from consumers.loop.service import Service
from consumers.loop.stall import StallWatch
from consumers.queues import transaction as outbox
from consumers.queues.delivery import plan
from consumers.queues.transaction import NotCommitted, Outbox
from consumers.settings import DispatcherSettings
from schemas.events.topics import EVENTS
from schemas.platform import metrics
from schemas.platform.logs import log

NAME = "dispatcher"
POLL_MS = 500


class Dispatcher:
    """Moves batches from the consumer to the offices' topics."""

    def __init__(self, consumer: KafkaConsumer, box: Outbox) -> None:
        self._consumer, self._box = consumer, box
        self.newest_ms = 0

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        """Poll once and deliver what came; the number of events handled."""
        batches: Batches = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        if not batches:
            return 0
        offsets = {tp: OffsetAndMetadata(records[-1].offset + 1, "", -1) for tp, records in batches.items()}
        try:
            self._box.send(plan((tp.partition, record) for tp, records in batches.items() for record in records), offsets)
        except NotCommitted as error:
            log.warning("kafka-unavailable", error=str(error))
            self._rewind()
            return 0
        self.newest_ms = newest(batches)
        handled = sum(map(len, batches.values()))
        metrics.CONSUMED().labels(NAME).inc(handled)
        return handled

    def _rewind(self) -> None:
        """Read again from what the group has committed."""
        for tp in self._consumer.assignment():
            self._consumer.seek(tp, self._consumer.committed(tp, timeout_ms=10_000) or 0)


def work(service: Service, settings: DispatcherSettings) -> None:
    """Dispatch until told to stop; a broker that is away is waited for."""
    consumer = connect(service, settings, NAME, settings.worker_id)
    if consumer is None:
        return
    for _ in service.tries():
        try:
            producer = outbox.connect(settings)
        except KafkaError as error:
            log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")
            continue
        dispatcher, report = Dispatcher(consumer, Outbox(producer, consumer)), LagReport(NAME, consumer)
        stall = StallWatch(consumer, EVENTS.name)
        while not service.stopping.is_set():
            stall.check(dispatcher.step(settings.dispatcher_batch))
            service.beat()
            service.ready = report.update(dispatcher.newest_ms)
        producer.close(timeout=3)
    consumer.close(timeout_ms=3000)


def run() -> None:
    settings = DispatcherSettings()
    service = Service(NAME, settings)
    service.run(lambda: work(service, settings))

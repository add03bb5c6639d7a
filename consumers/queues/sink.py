"""A sink in Kafka: each office's topic gets its events in one transaction with the offsets.

Step, in this order:
1. take up partitions that are new: seek to the offset that was committed with the deliveries;
2. poll a batch; 3. plan (pure) what goes to which office;
4. one Kafka transaction with the deliveries, the dead letters and the offsets (see consumers/queues/transaction.py).
A transaction that was not committed leaves nothing behind. Whether one was whose answer is lost cannot be known: the sink is opened
anew, with a fresh epoch, and reads the committed offsets.
"""

from __future__ import annotations

from collections.abc import Iterable

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from consumers.kafka.records import Batches, newest
from consumers.loop.positions import Positions
from consumers.loop.sink import POLL_MS
from consumers.queues import offsets
from consumers.queues.delivery import plan
from consumers.queues.transaction import QueueWriter
from schemas.events.sealing import OpenValue, as_it_is
from schemas.platform import metrics
from schemas.platform.settings import ProcessSettings

NAME = "dispatcher"


class QueueSink:
    """Moves batches from the consumer to the offices' topics. See `consumers.loop.sink.Sink` for its contract."""

    def __init__(self, consumer: KafkaConsumer, writer: QueueWriter, settings: ProcessSettings, open_value: OpenValue = as_it_is) -> None:
        self._consumer, self._writer, self._open_value = consumer, writer, open_value
        self._positions = Positions(consumer, lambda tp: offsets.position(settings, consumer, tp), NAME)
        self.newest: dict[int, int] = {}

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        self._writer.check()
        self._positions.take_up_new()
        batches: Batches = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        if not self._positions.go_on(batches):
            self._positions.take_up(batches)
            return 0
        return self._deliver(batches) if batches else 0

    def _deliver(self, batches: Batches) -> int:
        ends = {tp: records[-1].offset + 1 for tp, records in batches.items()}
        planned = plan(((tp.partition, record) for tp, records in batches.items() for record in records), self._open_value)
        self._writer.deliver(planned, {tp: OffsetAndMetadata(end, "", -1) for tp, end in ends.items()})
        for tp, end in ends.items():
            self._positions.moved(tp, end)
        self.newest |= newest(batches)
        handled = sum(map(len, batches.values()))
        metrics.CONSUMED().labels(NAME).inc(handled)
        return handled

    def committed(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: self._consumer.committed(tp, timeout_ms=5000) or 0 for tp in partitions}

    def finish(self) -> int:
        """A step leaves nothing under way."""
        return 0

    def close(self) -> None:
        self._writer.close()

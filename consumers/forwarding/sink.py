"""A sink in Kafka: what is forwarded, what is rejected and the offsets in one transaction.

Step, in this order:
1. take up partitions that are new: seek to the offset that was committed with what was forwarded before;
2. poll a batch; 3. (pure) what becomes of each record: forwarded as its topic's owner's, or a dead letter with the reason;
4. one Kafka transaction with all of that and the offsets, with the group's generation.
A transaction that was not committed leaves nothing behind; the sink is opened anew, with a fresh epoch, and reads the committed offsets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from consumers.dead_letters.writing import letter
from consumers.forwarding.claims import forwarded
from consumers.kafka.records import Batches, Record, newest
from consumers.kafka.transactions import Ends, close, is_shut_out
from consumers.loop.positions import Positions
from consumers.loop.sink import POLL_MS, Unfinished
from schemas.events.envelope import BadEvent
from schemas.platform import metrics
from schemas.platform.logs import log

NAME = "forwarder"
_SECONDS = 30


class ForwardingSink:
    """Moves batches from the topics of others to those of the pipeline. See `consumers.loop.sink.Sink` for its contract."""

    def __init__(self, consumer: KafkaConsumer, producer: KafkaProducer) -> None:
        self._consumer, self._producer, self._ends = consumer, producer, Ends(producer)
        self._positions = Positions(consumer, lambda tp: consumer.committed(tp, timeout_ms=10_000) or 0, NAME)
        self.newest: dict[int, int] = {}

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        if self._ends.repeated:
            raise Unfinished("the answer to a transaction's end was lost")
        self._positions.take_up_new()
        batches: Batches = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        if not self._positions.go_on(batches):
            self._positions.take_up(batches)
            return 0
        return self._forward(batches) if batches else 0

    def _forward(self, batches: Batches) -> int:
        ends = {tp: records[-1].offset + 1 for tp, records in batches.items()}
        try:
            rejected = self._transaction(batches, {tp: OffsetAndMetadata(end, "", -1) for tp, end in ends.items()})
        except KafkaError as error:
            if is_shut_out(self._producer):
                raise
            raise Unfinished(f"{type(error).__name__}: {error}") from error
        for tp, end in ends.items():
            self._positions.moved(tp, end)
        self.newest |= newest(batches)
        for kind, count in rejected.items():
            metrics.DEAD_LETTERS().labels(NAME, kind).inc(count)
        handled = sum(map(len, batches.values()))
        metrics.CONSUMED().labels(NAME).inc(handled)
        return handled

    def _transaction(self, batches: Batches, offsets: dict[TopicPartition, OffsetAndMetadata]) -> Counter[str]:
        """Begin; send all; wait for the acknowledgements; send the offsets; commit. The rejected records by kind of error."""
        rejected = Counter[str]()
        self._producer.begin_transaction()
        sent = [self._producer.send(**self._outcome(tp, record, rejected)) for tp, records in batches.items() for record in records]
        self._producer.flush(timeout=_SECONDS)
        for future in sent:
            future.get(timeout=0)
        self._producer.send_offsets_to_transaction(offsets, self._consumer.group_metadata())
        self._producer.commit_transaction()
        return rejected

    def _outcome(self, tp: TopicPartition, record: Record, rejected: Counter[str]) -> dict[str, Any]:
        """Arguments of `send`."""
        try:
            event = forwarded(tp.topic, record)
        except BadEvent as error:
            log.warning("dead-letter", topic=tp.topic, partition=tp.partition, offset=record.offset, error=str(error)[:200])
            rejected[type(error).__name__] += 1
            return letter(tp.topic, tp.partition, record, NAME, error)
        return {"topic": event.topic, "key": event.key, "value": event.value, "headers": event.headers}

    def committed(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        asked = list(partitions)
        # The public way asks for one after the other, of 144, every few seconds. kafka-python is pinned.
        found = self._consumer._coordinator.fetch_committed_offsets(asked, timeout_ms=5000)  # noqa: SLF001
        return {tp: max(0, found[tp].offset) if tp in found else 0 for tp in asked}

    def finish(self) -> int:
        """A step leaves nothing under way."""
        return 0

    def close(self) -> None:
        close(self._producer)

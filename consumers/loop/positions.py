"""Where a member goes on in each of its partitions, as its sink's own store says: the group only decides who has which partition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from consumers.kafka.records import Batches
from consumers.loop.sink import Unfinished
from schemas.platform import metrics
from schemas.platform.logs import log

_MARKERS = 100
"""Between two batches lie transaction markers and, seldom, an aborted transaction; a larger hole is looked into."""

_ANSWER_MS = 10_000

LookUp = Callable[[TopicPartition], int]


class ForeignRecord(RuntimeError):
    """The sink was made from another cluster's topic: it stands at an offset that the topic never had."""


class Positions:
    """The next offset to handle, by partition, as this process knows it. `look_up`: the offset that stands beside the effect.

    `name` is the consumer's, for logs and metrics.
    """

    def __init__(self, consumer: KafkaConsumer, look_up: LookUp, name: str) -> None:
        self._consumer, self._look_up, self._name = consumer, look_up, name
        self._next: dict[TopicPartition, int] = {}
        self._fresh: set[TopicPartition] = set()

    def __getitem__(self, tp: TopicPartition) -> int:
        return self._next[tp]

    def moved(self, tp: TopicPartition, next_offset: int) -> None:
        """An effect was committed together with this offset."""
        self._next[tp] = next_offset

    def lost(self, partitions: Iterable[TopicPartition]) -> None:
        """Another owner has moved these: they are taken up again before the next poll."""
        for tp in partitions:
            self._next.pop(tp, None)

    def take_up_new(self) -> None:
        """Seek the partitions that this member has got since the last time. Raise Unfinished when the broker does not answer."""
        self.take_up(tp for tp in self._consumer.assignment() if tp not in self._next)

    def take_up(self, partitions: Iterable[TopicPartition]) -> None:
        """Go on where the store says; what was polled of them before is read again from there. Raise Unfinished likewise."""
        mine = self._consumer.assignment()
        try:
            found = {tp: self._look_up(tp) for tp in partitions if tp in mine}
        except KafkaError as error:
            raise Unfinished(f"{type(error).__name__}: {error}") from error
        for tp, offset in found.items():
            self._consumer.seek(tp, offset)
            self._next[tp] = offset
            self._fresh.add(tp)
            log.info("consumer-positioned", topic=tp.topic, partition=tp.partition, offset=offset)
        self._note_skipped(found)

    def go_on(self, batches: Batches) -> bool:
        """Whether each batch goes on where its partition stands. When not, nothing of it may be used: take its partitions up again.

        Raise ForeignRecord when a partition that was just taken up begins before the place that was looked for.
        """
        self._let_go()
        return all(self._goes_on(tp, records[0].offset) for tp, records in batches.items())

    def _let_go(self) -> None:
        """Whoever has a partition now moves its offset: if it comes back, it is looked up again."""
        self.lost(self._next.keys() - self._consumer.assignment())

    def _goes_on(self, tp: TopicPartition, first: int) -> bool:
        position = self._next.get(tp)
        if position is None:
            return False
        if first >= position:
            self._fresh.discard(tp)
            if first - position > _MARKERS:
                self._note_skipped({tp: position})
            return True
        if tp in self._fresh:
            raise ForeignRecord(
                f"{self._name} stands at offset {position} of {tp.topic} {tp.partition}, which begins anew at {first}: "
                "it was made from another topic; empty what it wrote, its offsets too, or give it the right cluster"
            )
        return False

    def _note_skipped(self, positions: Mapping[TopicPartition, int]) -> None:
        """Records that were deleted before they were read are lost to this sink: say so, loudly, and go on with the rest."""
        if not positions:
            return
        try:
            begins = self._consumer.beginning_offsets(list(positions), timeout_ms=_ANSWER_MS)
        except KafkaError as error:
            raise Unfinished(f"{type(error).__name__}: {error}") from error
        for tp, position in positions.items():
            skipped = begins[tp] - position
            if skipped > 0:
                metrics.RECORDS_SKIPPED().labels(self._name, tp.topic).inc(skipped)
                log.error("records-skipped", stage=self._name, topic=tp.topic, partition=tp.partition, first=position, next=begins[tp])

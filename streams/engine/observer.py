"""Watches a worker from beside its work: gauges, lost fetches, lag against the broker, and what stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from faust.types import TP

from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine.partition import Partition
from streams.engine.positions import Log
from streams.engine.processor import Processor
from streams.engine.transport import BatchConsumer
from streams.engine.watchdog import Watchdog, end_process

OBSERVE_SECONDS = 2.0
COUNT_SECONDS = 60.0


class Observer:
    """Ends the process when something with work to do makes no progress for `stall_seconds`, or when it cannot do its work at all.

    What is foreign to the pipeline (an open transaction of a tool on an input) is told, in a gauge of its own, not died of.
    """

    def __init__(self, processor: Processor, consumer: Callable[[], BatchConsumer], stall_seconds: float) -> None:
        self._processor, self._consumer, self._limit = processor, consumer, stall_seconds
        self._watchdog = Watchdog(self._stalled_since, stall_seconds)
        self._stage = processor.stage.name
        self._missing: dict[TP, int] = {}
        self._lagging: dict[TP, tuple[int, float]] = {}
        self._blocked: dict[TP, tuple[int, float]] = {}
        self._counted_at = float("-inf")

    async def run(self, ended: Callable[[], bool]) -> None:
        """Look every two seconds until `ended`; the watchdog looks every second, from a thread of its own."""
        self._watchdog.start()
        while not ended():
            self._watchdog.beat()
            for partition in list(self._processor.partitions.values()):
                if partition.ready:
                    partition.observe()
                    self._find_lost(partition)
                    await self._observe_log(partition)
            await self._processor.sweep()
            if self._processor.ready:
                await self._check_partitions()
            await asyncio.sleep(OBSERVE_SECONDS)

    def stop(self) -> None:
        self._watchdog.stop()

    @property
    def alive(self) -> bool:
        """False when something has stood still for half of the time after which the process ends."""
        now = time.monotonic()
        return all(now - since < self._limit / 2 for since in self._stalled_since().values())

    def _stalled_since(self) -> dict[str, float]:
        """By name, since when something with work to do has made no progress (monotonic seconds). Called from the watchdog's thread:
        reads plain numbers, touches nothing."""
        processor, found = self._processor, {}
        if (since := processor.step_since) is not None:
            found["step"] = since
        for number, partition in list(processor.partitions.items()):
            waiting = partition.waiting_since(time.monotonic())
            if waiting is not None:
                found[f"partition {number}"] = waiting
        return found | {f"{tp.topic}-{tp.partition}": since for tp, (_, since) in list(self._lagging.items())}

    def _find_lost(self, partition: Partition) -> None:
        """The newest fetch may be among those that Faust threw away: nothing comes after it that would show the gap."""
        for topic, position in partition.inbox.positions.items():
            tp = TP(topic, partition.number)
            if not partition.inbox.has_missed(topic, *self._consumer().delivered(tp)):
                self._missing.pop(tp, None)
            elif self._missing.get(tp) == position:  # for a whole round: it is not merely on its way
                partition.inbox.note_gap(topic)
            else:
                self._missing[tp] = position

    async def _observe_log(self, partition: Partition) -> None:
        """Compare with the broker's log: records that never reach the inbox would otherwise be seen by nobody."""
        total, blocked = 0, 0.0
        for topic, handled in list(partition.handled.items()):
            if topic not in partition.inbox.positions:
                continue  # a chained stage's link, which is not read
            tp = TP(topic, partition.number)
            end = await self._processor.positions.log(topic, partition.number)
            position = self._position(tp, handled)
            total += max(0, end.end - position)
            blocked = max(blocked, self._note_blocked(tp, end))
            self._note_lag(tp, position, end.stable, fetching=len(partition.inbox) == 0)
        labels = (self._stage, str(partition.number))
        metrics.STAGE_LAG().labels(*labels).set(total)
        metrics.STAGE_BLOCKED_SECONDS().labels(*labels).set(blocked)

    def _position(self, tp: TP, handled: int) -> int:
        """How far the stage has come. Where all that was fetched is handled, that is the consumer's own position,
        which also passes transaction markers and aborted records, of which no reader ever gets to see anything."""
        fetched, position = self._consumer().progress(tp)
        return max(handled, position) if fetched <= handled else handled

    def _note_lag(self, tp: TP, position: int, stable: int, *, fetching: bool) -> None:
        known = self._lagging.get(tp)
        if position >= stable or not fetching:
            self._lagging.pop(tp, None)
        elif known is None or known[0] != position:
            self._lagging[tp] = (position, time.monotonic())

    def _note_blocked(self, tp: TP, log_: Log) -> float:
        """Seconds for which an open transaction has held back what stands behind it."""
        known = self._blocked.get(tp)
        if log_.stable >= log_.end:
            self._blocked.pop(tp, None)
            return 0.0
        if known is None or known[0] != log_.stable:
            known = self._blocked[tp] = (log_.stable, time.monotonic())
        return time.monotonic() - known[1]

    async def _check_chain(self) -> None:
        """Beside a chained stage nobody else may do the first one's work: what it wrote would be passed over."""
        chain = getattr(self._processor.stage, "chain", None)
        if chain is not None and await self._processor.positions.is_at_work(f"petitions-{chain.first}"):
            end_process(f"this worker does the work of {chain.first}, too, and other workers of {chain.first} run: end those, or CHAINED")

    async def _check_partitions(self) -> None:
        """More partitions than the setting says would be read by nobody; fewer cannot be written to."""
        if time.monotonic() - self._counted_at < COUNT_SECONDS:
            return
        await self._check_chain()
        self._counted_at, wanted = time.monotonic(), self._processor.context.partitions
        for topic in self._processor.stage.inputs:
            found = await self._processor.positions.partitions(topic.name)
            if found != wanted:
                log.error("partitions-differ", topic=topic.name, found=found, setting=wanted)
                end_process(f"{topic.name} has {found} partitions, PARTITIONS is {wanted}: set it to {found} for every role and start anew")

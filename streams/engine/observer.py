"""Watches a worker from beside its work: gauges, lost fetches, lag against the broker, and what stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from faust.types import TP

from schemas.platform import metrics
from streams.engine.batches import Destination
from streams.engine.layout import PartitionsDiffer, check_partitions
from streams.engine.partition import Partition
from streams.engine.positions import Positions
from streams.engine.processor import Processor
from streams.engine.transport import BatchConsumer
from streams.engine.watchdog import Stalls, Watchdog, end_process

BEAT_SECONDS = 1.0
OBSERVE_SECONDS = 2.0
COUNT_SECONDS = 60.0
MEMBER_SECONDS = 60.0
"""A worker that is nobody's member for so long is stuck: a rebalance takes half of it at most."""


class Observer:
    """Ends the process when something with work to do makes no progress for `stall_seconds`, or when it cannot do its work at all:
    while it starts too, and while it is not in its group. `differ`: what is wrong with those who work beside it (`streams.engine.peers`).

    What is foreign to the pipeline (an open transaction of a tool on an input) is told, in a gauge of its own, not died of.
    """

    def __init__(
        self,
        processor: Processor,
        positions: Positions,
        consumer: Callable[[], BatchConsumer],
        stall_seconds: float,
        *,
        differ: Callable[[], Awaitable[str]],
        end: Callable[[str], object] = end_process,
    ) -> None:
        self._processor, self._positions, self._consumer, self._limit, self._end = processor, positions, consumer, stall_seconds, end
        self._differ = differ
        self._watchdog = Watchdog(self._stalls, stall_seconds, end)
        self._stage = processor.stage.name
        self._missing: dict[TP, int] = {}
        self._lagging: dict[TP, tuple[int, float]] = {}
        self._blocked: dict[TP, tuple[int, float]] = {}
        self._member_at = time.monotonic()

    def start(self) -> None:
        """Watch from now on, from a thread of its own: `run` must begin soon."""
        self._member_at = time.monotonic()
        self._watchdog.start()

    async def run(self, ended: Callable[[], bool]) -> None:
        """Look every two seconds until `ended`, and show that the event loop is alive."""
        looks = [asyncio.create_task(look()) for look in (self._observe, self._count)]
        while not ended():
            self._watchdog.beat()
            if self._consumer().is_member:
                self._member_at = time.monotonic()
            for look in looks:
                if look.done():
                    look.result()  # it never returns: raise what it raised
            await asyncio.sleep(BEAT_SECONDS)
        for look in looks:
            look.cancel()

    def stop(self) -> None:
        self._watchdog.stop()

    @property
    def alive(self) -> bool:
        """False when something has stood still for half of the time after which the process ends."""
        return self._watchdog.worst() < 0.5

    def _stalls(self) -> Stalls:
        """Called from the watchdog's thread: reads plain numbers, touches nothing."""
        processor, now = self._processor, time.monotonic()
        found = {"group": (self._member_at, max(MEMBER_SECONDS, self._limit))}
        if (since := processor.busy_since) is not None:
            found["step"] = (since, self._limit)
        for number, partition in list(processor.partitions.items()):
            if (waiting := partition.waiting_since(now)) is not None:
                found[f"partition {number}"] = (waiting, self._limit)
        for tp, (_, since) in list(self._lagging.items()):
            found[f"{tp.topic}-{tp.partition}"] = (since, self._limit)
        return found

    async def _observe(self) -> None:
        while True:
            ready = [partition for partition in list(self._processor.partitions.values()) if partition.ready]
            for partition in ready:
                partition.observe()
                self._find_lost(partition)
            with suppress(TimeoutError):  # then the brokers are away, which whoever has work with them notices
                async with asyncio.timeout(self._limit):
                    await self._compare(ready)
                    await self._processor.sweep()
            await asyncio.sleep(OBSERVE_SECONDS)

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            if why := await self._differ():
                self._end(why)
            try:
                await check_partitions(self._processor.stage, self._positions, self._processor.context.partitions)
            except PartitionsDiffer as error:
                self._end(str(error))

    def _find_lost(self, partition: Partition) -> None:
        """The newest fetch may be among those that Faust threw away: nothing comes after it that would show the gap."""
        for topic, position in partition.inbox.positions.items():
            tp = TP(topic, partition.number)
            seen = self._consumer().look(tp)
            if not partition.inbox.has_missed(topic, seen.epoch, seen.delivered):
                self._missing.pop(tp, None)
            elif self._missing.get(tp) == position:  # for a whole round: it is not merely on its way
                partition.inbox.note_gap(topic)
            else:
                self._missing[tp] = position

    async def _compare(self, partitions: list[Partition]) -> None:
        """Compare with the brokers' logs: records that never reach the inbox would otherwise be seen by nobody."""
        of = [(topic, partition.number) for partition in partitions for topic in partition.inbox.positions]
        ends, stable = await self._positions.ends(of), await self._positions.stable_ends(of)
        for partition in partitions:
            if partition.ready:
                self._note(partition, ends, stable)

    def _note(self, partition: Partition, ends: Mapping[Destination, int], stable: Mapping[Destination, int]) -> None:
        lag, blocked = 0, 0.0
        for topic in partition.inbox.positions:  # not of a chain's link, which is not read
            tp = TP(topic, partition.number)
            position = self._position(tp, partition)
            lag += max(0, ends[tp] - position)
            blocked = max(blocked, self._note_blocked(tp, ends[tp], stable[tp]))
            self._note_lag(tp, position, stable[tp], fetching=len(partition.inbox) == 0)
        labels = (self._stage, str(partition.number))
        metrics.STAGE_LAG().labels(*labels).set(lag)
        metrics.STAGE_BLOCKED_SECONDS().labels(*labels).set(blocked)

    def _position(self, tp: TP, partition: Partition) -> int:
        """How far the stage has come. Where all that was fetched is handled, that is the consumer's own position,
        which also passes transaction markers and aborted records, of which no reader ever gets to see anything."""
        handled, seen = partition.handled[tp.topic], self._consumer().look(tp)
        through = partition.inbox.has_all(tp.topic, seen.epoch, seen.delivered) and handled > partition.inbox.newest.get(tp.topic, -1)
        return max(handled, seen.position) if through else handled

    def _note_lag(self, tp: TP, position: int, stable: int, *, fetching: bool) -> None:
        known = self._lagging.get(tp)
        if position >= stable or not fetching:
            self._lagging.pop(tp, None)
        elif known is None or known[0] != position:
            self._lagging[tp] = (position, time.monotonic())

    def _note_blocked(self, tp: TP, end: int, stable: int) -> float:
        """Seconds for which an open transaction has held back what stands behind it."""
        known = self._blocked.get(tp)
        if stable >= end:
            self._blocked.pop(tp, None)
            return 0.0
        if known is None or known[0] != stable:
            known = self._blocked[tp] = (stable, time.monotonic())
        return time.monotonic() - known[1]

"""The engine with one of its rules broken, each in the smallest way: a simulation that does not notice would be worth nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from streams.engine.backlog import Backlog
from streams.engine.clock_guard import ClockGuard
from streams.engine.inbox import Fetched, Inbox
from streams.engine.partition import Partition
from streams.engine.positions import Log, Positions
from streams.engine.processor import Processor, Step
from streams.engine.writer import NO_MEMBER, Writer
from tests.simulation.plan import What
from tests.simulation.worker import Parts

Faults = tuple[What, ...]
"""In which a mutant shows itself."""


_APART_SECONDS = 0.3


class _StoreFirst(Processor):
    async def _transact(self, step: Step) -> Any:
        for number, decided in step.parts.items():
            partition = self.partitions[number]
            if decided.entries:
                partition._store.apply(decided.entries, decided.before, partition._store.position or 0)
        return await super()._transact(step)


class StoreBeforeCommit(Parts):
    """Entries are written to the store before the transaction has committed."""

    faults: Faults = ("crash",)
    processor = _StoreFirst


class _NoOffsets(Writer):
    async def send_offsets(self, offsets: Mapping[Any, int], group: str, who: Any) -> None:
        """Forgotten."""


class OffsetsMissing(Parts):
    """The input's offsets are never committed."""

    faults: Faults = ("foreign",)
    writer = _NoOffsets


class _OffsetsAfterwards(Writer):
    async def send_offsets(self, *asked: Any) -> None:
        self._asked = asked

    async def commit(self) -> None:
        await super().commit()
        await asyncio.sleep(_APART_SECONDS)
        await super().send_offsets(*self._asked)
        await super().commit()


class OffsetsApart(Parts):
    """The input's offsets are committed in a transaction of their own, after that of the effects."""

    faults: Faults = ("kill", "freeze")
    writer = _OffsetsAfterwards


class _Shared(Writer):
    """Its own id each time, so that it shuts nobody out."""

    async def start(self) -> None:
        self.id = f"{self.id}-{id(self)}"
        await super().start()

    async def send_offsets(self, offsets: Mapping[Any, int], group: str, who: Any) -> None:
        await super().send_offsets(offsets, group, NO_MEMBER)


class _NobodyFenced(Positions):
    async def _abort(self, owners: set[str]) -> None:
        """Let them."""


class NoFence(Parts):
    """No writer fences another, and the group takes offsets from anybody."""

    faults: Faults = ("stall", "freeze")
    lenient = True
    writer, positions = _Shared, _NobodyFenced


class _Unstable(Positions):
    async def _committed(self, topics: Any, partition: int, *, stable: bool) -> Any:
        return await super()._committed(topics, partition, stable=False)


class OffsetsReadTooEarly(Parts):
    """A transaction under way may still move the offset that was read."""

    faults: Faults = ("rebalance",)
    positions = _Unstable


class _ShortLog(Positions):
    async def stable_log(self, topic: str, partition: int, owners: set[str], waits: Any = None) -> Log:
        of = [(topic, partition)]
        return Log((await self.begins(of))[of[0]], (await self.stable_ends(of))[of[0]])


class RestoredTooShort(Parts):
    """The changelog is read to its last stable offset: what a foreign open transaction hides is missing."""

    faults: Faults = ("foreign", "wipe")
    positions = _ShortLog


class _HastyPartition(Partition):
    def may_fire(self) -> bool:
        self.backlog.passed_ms = 2**62
        return True


class _Hasty(Processor):
    partition = _HastyPartition


class TimersBeforeBacklog(Parts):
    """Timers fire as soon as they are due, whatever waits to be read."""

    faults: Faults = ("crash",)
    processor = _Hasty


class _Trusting(ClockGuard):
    def is_sound(self) -> bool:
        return True


class ClockTrusted(Parts):
    """A clock that jumps is believed."""

    faults: Faults = ("clock",)
    guard = _Trusting


class _Greedy(Inbox):
    def put(self, fetched: Fetched) -> None:
        if fetched.topic in self._positions:
            self._epochs[fetched.topic] = fetched.epoch
            self._positions[fetched.topic] = max(self._positions[fetched.topic], fetched.start)
            super().put(fetched)


class _GreedyPartition(Partition):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.inbox = _Greedy(args[-1], self.context.monotonic)
        self.backlog = Backlog(self.inbox, self.handled, "greedy")


class _GreedyProcessor(Processor):
    partition = _GreedyPartition


class GapsTaken(Parts):
    """The inbox takes whatever comes, lost fetches or not."""

    faults: Faults = ("rebalance", "crash")
    processor = _GreedyProcessor


class _StoreForgets(Processor):
    def _apply(self, step: Step, spans: Any) -> None:
        for number in list(step.parts)[1:]:
            step.parts[number].entries.clear()
        super()._apply(step, spans)


class _Forgetful(Partition):
    async def open(self) -> None:
        await super().open()
        self._store._disk.timers.clear()


class _ForgetfulProcessor(Processor):
    partition = _Forgetful


class TimersLost(Parts):
    """A worker that starts again knows the entries, but not when they are due."""

    faults: Faults = ("kill", "wipe")
    processor = _ForgetfulProcessor


class SecondPartitionForgotten(Parts):
    """Of a step over several partitions only the first one's store is written."""

    faults: Faults = ("crash",)
    processor = _StoreForgets


MUTANTS: tuple[type[Parts], ...] = (
    StoreBeforeCommit,
    OffsetsApart,
    OffsetsMissing,
    NoFence,
    OffsetsReadTooEarly,
    RestoredTooShort,
    TimersBeforeBacklog,
    ClockTrusted,
    GapsTaken,
    TimersLost,
    SecondPartitionForgotten,
)

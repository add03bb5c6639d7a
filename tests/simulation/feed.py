"""The group's consumer: fetches a little at a time, from one partition after the other in any order; some fetches get lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable

from streams.engine.client import Fenced
from streams.engine.clock_guard import ClockGuard
from streams.engine.inbox import Fetched, Inbox
from streams.engine.ports import Consumed
from streams.engine.writer import Membership
from tests.simulation.broker import Broker
from tests.simulation.coordinator import To
from tests.simulation.network import Process

FETCH_SECONDS = 0.01
MOST_RECORDS = 4


class SimFeed:
    """Implements `ports.Feed`. `inbox_of` gives the inbox of a partition that is being processed."""

    def __init__(
        self, broker: Broker, process: Process, rng: random.Random, lost: float, guard: ClockGuard, inbox_of: Callable[[int], Inbox | None]
    ) -> None:
        self._broker, self._process, self._rng, self._lost, self._guard, self._inbox_of = broker, process, rng, lost, guard, inbox_of
        self.member: Membership | None = None
        self._positions: dict[To, int] = {}
        self._ends: dict[To, int] = {}
        self._epochs: dict[To, int] = {}
        self._news = asyncio.Event()
        broker.listeners.append(self._news.set)

    async def seek(self, topic: str, partition: int, offset: int) -> int:
        await self._process.breathe()
        to = (topic, partition)
        self._positions[to] = self._ends[to] = offset
        self._epochs[to] = self._epochs.get(to, 0) + 1
        self._news.set()
        return self._epochs[to]

    async def consumed(self, topic: str, partition: int) -> Consumed:
        await self._process.breathe()
        return self.look((topic, partition))

    def look(self, to: To) -> Consumed:
        return Consumed(self._epochs.get(to, 0), self._ends.get(to, -1), self._positions.get(to, -1))

    def drained(self, partition: int, inbox: Inbox) -> None:
        """Fetching never pauses."""

    def membership(self) -> Membership:
        if self.member is None:
            raise Fenced("the group has gone on without this worker")
        return self.member

    def forget(self, partitions: Iterable[int]) -> None:
        """They are another's now; what is on its way still arrives."""
        gone = set(partitions)
        self._positions = {to: at for to, at in self._positions.items() if to[1] not in gone}

    async def run(self) -> None:
        """Fetch for ever."""
        while True:
            await self._process.breathe()
            if self._fetch():
                await asyncio.sleep(FETCH_SECONDS)
            else:
                self._news.clear()
                await self._news.wait()

    def _fetch(self) -> bool:
        """Whether anything was there."""
        ready = [to for to, at in self._positions.items() if self._broker.logs[to].stable > at]
        if not ready:
            return False
        to = self._rng.choice(ready)
        start = self._positions[to]
        records, self._positions[to] = self._broker.logs[to].read(start, self._rng.randint(1, MOST_RECORDS))
        if records:
            first = min(self._ends[to], records[0].offset)
            self._ends[to] = self._positions[to]
            fetched = Fetched(*to, self._epochs[to], first, self._positions[to], records, records[-1].timestamp_ms)
            self._guard.seen(fetched.appended_ms)
            if self._rng.random() >= self._lost:
                asyncio.get_running_loop().call_later(self._rng.random() * FETCH_SECONDS, self._arrive, fetched)
        return True

    def _arrive(self, fetched: Fetched) -> None:
        inbox = self._inbox_of(fetched.partition)
        if inbox is not None and self._process.alive:
            inbox.put(fetched)

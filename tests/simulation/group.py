"""A stage's consumer group: who has which partitions, and what happens when a worker comes, goes, or is not heard of."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping

from streams.engine.writer import Membership
from tests.simulation.broker import Broker
from tests.simulation.machine import Machine
from tests.simulation.worker import Worker

SESSION_SECONDS, REBALANCE_SECONDS, WATCH_SECONDS = 6.0, 10.0, 1.0

_AGAIN_SECONDS = (0.001, 0.02, 0.5)
"""After so long the supervisor starts anew what died by itself."""
_OFTEN, _LATER_SECONDS = 8, 15.0
"""What has died so often is started so much later, as the real supervisor's pauses grow: else a worker that nothing helps would be
most of what there is to simulate."""

Start = Callable[[Machine, Callable[[], None]], Worker]


class SimGroup:
    """Members are static: a worker that is started again under its name within the session takes up its partitions as they were."""

    def __init__(self, name: str, broker: Broker, machines: Mapping[str, Machine], start: Start, rng: random.Random) -> None:
        self._name, self._broker, self._machines, self._start, self._rng = name, broker, machines, start, rng
        self.workers: dict[str, Worker] = {}
        self._has: dict[str, list[int]] = {}
        self._unheard: dict[str, float] = {}
        self._deaths: Counter[str] = Counter()
        self._ids = itertools.count()
        self._lock = asyncio.Lock()
        self._starting: list[asyncio.Task[None]] = []
        self._watching = asyncio.create_task(self._watch())

    def stop(self) -> None:
        self._watching.cancel()
        for worker in self.workers.values():
            worker.kill()

    async def begin(self) -> None:
        """Start all of its workers, which join at the same time."""
        for machine in self._machines:
            self._start_worker(machine)
        await self.rebalance()

    async def start(self, machine: str) -> None:
        """Start its worker, in place of the one that is dead or about to be."""
        if (before := self.workers.get(machine)) is not None:
            before.kill()
        worker = self._start_worker(machine)
        group = self._broker.coordinator.group(self._name)
        if machine in group.members:
            group.members[machine] = member = f"{machine}-{next(self._ids)}"
            worker.assign(self._has[machine], Membership(group.generation, member, machine))
        else:
            await self.rebalance()

    def _start_worker(self, machine: str) -> Worker:
        self.workers[machine] = worker = self._start(self._machines[machine], lambda: self._died(machine))
        return worker

    def _died(self, machine: str) -> None:
        self._deaths[machine] += 1
        pause = self._rng.choice(_AGAIN_SECONDS) + (_LATER_SECONDS if self._deaths[machine] > _OFTEN else 0.0)
        again = asyncio.get_running_loop().call_later
        again(pause, lambda: self._starting.append(asyncio.create_task(self._start_again(machine))))

    async def _start_again(self, machine: str) -> None:
        if not self.workers[machine].alive:  # else somebody was quicker
            await self.start(machine)

    async def rebalance(self) -> None:
        """All that are there give back what they have, in their time, and get a share anew, another one than before."""
        async with self._lock:
            there = {name: worker for name, worker in self.workers.items() if worker.alive and not worker.is_frozen}
            revoking = [asyncio.create_task(worker.revoke()) for worker in there.values()]
            if revoking:
                await asyncio.wait(revoking, timeout=REBALANCE_SECONDS)
            group, names = self._broker.coordinator.group(self._name), sorted(there)
            group.generation += 1
            group.members = {name: f"{name}-{next(self._ids)}" for name in names}
            turned = names[group.generation % len(names) :] + names[: group.generation % len(names)] if names else []
            self._has = {name: list(range(at, self._broker.partitions, len(names))) for at, name in enumerate(turned)}
            for name, worker in there.items():
                worker.assign(self._has[name], Membership(group.generation, group.members[name], name))

    async def _watch(self) -> None:
        """The coordinator gives away what nobody was heard of for."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = asyncio.get_running_loop().time()
            for name, worker in list(self.workers.items()):
                if worker.alive and not worker.is_frozen:
                    self._unheard.pop(name, None)
                    if name not in self._broker.coordinator.group(self._name).members:
                        await self.rebalance()  # it has learnt that it is out, and joins again
                elif (
                    now - self._unheard.setdefault(name, now) > SESSION_SECONDS
                    and name in self._broker.coordinator.group(self._name).members
                ):
                    await self.rebalance()

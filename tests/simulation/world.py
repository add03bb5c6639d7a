"""A history as it happens: a broker, one or two stages with their workers, clients, strangers, and what goes wrong according to plan."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from schemas.events.topics import DEAD_LETTERS
from streams.engine.batches import partition_of
from streams.engine.types import Stage
from tests.simulation.broker import Broker
from tests.simulation.disk import Platter
from tests.simulation.group import SimGroup
from tests.simulation.machine import NO_FATE, Fate, Machine
from tests.simulation.network import Chances
from tests.simulation.plan import Plan
from tests.simulation.scenario import Put, Scenario
from tests.simulation.worker import Parts, Worker

SETTLE_SECONDS, LOOK_SECONDS = 200.0, 1.0
"""The slowest of thousands of histories takes a minute to come to rest, after a clock that was set back."""
MARKERS_SECONDS = 0.02


class NotSettled(AssertionError):
    """Long after the last fault there is still work that nobody does."""


@dataclass(slots=True)
class World:
    plan: Plan
    scenario: Scenario
    parts: type[Parts] = Parts
    puts: list[Put] = field(default_factory=list)
    broker: Broker = field(init=False)
    groups: list[SimGroup] = field(init=False)
    _machines: list[dict[str, Machine]] = field(init=False)
    _kept: dict[tuple[int, bool], dict[int, Platter]] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _fate: Fate = NO_FATE
    _strangers: int = 0

    async def run(self) -> None:
        """Until everything has come to rest. Raises NotSettled."""
        loop, plan = asyncio.get_running_loop(), self.plan
        rng = random.Random(plan.seed)
        topics = [*self.scenario.topics, DEAD_LETTERS.name]
        self.broker = Broker(topics, plan.partitions, lambda: round(loop.time() * 1000), rng, MARKERS_SECONDS)
        self.broker.coordinator.lenient = self.parts.lenient
        self._machines = [{f"m{number}": Machine(f"m{number}") for number in range(plan.machines)} for _ in self.scenario.stages]
        self.groups = []
        for stage, machines in zip(self.scenario.stages, self._machines, strict=True):
            start = self._starter(stage, rng)
            self.groups.append(SimGroup(f"petitions-{stage.name}", self.broker, machines, start, rng))
        for group in self.groups:
            await group.begin()
        began = loop.time()
        for event in plan.events:
            await asyncio.sleep(max(0.0, began + event.at - loop.time()))
            await getattr(self, "_" + event.what.replace("-", "_"))(*event.args)
        await self._settle()
        for group in self.groups:
            group.stop()

    def _starter(self, stage: Stage, rng: random.Random) -> Any:
        def start(machine: Machine, died: Callable[[], None]) -> Worker:
            fate, self._fate = self._fate, NO_FATE
            chances, lost = self.plan.chances, self.plan.lost
            clock = self.scenario.clock
            return Worker(machine, stage, self.broker, rng, chances, clock=clock, lost=lost, fate=fate, died=died, parts=self.parts)

        return start

    def _at(self, machine: int, second: bool) -> tuple[SimGroup, str, Machine]:
        number = int(second) if len(self.groups) > 1 else 0
        return self.groups[number], f"m{machine}", self._machines[number][f"m{machine}"]

    def _later(self, seconds: float, work: Any) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            await work()

        self._tasks.append(asyncio.create_task(wait()))

    async def _put(self, where: str, key: bytes, name: int, what: str, seconds: float) -> None:
        now = self.broker.now_ms()
        made = self.scenario.make(where, key, name, what, seconds, now)
        number = partition_of(made.key, self.plan.partitions)
        offset = self.broker.logs[made.topic, number].append([(made.key, made.value, made.headers)], now)
        self.broker.tell()
        self.puts.append(Put(made.topic, number, offset, made.key, made.name, what, made.due_ms, now))

    async def _kill(self, machine: int, second: bool, seconds: float) -> None:
        group, name, _ = self._at(machine, second)
        group.workers[name].kill()
        self._later(seconds, lambda: group.start(name))

    async def _crash(self, machine: int, second: bool, point: str, count: int) -> None:
        group, name, _ = self._at(machine, second)
        self._fate = Fate(point, count)
        await group.start(name)

    async def _stall(self, machine: int, second: bool, point: str, count: int, seconds: float) -> None:
        group, name, _ = self._at(machine, second)
        self._fate = Fate(point, count, seconds)
        await group.start(name)

    async def _freeze(self, machine: int, second: bool, seconds: float) -> None:
        group, name, _ = self._at(machine, second)
        worker = group.workers[name]
        worker.freeze()

        async def thaw() -> None:
            worker.thaw()

        self._later(seconds, thaw)

    async def _rebalance(self, second: bool) -> None:
        group, _, _ = self._at(0, second)
        await group.rebalance()

    async def _wipe(self, machine: int, second: bool) -> None:
        group, name, where = self._at(machine, second)
        group.workers[name].kill()
        where.disk.platters.clear()
        await group.start(name)

    async def _keep_disk(self, machine: int, second: bool) -> None:
        _, _, where = self._at(machine, second)
        self._kept[machine, second] = {number: platter.copy() for number, platter in where.disk.platters.items()}

    async def _old_disk(self, machine: int, second: bool) -> None:
        group, name, where = self._at(machine, second)
        group.workers[name].kill()
        where.disk.platters = dict(self._kept.pop((machine, second), {}))
        await group.start(name)

    async def _clock(self, machine: int, second: bool, shift: float, seconds: float) -> None:
        _, _, where = self._at(machine, second)
        where.shift = shift

        async def mend() -> None:
            where.shift = 0.0

        self._later(seconds, mend)

    async def _foreign(self, where: str, number: int, committed: bool, seconds: float) -> None:
        """A stranger's transaction, open for a while. In a changelog or a link it is never committed: that is nobody else's to write."""
        topic, pid = self.scenario.topic(where), 1_000_000 + self._strangers
        self._strangers += 1
        name = b"s%d" % self._strangers
        committed &= self.scenario.takes_strangers and where in ("first", "acts")
        offset = self.broker.logs[topic, number].append([(b"k", name, ())], self.broker.now_ms(), pid)
        put = Put(topic, number, offset, b"k", name, "plain", 0, self.broker.now_ms())

        async def end() -> None:
            self.broker.end_foreign((topic, number), pid, committed=committed)
            if committed:
                self.puts.append(put)

        self._later(seconds, end)

    async def _settle(self) -> None:
        """Let the faults end, and wait until nothing is left to do."""
        for task in self._tasks:
            await task
        for group in self.groups:
            for worker in group.workers.values():
                worker.connection.chances = Chances()
        loop = asyncio.get_running_loop()
        until = loop.time() + SETTLE_SECONDS
        while not self._is_settled():
            if loop.time() > until:
                raise NotSettled([repr(worker.error) for group in self.groups for worker in group.workers.values()])
            await asyncio.sleep(LOOK_SECONDS)

    def _is_settled(self) -> bool:
        if any(log.stable < log.end for log in self.broker.logs.values()):
            return False
        if any(txn.offsets for txn in self.broker.coordinator.ids.values()):
            return False
        return all(self._is_done(stage, group) for stage, group in zip(self.scenario.stages, self.groups, strict=True))

    def _is_done(self, stage: Stage, group: SimGroup) -> bool:
        partitions: dict[int, Any] = {}
        if self.broker.coordinator.group(f"petitions-{stage.name}").members.keys() != group.workers.keys():
            return False
        for worker in group.workers.values():
            if not worker.alive or not all(partition.ready for partition in worker.processor.partitions.values()):
                return False
            partitions |= worker.processor.partitions
        return len(partitions) == self.plan.partitions and all(
            self.scenario.is_idle(partition)
            and not len(partition.inbox)
            and all(self._through(partition, topic.name, number) for topic in stage.inputs)
            for number, partition in partitions.items()
        )

    def _through(self, partition: Any, topic: str, number: int) -> bool:
        """Everything in the log that anybody gets to see is handled."""
        visible = self.broker.logs[topic, number].read(partition.handled[topic], 1)[0]
        return not visible

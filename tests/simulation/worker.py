"""One worker of a stage: the real processor and all of its real parts, with simulated ports."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from schemas.platform.clock import Clock
from schemas.platform.kafka import KafkaSettings
from streams.engine.client import Client
from streams.engine.clock_guard import ClockGuard
from streams.engine.inbox import Inbox
from streams.engine.ports import Context, Ports
from streams.engine.positions import Positions
from streams.engine.processor import Processor
from streams.engine.types import Record, Stage
from streams.engine.writer import Membership, Writer
from tests.simulation.broker import Broker
from tests.simulation.feed import SimFeed
from tests.simulation.machine import NO_FATE, Fate, Machine, MachineClock, SimFaults
from tests.simulation.network import Chances, Connection, Process
from tests.simulation.plan import What

OBSERVE_SECONDS = 2.0
KAFKA = KafkaSettings(kafka_bootstrap_servers="simulated")
"""Read once: reading the environment takes longer than many a history."""


class Parts:
    """The engine's classes that a worker is made of; `mutants.py` breaks one at a time. `faults`: those that show what is broken."""

    guard: type[ClockGuard] = ClockGuard
    writer: type[Writer] = Writer
    positions: type[Positions] = Positions
    processor: type[Processor] = Processor
    faults: tuple[What, ...] = ()
    lenient = False
    """Whether groups take offsets from anybody."""


class Worker:
    """A process: it ends by `kill`, at a crash point, or when anything in it raises."""

    def __init__(
        self,
        machine: Machine,
        stage: Stage,
        broker: Broker,
        rng: random.Random,
        chances: Chances,
        *,
        clock: Clock,
        lost: float = 0.0,
        fate: Fate = NO_FATE,
        died: Callable[[], None] = lambda: None,
        parts: type[Parts] = Parts,
    ) -> None:
        self.machine, self.stage, self.group, self.error = machine, stage, f"petitions-{stage.name}", None
        self.process, loop = Process(), asyncio.get_running_loop()
        self.connection = Connection(broker, self.process, rng, chances)
        guard = parts.guard(stage.name, self._wall, loop.time)
        faults: Any = SimFaults(self.process, fate)
        context = Context(self.group, machine.name, broker.partitions, 3, MachineClock(self._wall, clock), guard, faults, loop.time)
        name = f"{self.group}-{machine.name}"
        client = Client(KAFKA, name, lambda **_: self.connection)
        writer = parts.writer(client, name)
        positions = parts.positions(client, self.group, writer, writer.id)
        self.feed = SimFeed(broker, self.process, rng, lost, guard, self._inbox)
        self._broker = broker
        ports = Ports(client, writer, positions, self.feed, machine.disk, self._read)
        self.processor = parts.processor(stage, context, ports)
        self._died = died
        self._tasks: list[asyncio.Task[None]] = []
        self._opening: dict[int, asyncio.Task[None]] = {}
        self._missing: dict[tuple[str, int], int] = {}
        self.error: BaseException | None = None
        for work in (self.processor.run(), self.feed.run(), self._observe()):
            self._do(work)

    def _wall(self) -> float:
        return asyncio.get_running_loop().time() + self.machine.shift

    def _inbox(self, number: int) -> Inbox | None:
        partition = self.processor.partitions.get(number)
        return None if partition is None else partition.inbox

    async def _read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        position = start
        while position < end:
            await asyncio.sleep(0.002)
            await self.process.breathe()
            records, position = self._broker.logs[topic, partition].read(position, 5)
            if records:
                yield records

    def _do(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None and self.error is None:
            self.error = error
            self.kill()
            self._died()

    @property
    def alive(self) -> bool:
        return self.process.alive

    def kill(self) -> None:
        """Nothing of it does anything any more, but for what is on its way to the broker."""
        self.process.alive = False
        for task in self._tasks:
            task.cancel()

    def freeze(self) -> None:
        self.process.thawed.clear()

    def thaw(self) -> None:
        self.process.thawed.set()

    @property
    def is_frozen(self) -> bool:
        return not self.process.thawed.is_set()

    def assign(self, partitions: Iterable[int], member: Membership) -> None:
        """The group gives it these, all that it has."""
        self.feed.member = member
        for number in partitions:
            if number not in self.processor.partitions:
                self._opening[number] = self._do(self.processor.open(number))

    async def revoke(self) -> None:
        """It gives all back, in order, while it is at work and not frozen."""
        for task in self._opening.values():
            task.cancel()
        self._opening.clear()
        held = list(self.processor.partitions)
        if self.alive:
            await self.processor.close(held)
            self.feed.forget(held)

    async def _observe(self) -> None:
        """As streams.engine.observer: the newest fetch may be among those that were lost, and nothing shows the gap."""
        while True:
            await asyncio.sleep(OBSERVE_SECONDS)
            await self.process.breathe()
            for number, partition in self.processor.partitions.items():
                for topic, position in partition.inbox.positions.items() if partition.ready else ():
                    seen = self.feed.look((topic, number))
                    if not partition.inbox.has_missed(topic, seen.epoch, seen.delivered):
                        self._missing.pop((topic, number), None)
                    elif self._missing.get((topic, number)) == position:
                        partition.inbox.note_gap(topic)
                    else:
                        self._missing[topic, number] = position

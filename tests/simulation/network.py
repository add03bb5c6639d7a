"""What lies between a worker and the broker: requests take time, and some are lost, or their answers, or come late."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaConnectionError

from tests.simulation.broker import Broker

RANGES = dict.fromkeys(range(80), (0, 99))
_DELAY_SECONDS = 0.004
_DELAYS = (0.0, 0.0, 0.0, 0.001, 0.003)
_LATE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each request is lost, its answer is, or it arrives long after its sender has given it up."""

    request_lost: float = 0.0
    answer_lost: float = 0.0
    late: float = 0.0


class Process:
    """A worker's process as the rest of the world sees it: alive or not, frozen or not."""

    def __init__(self) -> None:
        self.alive = True
        self.thawed = asyncio.Event()
        self.thawed.set()

    async def breathe(self) -> None:
        """Where a process touches the world it stops while it is frozen, and for ever when it is dead."""
        while not (self.alive and self.thawed.is_set()):
            if not self.alive:
                await asyncio.get_running_loop().create_future()
            await self.thawed.wait()


class _Metadata:
    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.unauthorized_topics: set[str] = set()

    def leader_for_partition(self, tp: Any) -> int | None:
        return 0 if tuple(tp) in self._broker.logs else None

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {number for name, number in self._broker.logs if name == topic}


class Connection:
    """Stands in for aiokafka's client: what is asked through it the broker answers, or not."""

    def __init__(self, broker: Broker, process: Process, rng: random.Random, chances: Chances) -> None:
        self._broker, self._process, self._rng, self.chances = broker, process, rng, chances
        self.cluster = _Metadata(broker)

    async def bootstrap(self) -> None:
        await self._process.breathe()

    async def close(self) -> None: ...

    def get_random_node(self) -> int:
        return 0

    def force_metadata_update(self) -> asyncio.Future[bool]:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        done.set_result(True)
        return done

    def add_topic(self, _topic: str) -> asyncio.Future[bool]:
        return self.force_metadata_update()

    async def coordinator_lookup(self, _kind: Any, _key: str) -> int:
        return 0

    async def send(self, _node: int, request: Any, *, group: Any = None) -> Any:
        """The request goes on its way whatever becomes of its sender; the answer may find nobody."""
        await self._process.breathe()
        loop, rng, chances = asyncio.get_running_loop(), self._rng, self.chances
        wire = request.prepare(RANGES)
        luck = rng.random()
        if luck < chances.late:
            loop.call_later(rng.random() * _LATE_SECONDS, self._broker.handle, wire)
        back: asyncio.Future[Any] = loop.create_future()
        if luck < chances.late + chances.request_lost:
            loop.call_later(_DELAY_SECONDS, _hand, back, None)
        else:
            loop.call_later(rng.choice(_DELAYS), self._arrive, wire, back)
        answer = await back
        await self._process.breathe()
        if answer is None or luck >= 1 - chances.answer_lost:
            raise KafkaConnectionError("lost")
        return answer

    def _arrive(self, wire: Any, back: asyncio.Future[Any]) -> None:
        asyncio.get_running_loop().call_later(self._rng.choice(_DELAYS), _hand, back, self._broker.handle(wire))


def _hand(back: asyncio.Future[Any], answer: Any) -> None:
    if not back.done():  # else whoever asked is gone
        back.set_result(answer)

"""What outlives a worker's process, and what is to become of the process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from schemas.platform.clock import Clock
from streams.engine.faults import CrashPoint
from tests.simulation.disk import MemoryDisk
from tests.simulation.network import Process


class Crash(BaseException):
    """The process is gone."""


class Fate(NamedTuple):
    """At a numbered point, the so-many-th time, the process is gone; or it is frozen for so many seconds."""

    point: str = ""
    count: int = 0
    seconds: float | None = None


class SimFaults:
    """Implements `streams.engine.faults.Faults`."""

    def __init__(self, process: Process, fate: Fate) -> None:
        self._process, self._fate, self._left = process, fate, fate.count

    def passing(self, point: CrashPoint) -> None:
        if point != self._fate.point:
            return
        self._left -= 1
        if self._left == 0:
            self._happen(point)

    def _happen(self, point: CrashPoint) -> None:
        if self._fate.seconds is None:
            self._process.alive = False
            raise Crash(point)
        self._process.thawed.clear()
        asyncio.get_running_loop().call_later(self._fate.seconds, self._process.thawed.set)


class MachineClock:
    """Implements `schemas.platform.clock.Clock`: shows what `deployment` would at the instant at which this machine believes to be."""

    def __init__(self, wall: Callable[[], float], deployment: Clock) -> None:
        self._wall, self._deployment = wall, deployment

    def now_ms(self) -> int:
        return self._deployment.shown_at(self._wall() * 1000)

    def wall_seconds(self, duration_ms: int) -> float:
        return self._deployment.wall_seconds(duration_ms)

    def shown_at(self, wall_ms: float) -> int:
        return self._deployment.shown_at(wall_ms)


class Machine:
    """What outlives a worker's process: its name, its disk, and how wrong its clock is (seconds)."""

    def __init__(self, name: str) -> None:
        self.name, self.disk, self.shift = name, MemoryDisk(), 0.0


NO_FATE = Fate()

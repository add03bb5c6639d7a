"""Where time comes from: the wall clock in production, a scaled one for demonstrations, simulations and tests."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from schemas.platform.instants import HANOI, to_datetime, to_ms

__all__ = ["HANOI", "Clock", "ScaledClock", "WallClock", "to_datetime", "to_ms"]


class Clock(Protocol):
    """Time is in milliseconds since the epoch (UTC)."""

    def now_ms(self) -> int: ...

    def wall_seconds(self, duration_ms: int) -> float:
        """How many seconds of real time `duration_ms` of this clock takes."""
        ...

    def shown_at(self, wall_ms: float) -> int:
        """What this clock showed at an instant of real time (both ms since the epoch, UTC), such as a broker's timestamp."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def wall_seconds(self, duration_ms: int) -> float:
        return duration_ms / 1000

    def shown_at(self, wall_ms: float) -> int:
        return int(wall_ms)


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """Shows `start_ms` at the wall instant `epoch_ms` and runs `scale` times as fast since then.

    All processes of a deployment share the three numbers, so they agree about the time.
    """

    scale: float
    start_ms: int
    epoch_ms: int

    def now_ms(self) -> int:
        return self.shown_at(time.time_ns() / 1_000_000)

    def wall_seconds(self, duration_ms: int) -> float:
        return duration_ms / 1000 / self.scale

    def shown_at(self, wall_ms: float) -> int:
        return self.start_ms + int((wall_ms - self.epoch_ms) * self.scale)

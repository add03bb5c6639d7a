"""Where time comes from: the wall clock in production, a scaled one for demonstrations, simulations and tests."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Time is in milliseconds since the epoch (UTC)."""

    def now_ms(self) -> int: ...

    def wall_seconds(self, duration_ms: int) -> float:
        """How many seconds of real time `duration_ms` of this clock takes."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def wall_seconds(self, duration_ms: int) -> float:
        return duration_ms / 1000


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """Shows `start_ms` at the wall instant `epoch_ms` and runs `scale` times as fast since then.

    All processes of a deployment share the three numbers, so they agree about the time.
    """

    scale: float
    start_ms: int
    epoch_ms: int

    def now_ms(self) -> int:
        return self.start_ms + int((time.time_ns() / 1_000_000 - self.epoch_ms) * self.scale)

    def wall_seconds(self, duration_ms: int) -> float:
        return duration_ms / 1000 / self.scale


def to_datetime(ms: int) -> datetime:
    """Milliseconds since the epoch as an aware UTC datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


def local(instant: str | None) -> str:
    """An ISO instant as people in Hanoi write it, like `17:30 05/12/2025`; a dash for none."""
    return datetime.fromisoformat(instant).astimezone(HANOI).strftime("%H:%M %d/%m/%Y") if instant else "—"

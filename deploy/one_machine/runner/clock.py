"""The clock of an instance: the wall clock, or a scaled one that goes on after a restart."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from deploy.errors import Failed
from deploy.one_machine.runner.directory import write_json
from schemas.platform.clock import HANOI, ScaledClock, to_ms


class ClockConflict(Failed):
    """The clock asked for does not go on from the time at which this instance is."""


@dataclass(frozen=True, slots=True)
class ClockChoice:
    """Shows `start_ms` at the wall instant `epoch_ms` (both Unix ms) and runs `scale` times as fast."""

    scale: float
    start_ms: int
    epoch_ms: int

    def now_ms(self) -> int:
        return ScaledClock(self.scale, self.start_ms, self.epoch_ms).now_ms()

    def environment(self) -> dict[str, str]:
        return {"CLOCK_SCALE": str(self.scale), "CLOCK_START_MS": str(self.start_ms), "CLOCK_EPOCH_MS": str(self.epoch_ms)}


def parse_start(text: str) -> int:
    """An ISO 8601 date or time as Unix milliseconds; without an offset it is Hanoi's. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=HANOI))


def choose(known: ClockChoice | None, scale: float | None, start_ms: int | None, wall_ms: int, *, fresh: bool) -> ClockChoice | None:
    """The clock for this run; None is the wall clock. `known` is that of the runs before; `fresh`: there were none.

    Time never jumps for an instance with data: another scale goes on from the time that it is. Raises ClockConflict.
    """
    if scale is None and start_ms is None:
        return known
    same_start = known is not None and start_ms in (None, known.start_ms)
    if known is not None and same_start and scale in (None, known.scale):
        return known
    if start_ms is not None and not fresh and not same_start:
        raise ClockConflict("this instance has its time already: --clock-start only works with a new --data directory")
    if fresh:
        return ClockChoice(scale or 1.0, wall_ms if start_ms is None else start_ms, wall_ms)
    now = known.now_ms() if known else wall_ms
    return ClockChoice(scale or 1.0, now, wall_ms)


def settle(path: Path, scale: float | None, start_ms: int | None, *, fresh: bool) -> ClockChoice | None:
    """Choose the clock and keep the choice in `path`."""
    known = ClockChoice(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None
    chosen = choose(known, scale, start_ms, time.time_ns() // 1_000_000, fresh=fresh)
    if chosen is not None and chosen != known:
        write_json(path, asdict(chosen))
    return chosen

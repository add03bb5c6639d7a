"""Whether this machine's clock can be trusted with deadlines: it is compared with itself and with the brokers'."""

from __future__ import annotations

import time
from collections.abc import Callable

from schemas.platform import metrics
from schemas.platform.logs import log

TOLERANCE_SECONDS = 60.0
MOST_AHEAD_SECONDS = 1800.0
"""Half of what brokers allow a record's time to be ahead of their own (`message.timestamp.after.max.ms`)."""


def elapsed() -> float:
    """Seconds that nobody sets, and that go on while the machine sleeps where there are such."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class ClockGuard:
    """Knows what the wall clock should show. That is what it showed at the start and the seconds since, until a broker says otherwise:
    with an append time that is told as it is made (`told`), or by one that is read, than which it cannot be earlier (`seen`).

    Time here is the machine's, in seconds since the epoch or ms (UTC); a deployment whose own clock is scaled has the same machines.
    """

    def __init__(self, stage: str, wall: Callable[[], float] = time.time, steady: Callable[[], float] = elapsed) -> None:
        self._stage, self._wall, self._steady = stage, wall, steady
        self._shift = wall() - steady()  # the wall clock should show the steady one and this
        self._newest_ms = 0
        self._was_sound = True

    @property
    def off(self) -> float:
        """Seconds by which the wall clock is ahead of what it should show; negative when it is behind."""
        return self._wall() - self._steady() - self._shift

    def told(self, broker_ms: int) -> None:
        """A broker's clock as of now."""
        self._shift = broker_ms / 1000 - self._steady()

    def seen(self, appended_ms: int) -> None:
        """The append time of a record that was just read: now, or earlier."""
        moment, now = appended_ms / 1000, self._wall()
        if appended_ms > self._newest_ms and abs(now - moment) <= TOLERANCE_SECONDS:
            self._shift = max(now, moment) - self._steady()  # it is news, and the two clocks agree
        self._newest_ms = max(self._newest_ms, appended_ms)
        self._shift = max(self._shift, moment - self._steady())

    def is_sound(self) -> bool:
        """Whether timers may fire. Says each change, and shows how far the clock is off."""
        off = self.off
        sound = abs(off) <= TOLERANCE_SECONDS
        metrics.CLOCK_OFF_SECONDS().labels(self._stage).set(0 if sound else off)
        if sound != self._was_sound:
            self._was_sound = sound
            (log.info if sound else log.error)("clock-sound" if sound else "clock-off", stage=self._stage, seconds=round(off, 1))
        return sound

    def stamp_ms(self) -> int:
        """The time to give to records: the wall clock's, but never so far ahead of the brokers' that they would refuse it."""
        return int(min(self._wall(), self._steady() + self._shift + MOST_AHEAD_SECONDS) * 1000)

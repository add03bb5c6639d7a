"""Working time. Instants are milliseconds since the epoch (UTC), durations milliseconds of working time.

A calendar is a sorted list of working periods with the working time that lies before each, so that measuring and adding are one
binary search each, whatever lies between: lunch, midnight, weekends, Tết, working Saturdays.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
_FAR_FUTURE_MS = 1 << 45  # the year 3084


class OutsideCalendar(ValueError):
    """The instant, or the sum, lies outside the years that the calendar knows."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working periods `[start, end)` in order. `day_ms` is what `1d` means in a policy."""

    day_ms: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    _before: tuple[int, ...] = field(repr=False)
    _through: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, periods: Iterable[tuple[int, int]], day_ms: int) -> Calendar:
        """From periods in order, none empty, none overlapping."""
        listed = tuple(periods)
        through = tuple(accumulate(end - start for start, end in listed))
        starts, ends = tuple(start for start, _ in listed), tuple(end for _, end in listed)
        return cls(day_ms, starts, ends, (0, *through[:-1]), through)

    @classmethod
    def around_the_clock(cls) -> Calendar:
        """Every hour counts, as for urgent cases where the operator decides so; a day is 24 hours."""
        return cls.of([(0, _FAR_FUTURE_MS)], 24 * HOUR_MS)

    def measure(self, instant: int) -> int:
        """Working time from the calendar's start until `instant`."""
        at = bisect_right(self.starts, instant) - 1
        if at < 0 or instant > self.ends[-1]:
            raise OutsideCalendar(f"{instant} ms lies outside the years of the working calendar")
        passed = instant - self.starts[at]
        length = self.ends[at] - self.starts[at]
        return self._before[at] + (min(length, passed))

    def reached(self, worked: int) -> int:
        """The earliest instant until which `worked` (> 0) has been measured: at a period's end, not the next one's start."""
        at = bisect_left(self._through, worked)
        if worked <= 0 or at == len(self._through):
            raise OutsideCalendar("the sum lies outside the years of the working calendar")
        return self.starts[at] + worked - self._before[at]

    def add(self, instant: int, duration: int) -> int:
        """When `duration` (≥ 0) of working time has passed since `instant`; with 0, the next working instant."""
        if duration <= 0:
            return self.next_start(instant)
        return self.reached(self.measure(instant) + duration)

    def back(self, instant: int, duration: int) -> int:
        """The instant from which `duration` of working time leads to `instant`."""
        return self.reached(self.measure(instant) - duration)

    def between(self, first: int, second: int) -> int:
        """Working time from `first` to `second`; negative when `second` is earlier."""
        return self.measure(second) - self.measure(first)

    def last_end(self, after: int, until: int) -> int | None:
        """The end of the last working period that ends later than `after` and no later than `until`; None if there is none."""
        at = bisect_right(self.ends, until) - 1
        return self.ends[at] if at >= 0 and self.ends[at] > after else None

    def next_start(self, instant: int) -> int:
        """The instant itself if it is within working time, else the start of the next working period."""
        at = bisect_right(self.ends, instant)
        if at == len(self.ends):
            raise OutsideCalendar(f"{instant} ms lies outside the years of the working calendar")
        return max(instant, self.starts[at])

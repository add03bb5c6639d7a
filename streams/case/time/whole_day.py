"""What a date without a time means: the whole day in Hanoi, as far as it is worked."""

from __future__ import annotations

from datetime import datetime, time

from schemas.platform.instants import HANOI, to_ms
from streams.case.time.calendar import HOUR_MS, MINUTE_MS, Calendar

_DAY_MS = 24 * HOUR_MS


def end_of(given: datetime, calendar: Calendar) -> int:
    """When what was promised for `given` is due (ms UTC): at that instant or, for a midnight in Hanoi, which stands for the day that
    begins with it (`schemas.events.dates`), when that day's work ends.

    A day that is not worked ends a minute before midnight, so that the date which people read is the one that was promised.
    """
    instant = to_ms(given)
    if given.astimezone(HANOI).time() != time.min:
        return instant
    return calendar.last_end(instant, instant + _DAY_MS) or instant + _DAY_MS - MINUTE_MS

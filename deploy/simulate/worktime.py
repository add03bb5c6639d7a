"""Working time of the shipped policy, for people who work by it. Instants in ms UTC, durations in working hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from schemas.events.base import Level
from schemas.platform.clock import HANOI, to_datetime, to_ms
from schemas.platform.instants import start_of
from streams.case.policy.load import DEFAULT_FILE, load
from streams.case.time.calendar import Calendar

HOUR_MS = 3_600_000
DAY_HOURS = 8.0
_NIGHT_ENDS, _NIGHT_BEGINS = 7, 22


@cache
def _calendar() -> Calendar:
    return load(DEFAULT_FILE).policy.levels[Level.ORDINARY].calendar


def after(instant: int, hours: float) -> int:
    """When `hours` of working time have passed since `instant`."""
    return _calendar().add(instant, round(hours * HOUR_MS))


def between(first: int, second: int) -> float:
    """Working hours from the first instant to the second."""
    return _calendar().between(first, second) / HOUR_MS


def hours_between(first: datetime, second: datetime) -> float:
    """The same for datetimes."""
    return between(to_ms(first), to_ms(second))


def is_worked(day: date) -> bool:
    """Whether that day in Hanoi has working hours."""
    midnight = to_ms(start_of(day))
    return _calendar().between(midnight, midnight + 24 * HOUR_MS) > 0


def midnight_after(instant: int) -> int:
    """The next midnight in Hanoi at or after an instant."""
    local = to_datetime(instant).astimezone(HANOI)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return to_ms(start if start == local else start + timedelta(days=1))


def awake(instant: int) -> int:
    """The instant itself, or the next morning if it falls into the night."""
    local = to_datetime(instant).astimezone(HANOI)
    if _NIGHT_ENDS <= local.hour < _NIGHT_BEGINS:
        return instant
    morning = local.replace(hour=_NIGHT_ENDS, minute=local.minute)
    return to_ms(morning + timedelta(days=1) if local.hour >= _NIGHT_BEGINS else morning)

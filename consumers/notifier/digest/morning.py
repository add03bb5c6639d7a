"""When there is a digest, or news of places. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from consumers.notifier.policy import DigestPolicy, PlacesPolicy
from schemas.platform.instants import HANOI, start_of

Worked = Callable[[date], bool]
"""Whether the offices work on this day."""
_LONGEST = 30
"""No holiday is longer (days)."""


def morning_of(now: datetime, policy: DigestPolicy | PlacesPolicy, worked: Worked) -> date | None:
    """The day whose digest goes out at this instant; None when none does."""
    local = now.astimezone(HANOI)
    return local.date() if policy.at <= local.time() < policy.until and worked(local.date()) else None


def evening_before(day: date, policy: DigestPolicy, worked: Worked) -> datetime:
    """From when on what came is new on that morning: the evening of the working day before."""
    return _at(_day_before(day, worked), policy.evening)


def days_since(day: date, worked: Worked) -> datetime:
    """The begin of the day of which was not told on that morning's last one: of all that is over since, it is told on this."""
    return start_of(_day_before(day, worked))


def _day_before(day: date, worked: Worked) -> date:
    """The last one on which such went out."""
    before = (day - timedelta(days=back) for back in range(1, _LONGEST))
    return next(filter(worked, before), day - timedelta(days=1))


def is_over(day: date, now: datetime) -> bool:
    """It is not that day any more: nobody wants its digest."""
    return now.astimezone(HANOI).date() != day


def end_of(day: date) -> datetime:
    return start_of(day + timedelta(days=1))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, HANOI)

"""Which days are worked: the week, public holidays, and the decrees that move days off and working Saturdays about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from streams.case.time.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Week:
    """A working-hours calendar before it is unrolled. `weekdays`: Monday is 0. `periods`: local times, in order.

    `days_off` and `working_days` win over week and holidays; `working_days` wins over `days_off`.
    """

    zone: str
    weekdays: frozenset[int]
    periods: tuple[tuple[time, time], ...]
    holidays_of: str | None
    days_off: frozenset[date]
    working_days: frozenset[date]
    first_year: int
    last_year: int


@cache
def public_holidays(country: str, first_year: int, last_year: int) -> frozenset[date]:
    """Public holidays with the days off given for those that fall on a weekend (package `holidays`)."""
    return frozenset(holidays.country_holidays(country, years=range(first_year, last_year + 1)))


@cache
def unroll(week: Week) -> Calendar:
    """All working periods from the first year to the last."""
    zone = ZoneInfo(week.zone)
    off = week.days_off
    if week.holidays_of:
        off |= public_holidays(week.holidays_of, week.first_year, week.last_year)
    periods = [
        (_ms(day, start, zone), _ms(day, end, zone))
        for day in _days(week.first_year, week.last_year)
        if day in week.working_days or (day.weekday() in week.weekdays and day not in off)
        for start, end in week.periods
    ]
    return Calendar.of(periods, sum(_length_ms(start, end) for start, end in week.periods))


def _days(first_year: int, last_year: int) -> Iterator[date]:
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        yield day
        day += timedelta(days=1)


def _ms(day: date, at: time, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, at, zone).timestamp() * 1000)


def _length_ms(start: time, end: time) -> int:
    day = date(2000, 1, 1)
    return round((datetime.combine(day, end) - datetime.combine(day, start)).total_seconds() * 1000)

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

    `days_off` and `working_days` win over week and public holidays; `working_days` wins over `days_off`.
    """

    zone: str
    weekdays: frozenset[int]
    periods: tuple[tuple[time, time], ...]
    holidays_of: str | None
    days_off: frozenset[date]
    working_days: frozenset[date]
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class PublicDays:
    """What the package `holidays` knows of a country: days off, and days of the weekend that are worked instead of some of them."""

    off: frozenset[date]
    worked: frozenset[date]


@cache
def public_days(country: str, first_year: int, last_year: int) -> PublicDays:
    """From the first year to the last. Raise NotImplementedError for a country that the package does not know."""
    known = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    return PublicDays(frozenset(known), frozenset(known.weekend_workdays))


@cache
def unroll(week: Week) -> Calendar:
    """All working periods from the first year to the last."""
    zone = ZoneInfo(week.zone)
    public = public_days(week.holidays_of, week.first_year, week.last_year) if week.holidays_of else PublicDays(frozenset(), frozenset())
    periods = [
        (_ms(day, start, zone), _ms(day, end, zone))
        for day in _days(week.first_year, week.last_year)
        if _is_worked(day, week, public)
        for start, end in week.periods
    ]
    return Calendar.of(periods, sum(_length_ms(start, end) for start, end in week.periods))


def _is_worked(day: date, week: Week, public: PublicDays) -> bool:
    """The operator's own days first, then the country's, then the week."""
    if day in week.working_days or day in week.days_off:
        return day in week.working_days
    if day in public.worked or day in public.off:
        return day in public.worked
    return day.weekday() in week.weekdays


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
